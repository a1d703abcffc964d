import { describe, expect, test } from 'vitest'
import { createClient } from '../../../src/client/create-client.ts'
import { brokerDialer } from '../../../src/client/transports/broker-dialer.ts'
import type { ProducerOptions } from '../../../src/core/rafka.ts'
import { fakeTime, inFakeTime } from '../../support/fake-time.ts'
import { scriptedCluster } from '../../support/scripted-cluster.ts'

function setUp(options: ProducerOptions = {}, partitions = 1) {
  const cluster = scriptedCluster({ t: partitions })
  return { cluster, producer: createClient({ dialer: brokerDialer(cluster.broker) }).producer(options) }
}

/** An answer that comes when the test says so. */
function gate() {
  let open = () => {}
  const promise = new Promise<void>((resolve) => {
    open = resolve
  })
  return { promise, open: () => open() }
}

const record = Buffer.from('0123456789'.repeat(10))

describe('a batch', () => {
  test('waits for more records for as long as it may linger', async () => {
    fakeTime()
    const { cluster, producer } = setUp({ lingerMs: 50 })
    await inFakeTime(producer.send({ topic: 't', value: 'first' }))
    const startedAt = performance.now()
    const sent = [0, 1, 2].map((value) => producer.send({ topic: 't', value: `${value}` }))
    await inFakeTime(Promise.all(sent), 1)
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(50)
    expect(performance.now() - startedAt).toBeLessThan(60)
    expect(cluster.received.map(({ recordCount }) => recordCount)).toEqual([1, 3])
  })

  test('does not wait when it is full', async () => {
    const { cluster, producer } = setUp({ lingerMs: 60_000, batchBytes: 500 })
    const sent = Array.from({ length: 100 }, () => producer.send({ topic: 't', value: 'twenty bytes or more' }))
    await sent[0]
    expect(cluster.received[0]?.recordCount).toBeGreaterThan(10)
    expect(cluster.received[0]?.sizeBytes).toBeLessThanOrEqual(500)
    await producer.close()
    await Promise.all(sent)
  })

  test('does not wait for a flush', async () => {
    const { cluster, producer } = setUp({ lingerMs: 60_000 })
    const first = producer.send({ topic: 't', value: 'before the topic is known' })
    await producer.flush()
    await first
    const second = producer.send({ topic: 't', value: 'x' })
    await producer.flush()
    await second
    expect(cluster.received).toHaveLength(2)
    await producer.close()
  })

  test('without linger holds what was sent in one go', async () => {
    const { cluster, producer } = setUp({ lingerMs: 0 })
    await producer.send({ topic: 't', value: 'first' })
    await Promise.all([0, 1, 2, 3].map((value) => producer.send({ topic: 't', value: `${value}` })))
    expect(cluster.received.map(({ recordCount }) => recordCount)).toEqual([1, 4])
    await producer.close()
  })

  test('of records without a key goes to one partition, and the next to another', async () => {
    const { cluster, producer } = setUp({ batchBytes: 300, lingerMs: 60_000 }, 3)
    const writer = producer.writer('t')
    for (let index = 0; index < 200; index += 1) if (!writer.write(record, -1, -1, 0, 100)) await writer.drained()
    await writer.flush()
    const full = cluster.received.filter(({ recordCount }) => recordCount === 2)
    expect(full.length).toBeGreaterThan(90)
    expect(new Set(cluster.received.map(({ partition }) => partition))).toEqual(new Set([0, 1, 2]))
    expect(writer.acknowledged).toMatchObject({ records: 200, leading: 200 })
    await producer.close()
  })

  test('of several partitions share requests up to the largest request', async () => {
    const { cluster, producer } = setUp({ lingerMs: 60_000, maxRequestBytes: 1_000 }, 10)
    const warm = producer.send({ topic: 't', value: 'x', partition: 0 })
    await producer.flush()
    await warm
    const requests = () => cluster.broker.handled.filter(({ api }) => api === 'Produce').length
    const before = requests()
    const sent = Array.from({ length: 10 }, (_, partition) => {
      return producer.send({ topic: 't', value: record, partition })
    })
    await producer.flush()
    await Promise.all(sent)
    expect(requests() - before).toBe(2)
    await producer.close()
  })
})

