import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { describeCluster } from '../../src/protocol/apis/describe-cluster.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import { encodeRequest } from '../../src/protocol/wire.ts'
import { fetched } from '../support/fetched.ts'
import { scriptedBroker } from '../support/scripted-broker.ts'
import { answersCluster, dial, gate, serve, until } from '../support/served.ts'

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
    onTestFinished(() => void slow.destroy())
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

  test('C11: an idle connection goes; one that waits for its answer stays', async () => {
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
        onTestFinished(() => void socket.destroy())
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
