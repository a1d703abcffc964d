import { describe, expect, test } from 'vitest'
import { createClient } from '../../../src/client/create-client.ts'
import { brokerDialer } from '../../../src/client/transports/broker-dialer.ts'
import type { ConsumerOptions } from '../../../src/core/rafka.ts'
import { BatchBuilder } from '../../../src/records/batch-builder.ts'
import { loadCodec } from '../../../src/records/compression.ts'
import { stampBatch, writeCrc } from '../../../src/records/header.ts'
import { fakeTime, inFakeTime } from '../../support/fake-time.ts'
import { type ScriptedCluster, scriptedCluster, store } from '../../support/scripted-cluster.ts'

const CONTROL = 0x20

/** A batch from `base` with this many records, which takes up `span` offsets. */
function batch(base: number, records: number, span = records): Buffer {
  const builder = new BatchBuilder({ maxBytes: 10_000 })
  const value = Buffer.from('v')
  for (let index = 0; index < Math.max(1, records); index += 1) builder.append(1_000, value, -1, -1, 0, 1)
  const built = builder.build()
  const bytes = records === 0 ? built.subarray(0, 61) : built
  bytes.writeInt32BE(bytes.length - 12, 8)
  bytes.writeInt32BE(span - 1, 23)
  bytes.writeInt32BE(records, 57)
  return sealed(bytes, base)
}

function sealed(bytes: Buffer, base: number): Buffer {
  stampBatch(bytes, base, 0)
  writeCrc(bytes)
  return bytes
}

function clusterOf(...batches: Buffer[]): ScriptedCluster {
  const cluster = scriptedCluster({ t: 1 })
  for (const each of batches) store(cluster, 't', 0, each)
  return cluster
}

function consumerOf({ broker }: ScriptedCluster, options: Partial<ConsumerOptions> = {}) {
  return createClient({ dialer: brokerDialer(broker) }).consumer({ topics: ['t'], to: 'end', ...options })
}

async function offsets(cluster: ScriptedCluster, options: Partial<ConsumerOptions> = {}): Promise<number[]> {
  const seen = []
  for await (const { offset } of consumerOf(cluster, options)) seen.push(offset)
  return seen
}

describe('a consumer that is to end', () => {
  test('passes gaps between and inside batches', async () => {
    const cluster = clusterOf(batch(10, 2), batch(20, 2, 5), batch(40, 1))
    expect(await offsets(cluster)).toEqual([10, 11, 20, 21, 40])
    expect(await offsets(cluster, { from: 12 })).toEqual([20, 21, 40])
    expect(await offsets(cluster, { from: 11, to: 30 })).toEqual([11, 20, 21])
  })

  test('ends behind a gap at the end of the log', async () => {
    expect(await offsets(clusterOf(batch(0, 3), batch(3, 1, 100)))).toEqual([0, 1, 2, 3])
    expect(await offsets(clusterOf(batch(0, 3), batch(3, 0, 50)))).toEqual([0, 1, 2])
    expect(await offsets(clusterOf(batch(0, 0, 50)))).toEqual([])
  })

  test('gives no control records', async () => {
    const marker = batch(2, 1)
    marker.writeInt16BE(CONTROL, 21)
    expect(await offsets(clusterOf(batch(0, 2), sealed(marker, 2), batch(3, 1)))).toEqual([0, 1, 3])
    expect(await offsets(clusterOf(batch(0, 2), sealed(marker, 2)))).toEqual([0, 1])
  })

  test('drops the head of a batch that begins before its position', async () => {
    expect(await offsets(clusterOf(batch(0, 10)), { from: 7 })).toEqual([7, 8, 9])
  })
})