describe('the memory bound', () => {
  test('makes send wait, in the order of the calls', async () => {
    const { cluster, producer } = setUp({ bufferBytes: 300, lingerMs: 0 })
    await producer.send({ topic: 't', value: 'first' })
    const { promise, open } = gate()
    cluster.gate = promise
    const sent = Array.from({ length: 20 }, (_, index) => producer.send({ topic: 't', value: `${index} `.repeat(20) }))
    await expect.poll(() => cluster.received.length).toBe(2)
    const held = cluster.received.slice(1).reduce((sum, { recordCount }) => sum + recordCount, 0)
    expect(held).toBeLessThan(10)
    cluster.gate = undefined
    open()
    const receipts = await Promise.all(sent)
    expect(receipts.map(({ offset }) => offset)).toEqual(receipts.map((_, index) => index + 1))
    await producer.close()
  })

  test('makes write answer false, and drained wait', async () => {
    const { cluster, producer } = setUp({ bufferBytes: 1_000, lingerMs: 0 })
    const writer = producer.writer('t')
    expect(writer.write(record, -1, -1, 0, 100)).toBe(false)
    await writer.drained()
    const { promise, open } = gate()
    cluster.gate = promise
    let written = 1
    while (writer.write(record, -1, -1, 0, 100)) written += 1
    expect(written).toBeGreaterThan(5)
    expect(written).toBeLessThan(12)
    let drained = false
    const draining = writer.drained().then(() => {
      drained = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(drained).toBe(false)
    open()
    await draining
    await writer.flush()
    expect(writer.acknowledged.records).toBe(written + 1)
    await producer.close()
  })

  test('is an error for a writer that does not wait', async () => {
    const { cluster, producer } = setUp({ bufferBytes: 1_000 })
    cluster.gate = new Promise(() => {})
    const writer = producer.writer('t')
    const flood = () => {
      for (let index = 0; index < 100; index += 1) writer.write(record, -1, -1, 0, 100)
    }
    expect(flood).toThrow(/await drained\(\)/)
  })
})

describe('records written at once', () => {
  const keyed = Buffer.from('k0v0k1v1k2v2k3v3k4v4k5v5')
  const slices = Int32Array.from([0, 4, 8, 12, 16, 20].flatMap((at) => [at, at + 2, at + 2, at + 4]))

  test('go where they go one by one', async () => {
    const acknowledged = []
    for (const atOnce of [false, true]) {
      const { producer } = setUp({ lingerMs: 0 }, 3)
      const writer = producer.writer('t')
      // Until the topic is known, there is no way in but `write`.
      expect(writer.writeMany(keyed, slices, 0, 6)).toBe(0)
      writer.write(keyed, 0, 2, 2, 4)
      await writer.flush()
      if (atOnce) expect(writer.writeMany(keyed, slices, 1, 6)).toBe(5)
      else for (let at = 4; at < 24; at += 4) writer.write(keyed, at, at + 2, at + 2, at + 4)
      await writer.flush()
      acknowledged.push({ ...writer.acknowledged, partitions: new Map(writer.acknowledged.partitions) })
      await producer.close()
    }
    expect(acknowledged[0]).toMatchObject({ records: 6, leading: 6, bytes: 24 })
    expect(acknowledged[0]?.partitions.size).toBeGreaterThan(1)
    expect(acknowledged[1]).toEqual(acknowledged[0])
  })

  test('are as many as memory has room for', async () => {
    const { cluster, producer } = setUp({ bufferBytes: 1_000, lingerMs: 0 })
    const writer = producer.writer('t')
    writer.write(record, -1, -1, 0, 1)
    await writer.flush()
    const { promise, open } = gate()
    cluster.gate = promise
    const many = Int32Array.from(Array.from({ length: 50 }, () => [-1, -1, 0, 100]).flat())
    const taken = writer.writeMany(record, many, 0, 50)
    expect(taken).toBeGreaterThan(5)
    expect(taken).toBeLessThan(12)
    expect(writer.writeMany(record, many, taken, 50)).toBe(0)
    expect(writer.write(record, -1, -1, 0, 100)).toBe(false)
    open()
    await writer.drained()
    await writer.flush()
    expect(writer.acknowledged).toMatchObject({ records: taken + 2, leading: taken + 2 })
    await producer.close()
  })

  test('end before one that cannot be sent, and `write` tells why', async () => {
    const { producer } = setUp({ lingerMs: 0, maxRequestBytes: 1_000 })
    const writer = producer.writer('t')
    writer.write(record, -1, -1, 0, 1)
    await writer.flush()
    const source = Buffer.alloc(3_000, 'x')
    expect(writer.writeMany(source, Int32Array.of(-1, -1, 0, 10, -1, -1, 0, 2_000, -1, -1, 0, 10), 0, 3)).toBe(1)
    expect(() => writer.write(source, -1, -1, 0, 2_000)).toThrow(expect.objectContaining({ code: 'MESSAGE_TOO_LARGE' }))
    await writer.flush()
    expect(writer.acknowledged.records).toBe(2)
    await producer.close()
  })
})

test('what is no message is refused at once', async () => {
  const { producer } = setUp()
  const send = (message: object) => producer.send(message as never)
  const wrong = { code: 'INVALID_ARGUMENT' }
  await expect(send({ value: 'x' })).rejects.toMatchObject(wrong)
  await expect(send({ topic: 't' })).rejects.toMatchObject(wrong)
  await expect(send({ topic: 't', value: { a: 1 } })).rejects.toThrow(
    'a message needs as value a string, a Uint8Array or null; got object',
  )
  await expect(send({ topic: 't', value: 'x', partition: -1 })).rejects.toMatchObject(wrong)
  await expect(send({ topic: 't', value: 'x', timestamp: 1.5 })).rejects.toMatchObject(wrong)
  await expect(send({ topic: 't', value: 'x', headers: [{ key: 1, value: 'x' }] })).rejects.toMatchObject(wrong)
  await producer.close()
})

test('options that cannot be are refused by name', () => {
  expect(() => setUp({ lingerMs: -1 })).toThrow(/lingerMs/)
  expect(() => setUp({ acks: 2 as never })).toThrow(/acks/)
  expect(() => setUp({ acks: 1, idempotent: true })).toThrow(/acks/)
  expect(() => setUp({ compression: 'brotli' as never })).toThrow(/compression/)
  expect(() => setUp({ bufferBytes: Number.NaN })).toThrow(/bufferBytes/)
})
