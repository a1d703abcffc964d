import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DataDirectory } from '../../src/data-directory/data-directory.ts'
import { type Peer, startPeer } from '../support/peer-process.ts'

let parent: string
let directory: string

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'rafka-processes-'))
  directory = join(parent, 'data')
})

afterEach(() => rmSync(parent, { recursive: true, force: true }))

async function roles(peer: Peer, count: number): Promise<string[]> {
  const answers = []
  for (let turn = 0; turn < count; turn += 1) answers.push(await peer.answer())
  return answers.map((answer) => answer.role ?? `${answer.error}: ${answer.message}`)
}

test('twenty clients in four processes that start at the same moment settle on one owner, without an error', async () => {
  const peers = await Promise.all(Array.from({ length: 4 }, () => startPeer(directory, 5)))
  try {
    for (const peer of peers) peer.say('dial')
    const found = (await Promise.all(peers.map((peer) => roles(peer, 5)))).flat()
    expect(found.toSorted()).toEqual([...Array.from({ length: 19 }, () => 'attached'), 'owner'])
  } finally {
    await Promise.all(peers.map((peer) => peer.kill()))
  }
})

test('what the owner acknowledged is there when it is killed and another takes over', async () => {
  await using first = await startPeer(directory)
  await using second = await startPeer(directory)
  first.say('dial')
  expect(await first.answer()).toEqual({ role: 'owner' })
  second.say('dial')
  expect(await second.answer()).toEqual({ role: 'attached' })
  second.say('create orders')
  expect(await second.answer()).toEqual({ created: [0] })
  expect(JSON.parse(readFileSync(join(directory, 'owner.json'), 'utf8')).pid).toBe(first.pid)

  await first.kill()
  expect(await second.answer()).toEqual({ role: 'owner' })
  expect(JSON.parse(readFileSync(join(directory, 'owner.json'), 'utf8')).pid).toBe(second.pid)
  second.say('topics')
  expect(await second.answer()).toEqual({ topics: ['orders'] })
})

test('when the owner closes, one of the others takes over and the rest connect to it', async () => {
  await using first = await startPeer(directory)
  first.say('dial')
  await first.answer()
  await using others = await startPeer(directory, 3)
  others.say('dial')
  expect(await roles(others, 3)).toEqual(['attached', 'attached', 'attached'])
  first.say('close')
  expect(await first.answer()).toEqual({ closed: true })
  expect((await roles(others, 3)).toSorted()).toEqual(['attached', 'attached', 'owner'])
})

test('the socket and the record of a killed owner do not stand in the way', async () => {
  const first = await startPeer(directory)
  first.say('dial')
  await first.answer()
  await first.kill()
  expect(statSync(join(directory, 'rafka.sock')).isSocket()).toBe(true)

  const next = new DataDirectory(directory, 'next', {})
  await next.dial()
  expect(next.owned).toBeDefined()
  await next.close()
})

test('who must own a directory that is taken is told by whom, within a second', async () => {
  await using owner = await startPeer(directory)
  owner.say('dial')
  await owner.answer()
  const startedAt = performance.now()
  await expect(new DataDirectory(directory, 'late', {}).own()).rejects.toMatchObject({
    code: 'DATA_DIRECTORY_IN_USE',
    message: expect.stringMatching(new RegExp(`${directory} is in use by process ${owner.pid};`)),
    details: { pid: owner.pid },
  })
  expect(performance.now() - startedAt).toBeLessThan(1_000)
})
