import { describe, expect, it } from 'vitest'
import { deleteRecords } from '../../../src/protocol/apis/delete-records.ts'
import { listOffsets } from '../../../src/protocol/apis/list-offsets.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { listOffsetsRequest } from '../../support/broker-requests.ts'
import { batchOf, forged, packedBatchOf } from '../../support/record-batches.ts'

const LATEST = -1
const EARLIEST = -2
const MAX_TIMESTAMP = -3

async function startWith(...batches: Array<readonly number[]>) {
  const broker = await startBroker()
  await broker.createTopic('t')
  for (const timestamps of batches) await broker.produce('t', batchOf(timestamps.map(String), { timestamps }))
  return broker
}

const deleteBefore = (broker: BrokerFixture, offset: number) =>
  broker.ask(
    deleteRecords,
    deleteRecords.request.create({ topics: [{ name: 't', partitions: [{ partitionIndex: 0, offset }] }] }),
  )

describe('ListOffsets', () => {
  it('L1: -1 is the high watermark and -2 the start, with timestamp -1 and the leader epoch', async () => {
    await using broker = await startWith([1000], [2000, 3000])
    await deleteBefore(broker, 1)
    expect(await broker.listOffsets('t', LATEST)).toMatchObject({
      error: 'NONE',
      offset: 3,
      timestamp: -1,
      leaderEpoch: 0,
    })
    expect(await broker.listOffsets('t', EARLIEST)).toMatchObject({ offset: 1, timestamp: -1, leaderEpoch: 0 })
  })

  it('L2: -3 is the record with the largest timestamp, the first of equals; -1 when there is none', async () => {
    await using broker = await startWith([1000, 5000, 2000], [3000], [5000])
    expect(await broker.listOffsets('t', MAX_TIMESTAMP)).toMatchObject({ offset: 1, timestamp: 5000 })
    await using empty = await startWith()
    expect(await empty.listOffsets('t', MAX_TIMESTAMP)).toMatchObject({ offset: -1, timestamp: -1 })
  })

  it('L2: -3 passes over what is below the start, and over what a header promises and does not hold', async () => {
    await using broker = await startWith([5000, 1000, 2000], [2000, 3000], [3000])
    await deleteBefore(broker, 1)
    expect(await broker.listOffsets('t', MAX_TIMESTAMP)).toMatchObject({ offset: 4, timestamp: 3000 })
    const lying = forged(await packedBatchOf('gzip', ['a'], { timestamp: 100 }), (bytes) =>
      bytes.writeBigInt64BE(9000n, 35),
    )
    await broker.produce('t', lying)
    expect(await broker.listOffsets('t', MAX_TIMESTAMP)).toMatchObject({ offset: 4, timestamp: 3000 })
  })

  it('L2: -4 is the start, -5 and -6 are nowhere: nothing is tiered', async () => {
    await using broker = await startWith([1000], [2000])
    await deleteBefore(broker, 1)
    expect(await broker.listOffsets('t', -4)).toMatchObject({ offset: 1, timestamp: -1 })
    for (const place of [-5, -6]) {
      expect(await broker.listOffsets('t', place)).toMatchObject({ offset: -1, timestamp: -1, leaderEpoch: -1 })
    }
  })

  it('L3: a timestamp gives the first record at or after it, by record and not by batch', async () => {
    await using broker = await startWith([1000, 3000, 2000], [2500, 9000])
    for (const [timestamp, offset, found] of [
      [0, 0, 1000],
      [1000, 0, 1000],
      [1001, 1, 3000],
      [2500, 1, 3000],
      [3001, 4, 9000],
      [9000, 4, 9000],
      [9001, -1, -1],
    ] as const) {
      expect(await broker.listOffsets('t', timestamp)).toMatchObject({ error: 'NONE', offset, timestamp: found })
    }
  })

  it.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'L3: looks into batches that are packed with %s',
    async (codec) => {
      await using broker = await startWith()
      await broker.produce('t', await packedBatchOf(codec, ['a', 'b', 'c'], { timestamps: [1000, 2000, 3000] }))
      expect(await broker.listOffsets('t', 1500)).toMatchObject({ offset: 1, timestamp: 2000 })
      expect(await broker.listOffsets('t', MAX_TIMESTAMP)).toMatchObject({ offset: 2, timestamp: 3000 })
    },
  )

  it('L3: a packed batch that promises a later record than it holds is passed over', async () => {
    await using broker = await startWith()
    const lying = forged(await packedBatchOf('gzip', ['a'], { timestamp: 1000 }), (bytes) =>
      bytes.writeBigInt64BE(5000n, 35),
    )
    await broker.produce('t', lying)
    expect(await broker.listOffsets('t', 4000)).toMatchObject({ error: 'NONE', offset: -1 })
    await broker.produce('t', batchOf(['b'], { timestamp: 4500 }))
    expect(await broker.listOffsets('t', 4000)).toMatchObject({ offset: 1, timestamp: 4500 })
  })

  it('L3: what is below the start is not found', async () => {
    await using broker = await startWith([1000, 2000, 3000], [4000])
    await deleteBefore(broker, 2)
    expect(await broker.listOffsets('t', 0)).toMatchObject({ offset: 2, timestamp: 3000 })
    await deleteBefore(broker, 4)
    expect(await broker.listOffsets('t', 0)).toMatchObject({ offset: -1, timestamp: -1 })
    expect(await broker.listOffsets('t', MAX_TIMESTAMP)).toMatchObject({ offset: -1, timestamp: -1 })
  })

  it('L3: records with the time of the broker are found by that', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t', { configs: { 'message.timestamp.type': 'LogAppendTime' } })
    await broker.produce('t', batchOf(['a', 'b'], { timestamps: [5, 6] }))
    const nowMs = broker.clock.now()
    expect(await broker.listOffsets('t', 7)).toMatchObject({ offset: 0, timestamp: nowMs })
    expect(await broker.listOffsets('t', MAX_TIMESTAMP)).toMatchObject({ offset: 0, timestamp: nowMs })
  })

  it('L4: a place that the version does not know, or that there is not, is UNSUPPORTED_VERSION', async () => {
    await using broker = await startWith([1000])
    for (const [timestamp, version] of [
      [-3, 6],
      [-4, 7],
      [-5, 8],
      [-6, 10],
      [-100, 11],
    ] as const) {
      expect(await broker.listOffsets('t', timestamp, { version })).toMatchObject({
        error: 'UNSUPPORTED_VERSION',
        offset: -1,
        timestamp: -1,
      })
    }
    expect(await broker.listOffsets('t', -3, { version: 7 })).toMatchObject({ error: 'NONE' })
  })

  it('L4: a partition that is named twice is refused both times, others are answered', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t', { partitions: 2 })
    const request = listOffsetsRequest([
      { topic: 't', timestamp: LATEST },
      { topic: 't', partition: 1, timestamp: LATEST },
      { topic: 't', timestamp: EARLIEST },
    ])
    const { topics } = await broker.ask(listOffsets, request)
    const told = topics.flatMap(({ partitions }) => partitions.map((one) => errorName(one.errorCode)))
    expect(told).toEqual(['INVALID_REQUEST', 'NONE', 'INVALID_REQUEST'])
  })

  it('L4: an unknown topic or partition is told', async () => {
    await using broker = await startWith([1000])
    expect(await broker.listOffsets('missing', LATEST)).toMatchObject({
      error: 'UNKNOWN_TOPIC_OR_PARTITION',
      offset: -1,
    })
    const request = listOffsetsRequest([{ topic: 't', partition: 1, timestamp: LATEST }])
    const { topics } = await broker.ask(listOffsets, request)
    expect(errorName(topics[0]!.partitions[0]!.errorCode)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  })

  it('F11: a leader epoch that is not the current one is told', async () => {
    await using broker = await startWith([1000])
    const request = listOffsetsRequest([{ topic: 't', timestamp: LATEST, leaderEpoch: 3 }])
    const { topics } = await broker.ask(listOffsets, request)
    expect(errorName(topics[0]!.partitions[0]!.errorCode)).toBe('UNKNOWN_LEADER_EPOCH')
  })

  it('G33: fifty thousand partitions in one request are not compared all with all', async () => {
    await using broker = await startWith([1000])
    const asked = Array.from({ length: 50_000 }, (_, partition) => ({ topic: 't', partition, timestamp: LATEST }))
    const startedAt = performance.now()
    await broker.ask(listOffsets, listOffsetsRequest(asked))
    expect(performance.now() - startedAt).toBeLessThan(10_000)
  })
})
