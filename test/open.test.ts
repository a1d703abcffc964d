import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { connect, type EmbeddedRafka, type OpenOptions, open, type Rafka, storageStatus } from '../src/index.ts'

let dataDir: string

beforeEach(() => {
  const parent = mkdtempSync(join(tmpdir(), 'rafka-open-'))
  dataDir = join(parent, 'data')
  return () => rmSync(parent, { recursive: true, force: true })
})

async function opened(options: OpenOptions): Promise<EmbeddedRafka> {
  const rafka = await open(options)
  onTestFinished(() => rafka.close())
  return rafka
}

async function send(rafka: Rafka, topic: string, ...values: string[]): Promise<number[]> {
  await using producer = rafka.producer()
  const receipts = await producer.sendAll(values.map((value) => ({ topic, value })))
  return receipts.map(({ offset }) => offset)
}

async function valuesOf(rafka: Rafka, topic: string): Promise<string[]> {
  const values: string[] = []
  await using consumer = rafka.consumer({ topics: [topic], to: 'end' })
  for await (const { value } of consumer) values.push(value!.toString())
  return values
}

describe.each(['sqlite', 'memory'] as const)('a data directory of the %s engine', (type) => {
  test('gives back what was sent before it was closed and opened again', async () => {
    const first = await opened({ dataDir, storage: { type } })
    expect(await send(first, 'orders', 'a', 'b')).toEqual([0, 1])
    await first.close()
    const second = await opened({ dataDir, storage: { type } })
    expect(await send(second, 'orders', 'c')).toEqual([2])
    expect(await valuesOf(second, 'orders')).toEqual(['a', 'b', 'c'])
  })

  test('is shared: the second to open it is connected to the first, and takes over when that closes', async () => {
    const first = await opened({ dataDir, storage: { type } })
    const second = await opened({ dataDir })
    expect([first.status(), second.status()]).toMatchObject([{ role: 'owner' }, { role: 'attached', storage: type }])
    await send(second, 'orders', 'from the second')
    expect(await valuesOf(first, 'orders')).toEqual(['from the second'])

    await first.close()
    expect(await send(second, 'orders', 'after')).toEqual([1])
    expect(await valuesOf(second, 'orders')).toEqual(['from the second', 'after'])
    expect(second.status()).toMatchObject({ role: 'owner', storage: type, pid: process.pid })
  })
})

test('a consumer that follows goes on when the owner closes', async () => {
  const first = await opened({ dataDir })
  const second = await opened({ dataDir })
  await send(first, 'orders', 'one')
  await using consumer = second.consumer({ topics: ['orders'] })
  const messages = consumer[Symbol.asyncIterator]()
  expect((await messages.next()).value.value.toString()).toBe('one')
  const next = messages.next()
  await first.close()
  await send(second, 'orders', 'two')
  expect((await next).value.value.toString()).toBe('two')
})

describe('in memory alone', () => {
  test('nothing is written, and each broker is one of its own', async () => {
    const one = await opened({ storage: { type: 'memory' } })
    const other = await opened({ storage: { type: 'memory' } })
    await send(one, 'orders', 'a')
    expect(await other.admin().listTopics()).toEqual([])
    expect(one.status()).toEqual({ role: 'owner', dataDir: null, storage: 'memory', pid: process.pid, listeners: [] })
  })

  test('it can be listened on', async () => {
    const rafka = await opened({ storage: { type: 'memory' }, listeners: [{ port: 0 }] })
    const [address] = rafka.status().listeners
    await using client = await connect({ brokers: [address!] })
    expect(await send(client, 'orders', 'a', 'b')).toEqual([0, 1])
    expect(await valuesOf(rafka, 'orders')).toEqual(['a', 'b'])
  })
})

