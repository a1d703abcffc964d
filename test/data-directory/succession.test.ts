import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { DataDirectory } from '../../src/data-directory/data-directory.ts'
import type { ServeSettings } from '../../src/data-directory/serve-directory.ts'
import { askForDirectory } from '../../src/data-directory/succession.ts'
import { type EmbeddedRafka, type OpenOptions, open } from '../../src/index.ts'
import { metadata } from '../../src/protocol/apis/metadata.ts'
import { startPeer } from '../support/peer-process.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const patience = { timeout: 20_000, interval: 10 }

function directoryAt(path: string, settings: ServeSettings = { yields: true }): DataDirectory {
  const directory = new DataDirectory(path, 'test', settings)
  onTestFinished(() => directory.close())
  return directory
}

async function rafkaAt(dataDir: string, options: OpenOptions): Promise<EmbeddedRafka> {
  const rafka = await open({ dataDir, ...options })
  onTestFinished(() => rafka.close())
  return rafka
}

describe('who has to own a directory', () => {
  test('gets it from an owner that yields, which then is attached, and owns it again afterwards', async () => {
    const path = temporaryDirectory()
    const first = directoryAt(path)
    const transport = await first.dial()
    const second = directoryAt(path, {})
    await second.own()
    expect([first.owned, second.owned === undefined]).toEqual([undefined, false])
    await expect(transport.request(metadata, metadata.request.create({ topics: null }))).rejects.toMatchObject({
      code: 'NETWORK_EXCEPTION',
    })
    const attached = await first.dial()
    expect(await attached.request(metadata, metadata.request.create({ topics: null }))).toMatchObject({ topics: [] })
    await second.close()
    await first.dial()
    expect(first.owned).toBeDefined()
  })

  test('gets it from another process, and from whoever takes it in between', async () => {
    const path = temporaryDirectory()
    await using peers = await startPeer(path, 5, true)
    peers.say('dial')
    expect((await rolesOf(peers, 5)).toSorted()).toEqual(['attached', 'attached', 'attached', 'attached', 'owner'])
    const directory = directoryAt(path, {})
    await directory.own()
    expect(directory.owned).toBeDefined()
  })

  test.each<[why: string, settings: ServeSettings, listens: boolean]>([
    ['does not say that it yields', {}, false],
    ['has hooks', { yields: true, hooks: [{ name: 'mine' }] }, false],
    ['lets clients in', { yields: true }, true],
  ])(
    'is refused by an owner that %s',
    async (_, settings, listens) => {
      const path = temporaryDirectory()
      const owner = directoryAt(path, settings)
      await owner.dial()
      if (listens) await owner.owned!.listen({ host: '127.0.0.1', port: 0 })
      owner.announce()
      await expect(directoryAt(path, {}).own()).rejects.toMatchObject({ code: 'DATA_DIRECTORY_IN_USE' })
      expect(owner.owned).toBeDefined()
    },
    20_000,
  )

  test('may end before it took it: then the owner takes it back', async () => {
    const path = temporaryDirectory()
    const owner = directoryAt(path)
    await owner.dial()
    expect(await askForDirectory(path)).toBe(true)
    await owner.dial()
    expect(owner.owned).toBeDefined()
  }, 20_000)
})

test('nobody asks where nobody listens, nor is one held up by what lies in the way', async () => {
  const path = temporaryDirectory()
  expect(await askForDirectory(path)).toBe(false)
  writeFileSync(join(path, 'rafka.next'), 'a file')
  expect(await askForDirectory(path)).toBe(false)
  const owner = directoryAt(path)
  await owner.dial()
  expect(statSync(join(path, 'rafka.next')).mode & 0o777).toBe(0o600)
  await owner.close()
  expect(existsSync(join(path, 'rafka.next'))).toBe(false)
})

test('a producer and a consumer of the owner go on while others come and go: each record once and in order', async () => {
  const path = temporaryDirectory()
  const rafka = await rafkaAt(path, { yields: true })
  await rafka.admin().createTopics([{ name: 'numbers', partitions: 1 }])
  const read: string[] = []
  const consumer = rafka.consumer({ topics: ['numbers'], from: 'start' })
  const reading = (async () => {
    for await (const message of consumer) read.push(message.value!.toString())
  })()
  const producer = rafka.producer()
  const failures: unknown[] = []
  let [sent, acknowledged, isOver] = [0, 0, false]
  const sending = (async () => {
    while (!isOver) {
      const receipts = Array.from({ length: 50 }, () => producer.send({ topic: 'numbers', value: `${sent++}` }))
      for (const result of await Promise.allSettled(receipts)) {
        if (result.status === 'rejected') failures.push(result.reason)
        else acknowledged++
      }
    }
  })()
  const moreAcknowledged = async () => {
    const before = acknowledged
    await vi.waitFor(() => expect(acknowledged).toBeGreaterThan(before + 100), patience)
  }
  for (let round = 0; round < 4; round++) {
    await moreAcknowledged()
    const server = await open({ dataDir: path, attach: false })
    expect([rafka.status().role, server.status().role]).toEqual(['attached', 'owner'])
    await moreAcknowledged()
    await server.close()
    await vi.waitFor(() => expect(rafka.status().role).toBe('owner'), patience)
  }
  isOver = true
  await sending
  await vi.waitFor(() => expect(read.length).toBe(sent), patience)
  await consumer.close()
  await reading
  expect([failures, acknowledged]).toEqual([[], sent])
  expect(read).toEqual(Array.from({ length: sent }, (_, index) => `${index}`))
}, 60_000)

async function rolesOf(peer: Awaited<ReturnType<typeof startPeer>>, count: number): Promise<string[]> {
  const roles: string[] = []
  while (roles.length < count) roles.push((await peer.answer()).role!)
  return roles
}
