import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { Broker } from '../../src/core/broker.ts'
import { RafkaError } from '../../src/core/errors.ts'
import { apiVersions } from '../../src/protocol/apis/api-versions.ts'
import { describeCluster } from '../../src/protocol/apis/describe-cluster.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import { encodeRequest } from '../../src/protocol/wire.ts'
import { type Listener, type ListenSettings, listen } from '../../src/server/listen.ts'
import { fetched } from '../support/fetched.ts'
import { type RawClient, rawClient } from '../support/raw-client.ts'
import { scriptedBroker } from '../support/scripted-broker.ts'

const cleanups: Array<() => unknown> = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function serve(broker: Broker, settings: ListenSettings = {}): Promise<Listener & { port: number }> {
  const listener = await listen(broker, { port: 0 }, { ...settings, limits: { drainMs: 200, ...settings.limits } })
  cleanups.push(() => listener.close())
  return Object.assign(listener, { port: listener.address!.port })
}

async function dial(target: { port: number; host?: string } | { path: string }): Promise<RawClient> {
  const client = await rawClient(target)
  cleanups.push(() => client[Symbol.asyncDispose]())
  return client
}

/** Answers that a test gives when it wants. */
function gate<T>() {
  let open!: (value: T) => void
  const promise = new Promise<T>((resolve) => {
    open = resolve
  })
  return { promise, open }
}