describe('listening', () => {
  test('lets clients on the network in, who see the same as the embedded one', async () => {
    const rafka = await opened({ dataDir })
    const { host, port } = await rafka.listen({ port: 0 })
    await using client = await connect({ brokers: [`${host}:${port}`] })
    await client.ready()
    await send(client, 'orders', 'over TCP')
    await send(rafka, 'orders', 'in process')
    expect(await valuesOf(rafka, 'orders')).toEqual(['over TCP', 'in process'])
    expect(await valuesOf(client, 'orders')).toEqual(['over TCP', 'in process'])
    const cluster = await client.admin().describeCluster()
    expect(cluster.brokers).toEqual([{ id: 1, host, port }])
  })

  test('is for the owner alone: who it is, is told', async () => {
    const owner = await opened({ dataDir })
    const attached = await opened({ dataDir })
    const inUse = { code: 'DATA_DIRECTORY_IN_USE', details: { pid: process.pid } }
    await expect(attached.listen({ port: 0 })).rejects.toMatchObject(inUse)
    await expect(attached.compact([])).rejects.toMatchObject(inUse)
    await expect(open({ dataDir, listeners: [{ port: 0 }] })).rejects.toMatchObject(inUse)
    await expect(open({ dataDir, attach: false })).rejects.toMatchObject(inUse)
    expect(owner.status().listeners).toEqual([])
  })

  test('on a port in use fails, and leaves the directory free for others', async () => {
    const rafka = await opened({ storage: { type: 'memory' } })
    const { port } = await rafka.listen({ port: 0 })
    const failed = open({ dataDir, listeners: [{ port }] })
    await expect(failed).rejects.toMatchObject({ code: 'LISTENER_UNUSABLE' })
    expect((await storageStatus(dataDir)).served).toBe(false)
  })
})

describe('what cannot be opened', () => {
  test('two names for the directory', async () => {
    const both = open({ dataDir, storage: { path: `${dataDir}2` } })
    await expect(both).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  test('a config that does not exist: the error names it, and the directory is free again', async () => {
    const wrong = open({ dataDir, configs: { 'num.partition': '3' } })
    await expect(wrong).rejects.toMatchObject({
      code: 'INVALID_CONFIGURATION',
      message: expect.stringContaining('num.partition'),
    })
    expect((await storageStatus(dataDir)).served).toBe(false)
    await opened({ dataDir })
  })

  test('a broker that is not there', async () => {
    const rafka = await opened({ storage: { type: 'memory' } })
    const { host, port } = await rafka.listen({ port: 0 })
    await rafka.close()
    await using client = await connect({ brokers: [`${host}:${port}`], firstContactMs: 50 })
    await expect(client.ready()).rejects.toMatchObject({ code: 'BROKER_UNREACHABLE' })
  })

  test('an address that is none', async () => {
    await expect(connect({ brokers: ['no port:x'] })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await expect(connect({ brokers: [] })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})

describe('the status of a data directory', () => {
  test('of one that is missing creates nothing', async () => {
    expect(await storageStatus(dataDir)).toEqual({ dataDir, exists: false, storage: null, served: false, owner: null })
    expect(existsSync(dataDir)).toBe(false)
  })

  test('names the owner and its listeners while there is one', async () => {
    const rafka = await opened({ dataDir, listeners: [{ port: 0 }] })
    const status = await storageStatus(dataDir)
    expect(status).toMatchObject({ exists: true, storage: 'sqlite', served: true })
    expect(status.owner).toMatchObject({ pid: process.pid, listeners: rafka.status().listeners })
    await rafka.close()
    expect(await storageStatus(dataDir)).toMatchObject({ storage: 'sqlite', served: false, owner: null })
  })
})

test("hooks and configs given to open are the broker's", async () => {
  const created: string[] = []
  const rafka = await opened({
    storage: { type: 'memory' },
    configs: { 'num.partitions': '3' },
    hooks: [{ name: 'watch', onTopicCreated: ({ name, partitions }) => void created.push(`${name} ${partitions}`) }],
  })
  await rafka.admin().createTopics([{ name: 'orders' }])
  expect(created).toEqual(['orders 3'])
})

test('closing twice is closing once, and nothing works after it', async () => {
  const rafka = await open({ dataDir })
  await Promise.all([rafka.close(), rafka.close()])
  await rafka.close()
  await expect((async () => rafka.admin().listTopics())()).rejects.toMatchObject({ code: 'CLOSED' })
  expect(readdirSync(dataDir)).not.toContain('rafka.sock')
})
