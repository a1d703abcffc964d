import { describe, expect, it } from 'vitest'
import { fetch } from '../../../src/protocol/apis/fetch.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { type FetchOptions, fetchRequest, type Wanted } from '../../support/broker-requests.ts'
import { isPending } from '../../support/pending.ts'
import { batchOf } from '../../support/record-batches.ts'

/** Asks for several partitions and gives per partition the bytes and the error. */
async function fetchAll(broker: BrokerFixture, wanted: readonly Wanted[], options: FetchOptions = {}) {
  const { responses } = await broker.ask(fetch, fetchRequest(wanted, options), { version: 12 })
  return responses.flatMap(({ topic, partitions }) =>
    partitions.map(({ partitionIndex, records, errorCode }) => ({
      name: `${topic}/${partitionIndex}`,
      batches: records!.length,
      error: errorName(errorCode),
    })),
  )
}

async function withBatches(count: number, partitions = 1) {
  const broker = await startBroker()
  await broker.createTopic('t', { partitions })
  for (let partition = 0; partition < partitions; partition++) {
    for (let index = 0; index < count; index++) await broker.produce('t', batchOf(['x', 'y']), { partition })
  }
  return broker
}

describe('Fetch', () => {
  it('F1: an offset outside of the log is refused at once, with nothing known', async () => {
    await using broker = await withBatches(1)
    for (const offset of [-1, 3, 2 ** 52]) {
      const answer = await broker.fetch('t', offset, { maxWaitMs: 60_000 })
      expect(answer).toMatchObject({ error: 'OFFSET_OUT_OF_RANGE', highWatermark: -1, logStartOffset: -1 })
      expect(answer.records).toEqual([])
    }
  })

  it('F2: an offset within a batch gives the whole batch', async () => {
    await using broker = await withBatches(2)
    expect((await broker.records('t', 1)).map(({ offset }) => offset)).toEqual([0, 1, 2, 3])
  })

  it('F4, F13: the first batch comes whole whatever the limits say; later ones only if they fit', async () => {
    await using broker = await withBatches(3, 2)
    const both = [0, 1].map((partition) => ({ topic: 't', partition, offset: 0, maxBytes: 1 }))
    expect(await fetchAll(broker, both, { maxBytes: 1 })).toMatchObject([{ batches: 1 }, { batches: 0 }])
    expect(await fetchAll(broker, both, { maxBytes: 0 })).toMatchObject([{ batches: 1 }, { batches: 0 }])
    const size = batchOf(['x', 'y']).length
    const fitting = both.map((one) => ({ ...one, maxBytes: 2 * size }))
    expect(await fetchAll(broker, fitting, { maxBytes: 3 * size })).toMatchObject([{ batches: 2 }, { batches: 1 }])
  })

  it('F6, F7: at the end of the log it waits, and the append wakes it', async () => {
    await using broker = await withBatches(0)
    const waiting = broker.fetch('t', 0, { maxWaitMs: 60_000 })
    expect(await isPending(waiting)).toBe(true)
    await broker.produce('t', batchOf(['new']))
    const answer = await waiting
    expect(answer).toMatchObject({ error: 'NONE', highWatermark: 1 })
    expect(answer.records).toHaveLength(1)
  })

  it('F6: it answers with nothing when its time is up', async () => {
    await using broker = await withBatches(0)
    const waiting = broker.fetch('t', 0, { maxWaitMs: 500 })
    expect(await isPending(waiting)).toBe(true)
    broker.clock.advance(500)
    expect(await waiting).toMatchObject({ error: 'NONE', records: [] })
  })

  it('F8: it waits until there are enough bytes over all partitions', async () => {
    await using broker = await withBatches(1, 2)
    const size = batchOf(['x', 'y']).length
    const both = [0, 1].map((partition) => ({ topic: 't', partition, offset: 0 }))
    const waiting = fetchAll(broker, both, { minBytes: 3 * size, maxWaitMs: 60_000 })
    expect(await isPending(waiting)).toBe(true)
    await broker.produce('t', batchOf(['x', 'y']), { partition: 1 })
    expect(await waiting).toMatchObject([{ batches: 1 }, { batches: 2 }])
  })

  it('F6: an error in one partition is told at once, with what the others have', async () => {
    await using broker = await withBatches(1)
    const wanted = [
      { topic: 't', offset: 0 },
      { topic: 'missing', offset: 0 },
    ]
    expect(await fetchAll(broker, wanted, { minBytes: 2 ** 20, maxWaitMs: 60_000 })).toEqual([
      { name: 't/0', batches: 1, error: 'NONE' },
      { name: 'missing/0', batches: 0, error: 'UNKNOWN_TOPIC_OR_PARTITION' },
    ])
  })

  it('F6: whoever gave up is not waited for', async () => {
    await using broker = await withBatches(0)
    const giveUp = new AbortController()
    const request = fetchRequest([{ topic: 't', offset: 0 }], { maxWaitMs: 60_000 })
    const waiting = broker.ask(fetch, request, { version: 12, signal: giveUp.signal })
    giveUp.abort()
    expect((await waiting).responses).toHaveLength(1)
  })

  it('X2: a partition that comes twice is answered once, as it came last', async () => {
    await using broker = await withBatches(2)
    const twice = [
      { topic: 't', offset: 0 },
      { topic: 't', offset: 2 },
    ]
    expect(await fetchAll(broker, twice)).toEqual([{ name: 't/0', batches: 1, error: 'NONE' }])
  })

  it('M8: from version 13 on topics go by id', async () => {
    await using broker = await startBroker()
    const topicId = await broker.createTopic('t')
    await broker.produce('t', batchOf(['x']))
    const byId = async (id: string) => {
      const { responses } = await broker.ask(fetch, fetchRequest([{ topicId: id, offset: 0 }]), { version: 13 })
      return errorName(responses[0]!.partitions[0]!.errorCode)
    }
    expect(await byId(topicId)).toBe('NONE')
    expect(await byId('BBBBBBBBBBBBBBBBBBBBBB')).toBe('UNKNOWN_TOPIC_ID')
  })

  it('F11: refuses a leader epoch that has not come yet', async () => {
    await using broker = await withBatches(1)
    expect(await broker.fetch('t', 0, { leaderEpoch: 0 })).toMatchObject({ error: 'NONE' })
    expect(await broker.fetch('t', 0, { leaderEpoch: 1 })).toMatchObject({ error: 'UNKNOWN_LEADER_EPOCH' })
  })

  it('FS1, FS2, FS4: sessions are declined: new ones get id 0, unknown ones are told so', async () => {
    await using broker = await withBatches(1)
    const session = async (options: FetchOptions) => {
      const response = await broker.ask(fetch, fetchRequest([{ topic: 't', offset: 0 }], options), { version: 12 })
      return [response.sessionId, errorName(response.errorCode)]
    }
    expect(await session({ sessionId: 0, sessionEpoch: -1 })).toEqual([0, 'NONE'])
    expect(await session({ sessionId: 0, sessionEpoch: 0 })).toEqual([0, 'NONE'])
    expect(await session({ sessionId: 5, sessionEpoch: 1 })).toEqual([0, 'FETCH_SESSION_ID_NOT_FOUND'])
  })
})
