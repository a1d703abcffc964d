import { describe, expect, it } from 'vitest'
import { fetch } from '../../../src/protocol/apis/fetch.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { readBatchHeader } from '../../../src/records/header.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { fetchRequest, type Wanted } from '../../support/broker-requests.ts'
import { FaultyEngine } from '../../support/faulty-engine.ts'
import { quiet } from '../../support/pending.ts'
import { batchOf, packedBatchOf } from '../../support/record-batches.ts'

/** A broker with a topic of two partitions, each with batches of 1, 2 and 3 records. */
async function startFilled() {
  const broker = await startBroker()
  const topicId = await broker.createTopic('t', { partitions: 2 })
  for (const partition of [0, 1]) {
    for (const values of [['a'], ['b', 'c'], ['d', 'e', 'f']]) await broker.produce('t', batchOf(values), { partition })
  }
  const sizes = (await broker.fetch('t', 0)).records!.map(({ length }) => length)
  /** Base offsets of what each partition gives. */
  const basesOf = async (wanted: readonly Wanted[], maxBytes: number) => {
    const asked = wanted.map((one) => ({ topic: 't', ...one }))
    const { responses } = await broker.ask(fetch, fetchRequest(asked, { maxBytes }), { version: 12 })
    return responses.flatMap(({ partitions }) =>
      partitions.map(({ records }) => records!.map((b) => readBatchHeader(b).baseOffset)),
    )
  }
  return { broker, topicId, sizes, basesOf }
}