/** Settles when `condition` holds: polled, since nothing tells of it. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(2)
}

const answersVersions = { ApiVersions: () => apiVersions.response.create({}) }
const answersCluster = { DescribeCluster: () => describeCluster.response.create({ clusterId: 'c' }) }

describe('answers', () => {
  test('come in the order of the requests, whichever is ready first', async () => {
    const slow = gate<object>()
    const broker = scriptedBroker({
      Fetch: () => slow.promise,
      ...answersCluster,
      ...answersVersions,
    })
    const client = await dial(await serve(broker))
    client.send(fetch, 12, 1, {})
    client.send(describeCluster, 0, 2, {})
    client.send(apiVersions, 3, 3, { clientSoftwareName: 'raw', clientSoftwareVersion: '1' })
    await until(() => broker.handled.length === 3)
    expect(broker.handled.map(({ api }) => api)).toEqual(['Fetch', 'DescribeCluster', 'ApiVersions'])

    slow.open(fetch.response.create({}))
    expect((await client.receive(fetch, 12)).correlationId).toBe(1)
    expect((await client.receive(describeCluster, 0)).correlationId).toBe(2)
    expect((await client.receive(apiVersions, 3)).correlationId).toBe(3)
  })

  test('come also when every byte arrives on its own', async () => {
    const client = await dial(await serve(scriptedBroker(answersCluster)))
    const request = Buffer.concat(encodeRequest(describeCluster, 0, 7, 'raw', describeCluster.request.create({})))
    for (const byte of request) {
      client.socket.write(Buffer.of(byte))
      await new Promise(setImmediate)
    }
    expect(await client.receive(describeCluster, 0)).toMatchObject({ correlationId: 7, body: { clusterId: 'c' } })
  })

  test('of Produce with acks=0 are not written', async () => {
    const client = await dial(await serve(scriptedBroker({ Produce: () => null, ...answersCluster })))
    client.send(produce, 7, 1, { acks: 0 })
    client.send(describeCluster, 0, 2, {})
    expect((await client.receive(describeCluster, 0)).correlationId).toBe(2)
  })

  test('carry records byte for byte, and so do requests', async () => {
    const records = Buffer.alloc(300_000, 'records ')
    let stored: readonly Buffer[] = []
    const broker = scriptedBroker({
      Produce: ({ topicData }: { topicData: Array<{ partitionData: Array<{ records: Buffer[] }> }> }) => {
        stored = topicData[0]!.partitionData[0]!.records
        return produce.response.create({})
      },
      Fetch: () => fetched(stored),
    })
    const client = await dial(await serve(broker))
    client.send(produce, 7, 1, {
      topicData: [{ name: 't', partitionData: [{ index: 0, records: [records] }] }],
    })
    await client.receive(produce, 7)
    client.send(fetch, 12, 2, { maxBytes: 1_000_000 })
    const { body } = await client.receive(fetch, 12)
    expect(Buffer.concat([...body.responses[0]!.partitions[0]!.records!]).equals(records)).toBe(true)
  })

  test('to ApiVersions of an unknown version come in version 0 and name the range', async () => {
    const client = await dial(await serve(scriptedBroker(answersVersions)))
    const header = Buffer.alloc(4 + 8 + 20, 0xee)
    header.writeInt32BE(28, 0)
    header.writeInt16BE(18, 4)
    header.writeInt16BE(99, 6)
    header.writeInt32BE(5, 8)
    client.write(header)
    const { correlationId, body } = await client.receive(apiVersions, 0)
    expect(correlationId).toBe(5)
    expect(body).toMatchObject({ errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }] })

    client.send(apiVersions, 0, 6, {})
    expect((await client.receive(apiVersions, 0)).body.errorCode).toBe(0)
  })

  test('in great number on one connection all come, in order', async () => {
    const client = await dial(await serve(scriptedBroker(answersCluster)))
    const count = 3_000
    for (let id = 0; id < count; id += 1) client.send(describeCluster, 0, id, {})
    for (let id = 0; id < count; id += 1) expect((await client.receive(describeCluster, 0)).correlationId).toBe(id)
  })

  test('to a flood of ApiVersions of an unknown version all come', async () => {
    const client = await dial(await serve(scriptedBroker(answersVersions)))
    const request = Buffer.from('0000000800120063000000ff', 'hex')
    client.write(...Array.from({ length: 5_000 }, () => request))
    for (let count = 0; count < 5_000; count += 1) {
      expect((await client.receive(apiVersions, 0)).body.errorCode).toBe(35)
    }
  })
})

describe('a connection is closed, and others are not,', () => {
  const bad: ReadonlyArray<[string, Buffer]> = [
    ['a size of 0', Buffer.from('00000000', 'hex')],
    ['a negative size', Buffer.from('ffffffff', 'hex')],
    ['a size above the limit', Buffer.from('7fffffff', 'hex')],
    ['a frame too short for a header', Buffer.from('000000020012', 'hex')],
    ['an unknown API', Buffer.from('0000000a03e7000000000001ffff', 'hex')],
    ['an API that is not served', Buffer.from('0000000a0000000900000001ffff', 'hex')],
    ['a version that is not served', Buffer.from('0000000a003c00630000000001ff', 'hex')],
    ['a negative version', Buffer.from('0000000a003cffff0000000001ff', 'hex')],
    ['a body cut short', Buffer.from('0000000b0001000c00000001ffff00', 'hex')],
    ['TLS spoken to it', Buffer.from('16030100c8010000c40303', 'hex')],
    ['HTTP spoken to it', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
  ]
  test.each(bad)('on %s', async (_what, bytes) => {
    const listener = await serve(scriptedBroker({ Fetch: () => fetch.response.create({}), ...answersCluster }))
    const other = await dial(listener)
    const client = await dial(listener)
    client.write(bytes)
    expect(await client.frame()).toBeUndefined()
    await client.closed

    other.send(describeCluster, 0, 1, {})
    expect((await other.receive(describeCluster, 0)).correlationId).toBe(1)
  })

  test('when the broker throws, after earlier requests were answered; and once in the log', async () => {
    const slow = gate<object>()
    const lines: string[] = []
    const broker = scriptedBroker({
      DescribeCluster: () => slow.promise,
      Produce: () => {
        throw new RafkaError('CORRUPT_MESSAGE', 'acks=0 and a bad batch')
      },
    })
    const listener = await serve(broker, { logger: (level, message) => lines.push(`${level} ${message}`) })
    const client = await dial(listener)
    client.send(describeCluster, 0, 1, {})
    client.send(produce, 7, 2, { acks: 0 })
    client.send(produce, 7, 3, { acks: 0 })
    await until(() => broker.handled.length === 3)
    slow.open(describeCluster.response.create({}))
    expect((await client.receive(describeCluster, 0)).correlationId).toBe(1)
    expect(await client.frame()).toBeUndefined()
    await client.closed
    expect(lines).toEqual(['warn closed: acks=0 and a bad batch'])
  })

  test('when a request is malformed, after earlier ones were answered and without handing over later ones', async () => {
    const slow = gate<object>()
    const broker = scriptedBroker({ DescribeCluster: () => slow.promise, Fetch: () => null })
    const client = await dial(await serve(broker))
    const good = encodeRequest(describeCluster, 0, 1, 'raw', describeCluster.request.create({}))
    client.write(...good, Buffer.from('0000000b0001000c00000001ffff00', 'hex'), ...good)
    await until(() => broker.handled.length > 0)
    slow.open(describeCluster.response.create({}))
    expect((await client.receive(describeCluster, 0)).correlationId).toBe(1)
    expect(await client.frame()).toBeUndefined()
    expect(broker.handled).toHaveLength(1)
  })

  test('when an answer cannot be encoded: that is a bug of ours, logged with its stack', async () => {
    const logged: unknown[] = []
    const broker = scriptedBroker({ DescribeCluster: () => ({ brokers: 'not an array' }) })
    const client = await dial(
      await serve(broker, { logger: (level, _message, fields) => logged.push([level, fields]) }),
    )
    client.send(describeCluster, 0, 1, {})
    expect(await client.frame()).toBeUndefined()
    expect(logged).toHaveLength(1)
  })

  test('when it is reset in the middle of everything', async () => {
    const waiting = gate<object>()
    const broker = scriptedBroker({ Fetch: () => waiting.promise, ...answersCluster })
    const listener = await serve(broker)
    const client = await dial(listener)
    client.send(fetch, 12, 1, {})
    await until(() => broker.handled.length === 1)
    client.socket.resetAndDestroy()
    await until(() => broker.went.length === 1)
    expect(broker.handled[0]!.context.signal!.aborted).toBe(true)
    waiting.open(fetch.response.create({}))

    const other = await dial(listener)
    other.send(describeCluster, 0, 1, {})
    expect((await other.receive(describeCluster, 0)).correlationId).toBe(1)
  })
})

describe('bounds', () => {
  test('no more requests of a connection are handed over than may wait for their answer', async () => {
    const waiting = gate<object>()
    const broker = scriptedBroker({ DescribeCluster: () => waiting.promise })
    const client = await dial(await serve(broker, { limits: { maxInFlight: 5 } }))
    for (let id = 0; id < 20; id += 1) client.send(describeCluster, 0, id, {})
    await until(() => broker.handled.length === 5)
    await delay(20)
    expect(broker.handled).toHaveLength(5)
    waiting.open(describeCluster.response.create({}))
    for (let id = 0; id < 20; id += 1) expect((await client.receive(describeCluster, 0)).correlationId).toBe(id)
  })

  test('their bytes are bounded too, and one request may be larger', async () => {
    const gates = Array.from({ length: 6 }, () => gate<object>())
    const broker = scriptedBroker({ Produce: () => gates[broker.handled.length - 1]!.promise })
    const client = await dial(await serve(broker, { limits: { maxInFlightBytes: 150_000 } }))
    const body = { topicData: [{ name: 't', partitionData: [{ index: 0, records: [Buffer.alloc(100_000)] }] }] }
    for (let id = 0; id < 6; id += 1) client.send(produce, 7, id, body)
    for (let id = 0; id < 6; id += 1) {
      await until(() => broker.handled.length === Math.min(6, id + 2))
      gates[id]!.open(produce.response.create({}))
      expect((await client.receive(produce, 7)).correlationId).toBe(id)
    }
  })

  test('waiting fetches of a connection are bounded, and their sizes come out of one budget', async () => {
    const waiting = gate<object>()
    const broker = scriptedBroker({ Fetch: () => waiting.promise })
    const mebibyte = 1024 * 1024
    const limits = { maxFetchesInFlight: 2, fetchBudgetBytes: 64 * mebibyte }
    const client = await dial(await serve(broker, { limits }))
    for (let id = 0; id < 3; id += 1) client.send(fetch, 12, id, { maxBytes: 50 * mebibyte })
    await until(() => broker.handled.length === 2)
    await delay(20)
    expect(broker.handled.map(({ request }) => (request as { maxBytes: number }).maxBytes)).toEqual([
      8 * mebibyte,
      7 * mebibyte,
    ])
    waiting.open(fetch.response.create({}))
    for (let id = 0; id < 3; id += 1) await client.receive(fetch, 12)
    expect((broker.handled[2]!.request as { maxBytes: number }).maxBytes).toBeGreaterThan(7 * mebibyte)
  })

  test('a client that reads nothing is given no more than a few answers', async () => {
    const big = Buffer.alloc(1024 * 1024)
    const broker = scriptedBroker({
      Fetch: () => fetched([big]),
      ...answersCluster,
    })
    const listener = await serve(broker)
    const slow = connect({ port: listener.port, host: '127.0.0.1' })
    cleanups.push(() => slow.destroy())
    slow.pause()
    const request = Buffer.concat(encodeRequest(fetch, 12, 1, 'raw', fetch.request.create({})))
    for (let id = 0; id < 200; id += 1) slow.write(request)
    await until(() => broker.handled.length > 1)
    let handled = 0
    while (handled !== broker.handled.length) {
      handled = broker.handled.length
      await delay(50)
    }
    expect(handled).toBeLessThan(50)

    slow.resume()
    let bytes = 0
    slow.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    await until(() => bytes >= 200 * big.length)
    expect(broker.handled).toHaveLength(200)
  })

  test('connections above the bound are closed at once, and a place becomes free again', async () => {
    const lines: string[] = []
    const broker = scriptedBroker(answersCluster)
    const listener = await serve(broker, {
      limits: { maxConnections: 2 },
      logger: (_level, message) => lines.push(message),
    })
    const first = await dial(listener)
    await dial(listener)
    const third = await dial(listener)
    await third.closed
    expect(lines).toEqual(['connection refused: 2 are open (max.connections)'])
    await first[Symbol.asyncDispose]()
    await until(() => listener.connectionCount < 2)
    const fourth = await dial(listener)
    fourth.send(describeCluster, 0, 1, {})
    expect((await fourth.receive(describeCluster, 0)).correlationId).toBe(1)
  })

  test('an idle connection goes; one that waits for its answer stays', async () => {
    const waiting = gate<object>()
    const broker = scriptedBroker({ Fetch: () => waiting.promise })
    const listener = await serve(broker, { limits: { maxIdleMs: 30 } })
    const waits = await dial(listener)
    waits.send(fetch, 12, 1, {})
    const idle = await dial(listener)
    await idle.closed
    await delay(100)
    waiting.open(fetch.response.create({}))
    expect((await waits.receive(fetch, 12)).correlationId).toBe(1)
  })

  test('a client that drips a request is closed', async () => {
    const lines: string[] = []
    const listener = await serve(scriptedBroker(answersCluster), {
      limits: { readTimeoutMs: 40, minReadBytes: 1_000 },
      logger: (_level, message) => lines.push(message),
    })
    const client = await dial(listener)
    client.write(Buffer.from('00000100', 'hex'))
    await client.closed
    expect(lines).toEqual(['closed: 0 bytes of an unfinished request in 40 ms'])
  })

  test('a client that sends a large request slowly but steadily is not', async () => {
    const listener = await serve(scriptedBroker({ Produce: () => produce.response.create({}) }), {
      limits: { readTimeoutMs: 100, minReadBytes: 1_000 },
    })
    const client = await dial(listener)
    const records = [Buffer.alloc(100_000)]
    const body = produce.request.create({ topicData: [{ name: 't', partitionData: [{ index: 0, records }] }] })
    const request = Buffer.concat(encodeRequest(produce, 7, 1, 'raw', body))
    for (let at = 0; at < request.length; at += 2_500) {
      client.write(request.subarray(at, at + 2_500))
      await delay(8)
    }
    expect((await client.receive(produce, 7)).correlationId).toBe(1)
  })

  test('a thousand connections that claim 100 MiB each cost little', async () => {
    const listener = await serve(scriptedBroker(answersCluster))
    const before = process.memoryUsage().rss
    const count = 1_000
    const sockets = await Promise.all(
      Array.from({ length: count }, async () => {
        const socket = connect({ port: listener.port, host: '127.0.0.1' })
        socket.on('error', () => {})
        cleanups.push(() => socket.destroy())
        await once(socket, 'connect')
        socket.write(Buffer.from('0640000000120000000000000001', 'hex'))
        return socket
      }),
    )
    await until(() => listener.connectionCount === count)
    await delay(50)
    // Both ends live in this process.
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024)
    expect(sockets.every((socket) => !socket.destroyed)).toBe(true)
  })
})

describe('closing a listener', () => {
  test('ends at once a long poll that would wait for 30 s, and answers it', async () => {
    const broker = scriptedBroker({
      Fetch: (_request, { signal }) =>
        new Promise((resolve) => {
          signal!.addEventListener('abort', () => resolve(fetch.response.create({})), { once: true })
        }),
    })
    const listener = await serve(broker, { limits: { drainMs: 20_000 } })
    const client = await dial(listener)
    client.send(fetch, 12, 1, { maxWaitMs: 30_000 })
    await until(() => broker.handled.length === 1)
    await listener.close()
    expect((await client.receive(fetch, 12)).correlationId).toBe(1)
    expect(await client.frame()).toBeUndefined()
    expect(broker.went).toHaveLength(1)
  })

  test('lets a request that has begun answer', async () => {
    const slow = gate<object>()
    const broker = scriptedBroker({ Produce: () => slow.promise })
    const listener = await serve(broker, { limits: { drainMs: 20_000 } })
    const client = await dial(listener)
    client.send(produce, 7, 1, {})
    await until(() => broker.handled.length === 1)
    const closed = listener.close()
    slow.open(produce.response.create({}))
    expect((await client.receive(produce, 7)).correlationId).toBe(1)
    await closed
  })

  test('does not wait for ever for a request that never ends', async () => {
    const broker = scriptedBroker({ Produce: () => new Promise(() => {}) })
    const listener = await serve(broker, { limits: { drainMs: 30 } })
    const client = await dial(listener)
    client.send(produce, 7, 1, {})
    await until(() => broker.handled.length === 1)
    await listener.close()
    await client.closed
  })

  test('takes no new connections, and may be called again', async () => {
    const listener = await serve(scriptedBroker(answersCluster))
    await Promise.all([listener.close(), listener.close()])
    await expect(rawClient({ port: listener.port })).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('does not wait for idle connections', async () => {
    const listener = await serve(scriptedBroker(answersCluster), { limits: { drainMs: 20_000 } })
    const client = await dial(listener)
    await until(() => listener.connectionCount === 1)
    await listener.close()
    await client.closed
  })

  test('a client that stops writing still gets its answers', async () => {
    const slow = gate<object>()
    const broker = scriptedBroker({ Produce: () => slow.promise })
    const client = await dial(await serve(broker))
    client.send(produce, 7, 1, {})
    client.socket.end()
    await until(() => broker.handled[0]?.context.signal?.aborted === true)
    slow.open(produce.response.create({}))
    expect((await client.receive(produce, 7)).correlationId).toBe(1)
  })
})

describe('addresses', () => {
  test('the broker hears who comes and goes, and where', async () => {
    const broker = scriptedBroker(answersCluster)
    const listener = await serve(broker)
    const client = await dial(listener)
    await until(() => broker.came.length === 1)
    expect(broker.came[0]).toMatchObject({
      listener: `127.0.0.1:${listener.port}`,
      remoteAddress: '127.0.0.1',
      advertised: { host: '127.0.0.1', port: listener.port },
    })
    await client[Symbol.asyncDispose]()
    await until(() => broker.went.length === 1)
    expect(broker.went[0]).toBe(broker.came[0])
  })

  test('a listener on all addresses tells each client the one that it dialled', async () => {
    const broker = scriptedBroker(answersCluster)
    const listener = await listen(broker, { host: '0.0.0.0', port: 0 })
    cleanups.push(() => listener.close())
    await dial({ host: '127.0.0.2', port: listener.address!.port })
    await until(() => broker.came.length === 1)
    expect(broker.came[0]!.advertised).toEqual({ host: '127.0.0.2', port: listener.address!.port })
  })

  test('an advertised address wins, and its port 0 means the bound one', async () => {
    const broker = scriptedBroker(answersCluster)
    const listener = await listen(broker, { port: 0, advertised: { host: 'rafka.example', port: 0 } })
    cleanups.push(() => listener.close())
    expect(listener.advertised).toEqual({ host: 'rafka.example', port: listener.address!.port })
  })

  test('a port in use is refused with a reason', async () => {
    const listener = await serve(scriptedBroker(answersCluster))
    const second = listen(scriptedBroker(answersCluster), { port: listener.port })
    await expect(second).rejects.toMatchObject({
      code: 'LISTENER_UNUSABLE',
      message: expect.stringContaining(`cannot listen on 127.0.0.1:${listener.port}: it is in use`),
    })
  })

  test('an address of another machine is refused with a reason', async () => {
    const listener = listen(scriptedBroker(answersCluster), { host: '192.0.2.1', port: 0 })
    await expect(listener).rejects.toMatchObject({ code: 'LISTENER_UNUSABLE', details: { reason: 'EADDRNOTAVAIL' } })
  })

  test("a Unix socket works the same, is its owner's alone, and is removed", async () => {
    const directory = mkdtempSync(join(tmpdir(), 'rafka-listen-'))
    cleanups.push(() => rmSync(directory, { recursive: true, force: true }))
    const path = join(directory, 'rafka.sock')
    const broker = scriptedBroker(answersCluster)
    const listener = await listen(broker, { path })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const client = await dial({ path })
    client.send(describeCluster, 0, 1, {})
    expect((await client.receive(describeCluster, 0)).correlationId).toBe(1)
    expect(broker.came[0]).toMatchObject({ listener: 'local', remoteAddress: 'local', advertised: undefined })
    await listener.close()
    expect(() => statSync(path)).toThrow('ENOENT')
  })
})