describe('a damaged batch', () => {
  test('ends the iteration where it is, after what comes before it', async () => {
    const broken = batch(5, 3)
    broken[65]! ^= 1
    const cluster = clusterOf(batch(0, 5), broken)
    const consumer = consumerOf(cluster)
    const seen: number[] = []
    const reading = (async () => {
      for await (const { offset } of consumer) seen.push(offset)
    })()
    await expect(reading).rejects.toMatchObject({
      code: 'CORRUPT_MESSAGE',
      message: 'the batch at offset 5 of t-0 is damaged: its CRC-32C is wrong',
    })
    expect(seen).toEqual([0, 1, 2, 3, 4])
    expect(cluster.broker.came.length - cluster.broker.went.length).toBe(1)
  })

  test('ends the iteration and lets go when it cannot be inflated', async () => {
    const builder = new BatchBuilder({ maxBytes: 10_000 })
    builder.append(1_000, Buffer.from('v'), -1, -1, 0, 1)
    const bytes = builder.build({ compression: await loadCodec('gzip') })
    bytes.fill(7, 61)
    const cluster = clusterOf(sealed(bytes, 0))
    const iterator = consumerOf(cluster)[Symbol.asyncIterator]()
    await expect(iterator.next()).rejects.toMatchObject({
      code: 'CORRUPT_MESSAGE',
      message: expect.stringMatching(/^t-0: /),
    })
    await expect(iterator.next()).resolves.toMatchObject({ done: true })
    expect(cluster.broker.came.length - cluster.broker.went.length).toBe(1)
  })

  test('is given as it is when its CRC is not to be checked', async () => {
    const wrong = batch(0, 3)
    wrong.writeUInt32BE(0, 17)
    expect(await offsets(clusterOf(wrong), { checkCrc: false })).toEqual([0, 1, 2])
  })

  test('of an old format is refused by name', async () => {
    const old = batch(0, 3)
    old[16] = 1
    await expect(offsets(clusterOf(old))).rejects.toMatchObject({ code: 'UNSUPPORTED_FOR_MESSAGE_FORMAT' })
  })
})

describe('a fetch that fails', () => {
  test('is made again, and nothing is given twice', async () => {
    fakeTime()
    const cluster = clusterOf(batch(0, 3), batch(3, 3), batch(6, 3))
    const faults = ['lose request', undefined, 'NOT_LEADER_OR_FOLLOWER', 'UNKNOWN_TOPIC_OR_PARTITION'] as const
    const left = [...faults]
    cluster.fetchFault = () => left.shift()
    expect(await inFakeTime(offsets(cluster))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  })

  test('for good ends the iteration', async () => {
    const cluster = clusterOf(batch(0, 3))
    cluster.fetchFault = () => 'TOPIC_AUTHORIZATION_FAILED'
    await expect(offsets(cluster)).rejects.toMatchObject({
      code: 'TOPIC_AUTHORIZATION_FAILED',
      message: 'the broker answered TOPIC_AUTHORIZATION_FAILED for t-0 at offset 0',
    })
  })

  test('for two seconds is told of, and so is the first answer after that', async () => {
    fakeTime()
    const cluster = clusterOf(batch(0, 3))
    const told: Array<string | undefined> = []
    let isGone = true
    cluster.fetchFault = () => (isGone ? 'lose request' : undefined)
    const startedAt = performance.now()
    const onOutage = (error: { readonly code: string } | undefined) => {
      told.push(error?.code)
      isGone = false
      if (error !== undefined) expect(performance.now() - startedAt).toBeGreaterThanOrEqual(2000)
    }
    expect(await inFakeTime(offsets(cluster, { onOutage }))).toEqual([0, 1, 2])
    expect(told).toEqual(['NETWORK_EXCEPTION', undefined])
  })

  test('for a minute ends the iteration, saying what was waited for', async () => {
    fakeTime()
    const cluster = clusterOf(batch(0, 3))
    cluster.fetchFault = () => 'lose request'
    const startedAt = performance.now()
    await expect(inFakeTime(offsets(cluster), 100)).rejects.toMatchObject({
      code: 'NETWORK_EXCEPTION',
      message: expect.stringMatching(/^gave up on an answer from the broker after \d+ ms/),
    })
    expect(performance.now() - startedAt).toBeLessThan(70_000)
  })
})