describe('Fetch', () => {
  it('F1: an offset before the start or behind the end is out of range: told at once, with -1 for every place', async () => {
    const { broker } = await startFilled()
    await using _ = broker
    for (const offset of [-1, 7, 1000]) {
      expect(await broker.fetch('t', offset, { maxWaitMs: 10_000 })).toMatchObject({
        error: 'OFFSET_OUT_OF_RANGE',
        records: [],
        highWatermark: -1,
        lastStableOffset: -1,
        logStartOffset: -1,
      })
    }
  })

  it('F1: at the end there is nothing and no error; between what is durable and the end it waits', async () => {
    const storage = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 20, durability: 'none' }))
    await using broker = await startBroker({ storage })
    await broker.createTopic('t')
    await broker.produce('t', batchOf(['a']))
    expect(await broker.fetch('t', 1)).toMatchObject({
      error: 'NONE',
      records: [],
      highWatermark: 1,
      logStartOffset: 0,
    })
    storage.stall()
    const produced = broker.produce('t', batchOf(['b', 'c', 'd']))
    await quiet()
    expect(await broker.fetch('t', 3)).toMatchObject({ error: 'NONE', records: [], highWatermark: 1 })
    storage.release()
    await produced
    expect(await broker.fetch('t', 3)).toMatchObject({ error: 'NONE', highWatermark: 4 })
  })

  it('F2: an offset inside a batch gives the whole batch', async () => {
    const { broker } = await startFilled()
    await using _ = broker
    for (const offset of [3, 4, 5]) {
      const { records } = await broker.fetch('t', offset)
      expect(records!.map((batch) => readBatchHeader(batch).baseOffset)).toEqual([3])
    }
  })

  it('F4: the first batch comes whole, however small the limits; F13: also when they are 0', async () => {
    const { broker, basesOf } = await startFilled()
    await using _ = broker
    expect(await basesOf([{ offset: 0, maxBytes: 1 }], 1)).toEqual([[0]])
    expect(await basesOf([{ offset: 3, maxBytes: 0 }], 0)).toEqual([[3]])
    expect(
      await basesOf(
        [
          { offset: 1, maxBytes: 0 },
          { partition: 1, offset: 0, maxBytes: 0 },
        ],
        0,
      ),
    ).toEqual([[1], []])
  })

  it('F4: after that a partition gives what fits in its limit and in what is left of the request', async () => {
    const { broker, sizes, basesOf } = await startFilled()
    await using _ = broker
    const [first, second, third] = sizes as [number, number, number]
    const all = first + second + third
    expect(await basesOf([{ offset: 0, maxBytes: first + second }], 2 ** 20)).toEqual([[0, 1]])
    expect(await basesOf([{ offset: 0, maxBytes: first + second - 1 }], 2 ** 20)).toEqual([[0]])
    const both = [{ offset: 0 }, { partition: 1, offset: 0 }]
    expect(await basesOf(both, all + first)).toEqual([[0, 1, 3], [0]])
    expect(await basesOf(both, all + first - 1)).toEqual([[0, 1, 3], []])
    const tight = [
      { offset: 0, maxBytes: 1 },
      { partition: 1, offset: 0, maxBytes: first - 1 },
    ]
    expect(await basesOf(tight, 2 ** 20)).toEqual([[0], []])
  })

  it('F4: the order of the request counts: the first partition that has something gives at least one batch', async () => {
    const { broker, basesOf } = await startFilled()
    await using _ = broker
    expect(await basesOf([{ partition: 1, offset: 6 }, { offset: 3 }], 1)).toEqual([[], [3]])
    expect(await basesOf([{ partition: 1, offset: 0 }, { offset: 0 }], 1)).toEqual([[0], []])
  })

  it('F5: never gives more than fetch.max.bytes, but whole batches', async () => {
    await using broker = await startBroker({ configs: { 'fetch.max.bytes': '1024' } })
    await broker.createTopic('t')
    for (let index = 0; index < 4; index++) await broker.produce('t', batchOf(['x'.repeat(400)]))
    expect((await broker.fetch('t', 0, { maxBytes: 2 ** 30 })).records).toHaveLength(2)
  })

  it('F6: an error in one partition is told with what the others have', async () => {
    const { broker } = await startFilled()
    await using _ = broker
    const request = fetchRequest(
      [
        { topic: 't', offset: 99 },
        { topic: 't', partition: 1, offset: 3 },
      ],
      { minBytes: 10_000, maxWaitMs: 10_000 },
    )
    const { responses } = await broker.ask(fetch, request, { version: 12 })
    const told = responses[0]!.partitions.map(({ errorCode, records }) => [errorName(errorCode), records!.length])
    expect(told).toEqual([
      ['OFFSET_OUT_OF_RANGE', 0],
      ['NONE', 1],
    ])
  })

  it('F9: records are never null, also in errors', async () => {
    const { broker } = await startFilled()
    await using _ = broker
    for (const answer of [await broker.fetch('t', 6), await broker.fetch('t', 99), await broker.fetch('missing', 0)]) {
      expect(answer.records).toEqual([])
    }
  })

  it('F10: what was packed with zstd is given to old clients as it is, as Kafka 4 does', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    await broker.produce('t', await packedBatchOf('zstd', ['a']))
    const { responses } = await broker.ask(fetch, fetchRequest([{ topic: 't', offset: 0 }]), { version: 4 })
    expect(responses[0]!.partitions[0]!.records).toHaveLength(1)
  })

  it('F11: an older leader epoch is fenced, a newer one is unknown, -1 and the right one pass', async () => {
    const { broker } = await startFilled()
    await using _ = broker
    expect(await broker.fetch('t', 0, { leaderEpoch: 1 })).toMatchObject({ error: 'UNKNOWN_LEADER_EPOCH' })
    expect(await broker.fetch('t', 0, { leaderEpoch: -2 })).toMatchObject({ error: 'FENCED_LEADER_EPOCH' })
    expect(await broker.fetch('t', 0, { leaderEpoch: 0 })).toMatchObject({ error: 'NONE' })
    expect(await broker.fetch('t', 0, { leaderEpoch: -1 })).toMatchObject({ error: 'NONE' })
  })

  it('F12, F6: who read beyond the end of its last epoch is told at once where that was; an epoch that never was is out of range', async () => {
    const { broker } = await startFilled()
    await using _ = broker
    const read = async (offset: number, lastFetchedEpoch: number) => {
      const request = fetchRequest([{ topic: 't', offset, lastFetchedEpoch }], { maxWaitMs: 10_000 })
      const { responses } = await broker.ask(fetch, request, { version: 12 })
      const { errorCode, divergingEpoch, records, highWatermark } = responses[0]!.partitions[0]!
      return { error: errorName(errorCode), divergingEpoch, batches: records!.length, highWatermark }
    }
    const none = { epoch: -1, endOffset: -1 }
    expect(await read(0, 0)).toMatchObject({ error: 'NONE', divergingEpoch: none, batches: 3 })
    const diverging = { epoch: 0, endOffset: 6 }
    expect(await read(7, 0)).toEqual({ error: 'NONE', divergingEpoch: diverging, batches: 0, highWatermark: 6 })
    expect(await read(0, 5)).toMatchObject({ error: 'OFFSET_OUT_OF_RANGE', divergingEpoch: none })
  })

  it('a topic or partition that does not exist is told at once, and never created', async () => {
    const { broker } = await startFilled()
    await using _ = broker
    const unknown = { error: 'UNKNOWN_TOPIC_OR_PARTITION', highWatermark: -1 }
    expect(await broker.fetch('missing', 0, { maxWaitMs: 10_000 })).toMatchObject(unknown)
    expect(await broker.fetch('t', 0, { partition: 2, maxWaitMs: 10_000 })).toMatchObject(unknown)
    expect(await broker.fetch('missing', 0)).toMatchObject(unknown)
  })

  it('M8: from version 13 on topics go by id, and an unknown one is UNKNOWN_TOPIC_ID', async () => {
    const { broker, topicId } = await startFilled()
    await using _ = broker
    const unknownId = 'abcdefghijklmnopqrstuA'
    const request = fetchRequest([
      { topicId, offset: 3 },
      { topicId: unknownId, offset: 0 },
    ])
    const { responses } = await broker.ask(fetch, request, { version: 13 })
    expect(responses.map((one) => [one.topicId, errorName(one.partitions[0]!.errorCode)])).toEqual([
      [topicId, 'NONE'],
      [unknownId, 'UNKNOWN_TOPIC_ID'],
    ])
    expect(responses[0]!.partitions[0]!.records).toHaveLength(1)
  })

  it('M8: the id of a topic that was deleted and created again is not that of the new one', async () => {
    const { broker, topicId } = await startFilled()
    await using _ = broker
    await broker.deleteTopic('t')
    expect(await broker.createTopic('t')).not.toBe(topicId)
    const { responses } = await broker.ask(fetch, fetchRequest([{ topicId, offset: 0 }]), { version: 13 })
    expect(errorName(responses[0]!.partitions[0]!.errorCode)).toBe('UNKNOWN_TOPIC_ID')
    expect(await broker.records('t')).toEqual([])
  })

  it('X2: a partition that is named twice is answered once, as it came last', async () => {
    const { broker, basesOf } = await startFilled()
    await using _ = broker
    expect(await basesOf([{ offset: 0 }, { partition: 1, offset: 3 }, { offset: 3 }], 2 ** 20)).toEqual([[3], [3]])
  })

  it('a follower is refused: there is one broker; before version 13 each partition says so', async () => {
    const { broker, topicId } = await startFilled()
    await using _ = broker
    const byName = fetchRequest([{ topic: 't', offset: 0 }], { replicaId: 2 })
    const { responses } = await broker.ask(fetch, byName, { version: 6 })
    expect(responses[0]).toMatchObject({ topic: 't', partitions: [{ partitionIndex: 0, records: [] }] })
    expect(errorName(responses[0]!.partitions[0]!.errorCode)).toBe('INVALID_REQUEST')
    const byId = await broker.ask(fetch, fetchRequest([{ topicId, offset: 0 }], { replicaId: 2 }), { version: 13 })
    expect(byId).toMatchObject({ responses: [] })
    expect(errorName(byId.errorCode)).toBe('INVALID_REQUEST')
  })
})
