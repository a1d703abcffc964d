import { describe, expect, it } from 'vitest'
import { FetchSession } from '../../../src/broker/fetches/fetch-session.ts'
import { FetchSessions } from '../../../src/broker/fetches/fetch-sessions.ts'
import { deleteRecords } from '../../../src/protocol/apis/delete-records.ts'
import { fetch } from '../../../src/protocol/apis/fetch.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { type FetchOptions, fetchRequest, type Wanted } from '../../support/broker-requests.ts'
import { isPending } from '../../support/pending.ts'
import { batchOf } from '../../support/record-batches.ts'

/** A client of topic `t` that fetches by name, and tells of each answer which partitions are in it. */
class SessionClient {
  readonly #broker: BrokerFixture
  sessionId = 0

  constructor(broker: BrokerFixture) {
    this.#broker = broker
  }

  async fetch(
    sessionEpoch: number,
    offsets: Readonly<Record<number, number>> = {},
    options: FetchOptions & {
      forget?: readonly number[]
      sessionId?: number
      version?: number
      maxBytesEach?: number
      lastFetchedEpoch?: number
    } = {},
  ) {
    const { sessionId = this.sessionId, version = 12, forget = [] } = options
    const wanted: Wanted[] = Object.entries(offsets).map(([partition, offset]) => ({
      topic: 't',
      partition: Number(partition),
      offset,
      maxBytes: options.maxBytesEach ?? 2 ** 20,
      lastFetchedEpoch: options.lastFetchedEpoch ?? -1,
    }))
    const request = {
      ...fetchRequest(wanted, { ...options, sessionId, sessionEpoch }),
      forgottenTopicsData:
        forget.length === 0 ? [] : [{ topic: 't', topicId: 'AAAAAAAAAAAAAAAAAAAAAA', partitions: forget }],
    }
    const response = await this.#broker.ask(fetch, request, { version })
    this.sessionId = response.sessionId
    const partitions = response.responses.flatMap((topic) => topic.partitions)
    return {
      error: errorName(response.errorCode),
      sessionId: response.sessionId,
      partitions,
      numbers: partitions.map(({ partitionIndex }) => partitionIndex),
    }
  }
}

async function start(configs: Record<string, string> = {}) {
  const broker = await startBroker({ configs })
  await broker.createTopic('t', { partitions: 3 })
  return { broker, client: new SessionClient(broker) }
}

describe('fetch sessions', () => {
  it('FS1: without a session there is none, whether one was or not', async () => {
    const { broker, client } = await start()
    await using _ = broker
    expect(await client.fetch(-1, { 0: 0 })).toMatchObject({ error: 'NONE', sessionId: 0, numbers: [0] })
    expect(await client.fetch(-1, { 0: 0 }, { sessionId: 77 })).toMatchObject({ error: 'NONE', sessionId: 0 })
  })

  it('FS2: a full fetch begins a session and is answered in full', async () => {
    const { broker, client } = await start()
    await using _ = broker
    const first = await client.fetch(0, { 0: 0, 1: 0, 2: 0 })
    expect(first).toMatchObject({ error: 'NONE', numbers: [0, 1, 2] })
    expect(first.sessionId).toBeGreaterThan(0)
    expect(await client.fetch(0, {}, { sessionId: 0 })).toMatchObject({ sessionId: 0, numbers: [] })
  })

  it('FS3: a full fetch that names a session ends it and begins another, or none', async () => {
    const { broker, client } = await start()
    await using _ = broker
    const { sessionId: first } = await client.fetch(0, { 0: 0 })
    const { sessionId: second } = await client.fetch(0, { 0: 0 })
    expect(second).not.toBe(first)
    expect(await client.fetch(1, {}, { sessionId: first })).toMatchObject({ error: 'FETCH_SESSION_ID_NOT_FOUND' })
    expect(await client.fetch(-1, { 0: 0 }, { sessionId: second })).toMatchObject({ error: 'NONE', sessionId: 0 })
    expect(await client.fetch(1, {}, { sessionId: second })).toMatchObject({ error: 'FETCH_SESSION_ID_NOT_FOUND' })
  })

  it('FS4: an unknown session, a wrong epoch, and names where there were ids are told at the top, with nothing else', async () => {
    const { broker, client } = await start()
    await using _ = broker
    const nothing = { sessionId: 0, numbers: [] }
    expect(await client.fetch(1, { 0: 0 }, { sessionId: 5 })).toMatchObject({
      error: 'FETCH_SESSION_ID_NOT_FOUND',
      ...nothing,
    })
    const { sessionId } = await client.fetch(0, { 0: 0 })
    for (const epoch of [2, 5]) {
      expect(await client.fetch(epoch, {}, { sessionId })).toMatchObject({
        error: 'INVALID_FETCH_SESSION_EPOCH',
        ...nothing,
      })
    }
    expect(await client.fetch(1, {}, { sessionId, version: 13 })).toMatchObject({
      error: 'FETCH_SESSION_TOPIC_ID_ERROR',
      ...nothing,
    })
    expect(await client.fetch(1, {}, { sessionId })).toMatchObject({ error: 'NONE', sessionId })
    expect(await client.fetch(1, {}, { sessionId })).toMatchObject({ error: 'INVALID_FETCH_SESSION_EPOCH' })
  })

  it('FS5: after the last epoch comes 1', () => {
    const session = new FetchSession(1, 12, 0)
    session.add(new Map())
    expect(session.epoch).toBe(1)
    const request = fetchRequest([])
    for (let turn = 0; turn < 3; turn++) session.update(request, 12)
    expect(session.epoch).toBe(4)
    expect(FetchSession.epochAfter(2 ** 31 - 1)).toBe(1)
  })

  it('FS6: tells of partitions with records, a new watermark or start, or an error, and of no others', async () => {
    const { broker, client } = await start()
    await using _ = broker
    await client.fetch(0, { 0: 0, 1: 0, 2: 0 })
    expect(await client.fetch(1)).toMatchObject({ error: 'NONE', numbers: [] })
    await broker.produce('t', batchOf(['a']), { partition: 1 })
    const second = await client.fetch(2)
    expect(second.numbers).toEqual([1])
    expect(second.partitions[0]).toMatchObject({ highWatermark: 1 })
    expect(second.partitions[0]!.records).toHaveLength(1)
    expect(await client.fetch(3, { 1: 1 })).toMatchObject({ numbers: [] })
    const partitions = [{ partitionIndex: 1, offset: 1 }]
    await broker.ask(deleteRecords, deleteRecords.request.create({ topics: [{ name: 't', partitions }] }))
    expect((await client.fetch(4)).partitions).toMatchObject([{ partitionIndex: 1, logStartOffset: 1, records: [] }])
    expect(await client.fetch(5)).toMatchObject({ numbers: [] })
  })

  it('FS6: an error is told each time, and that it is over', async () => {
    const { broker, client } = await start()
    await using _ = broker
    await client.fetch(0, { 0: 0 })
    for (const epoch of [1, 2]) {
      const { partitions } = await client.fetch(epoch, { 0: 9 })
      expect(partitions.map(({ errorCode }) => errorName(errorCode))).toEqual(['OFFSET_OUT_OF_RANGE'])
    }
    expect((await client.fetch(3, { 0: 0 })).partitions).toMatchObject([{ errorCode: 0, highWatermark: 0 }])
    expect(await client.fetch(4)).toMatchObject({ numbers: [] })
  })

  it('FS6: where its history is another than that of the log, a reader is told each time', async () => {
    const { broker, client } = await start()
    await using _ = broker
    await client.fetch(0, { 0: 0 })
    for (const epoch of [1, 2]) {
      const { partitions } = await client.fetch(epoch, { 0: 9 }, { lastFetchedEpoch: 0 })
      expect(partitions).toMatchObject([{ errorCode: 0, divergingEpoch: { epoch: 0, endOffset: 0 } }])
    }
  })

  it('FS6: a topic that is deleted is an error of its partitions', async () => {
    const { broker, client } = await start()
    await using _ = broker
    await client.fetch(0, { 0: 0 })
    await broker.deleteTopic('t')
    const { partitions } = await client.fetch(1)
    expect(partitions.map(({ errorCode }) => errorName(errorCode))).toEqual(['UNKNOWN_TOPIC_OR_PARTITION'])
  })

  it('FS6: waits as long as there is nothing new, for all partitions of the session', async () => {
    const { broker, client } = await start()
    await using _ = broker
    await client.fetch(0, { 0: 0, 1: 0, 2: 0 })
    const waiting = client.fetch(1, {}, { maxWaitMs: 60_000 })
    expect(await isPending(waiting)).toBe(true)
    await broker.produce('t', batchOf(['a']), { partition: 2 })
    expect(await waiting).toMatchObject({ numbers: [2] })
  })

  it('FS7: each partition gets its turn, those forgotten none, and a session without any ends', async () => {
    const { broker, client } = await start()
    await using _ = broker
    for (const partition of [0, 1, 2]) await broker.produce('t', batchOf(['a']), { partition })
    await client.fetch(0, { 0: 0, 1: 0, 2: 0 }, { maxBytes: 1 })
    const withRecords = async (epoch: number) => {
      const { partitions } = await client.fetch(epoch, {}, { maxBytes: 1 })
      return partitions.flatMap(({ records, partitionIndex }) => (records!.length > 0 ? [partitionIndex] : []))
    }
    expect([await withRecords(1), await withRecords(2), await withRecords(3)]).toEqual([[1], [2], [0]])
    const { sessionId } = client
    expect((await client.fetch(4, {}, { forget: [0, 1] })).numbers).toEqual([2])
    expect(await client.fetch(5, {}, { forget: [2] })).toMatchObject({ error: 'NONE', sessionId: 0, numbers: [] })
    expect(await client.fetch(6, {}, { sessionId })).toMatchObject({ error: 'FETCH_SESSION_ID_NOT_FOUND' })
  })

  it('FS7: a partition that is added in the middle is told of, one that changes its offset keeps its place', async () => {
    const { broker, client } = await start()
    await using _ = broker
    await client.fetch(0, { 0: 0 })
    expect(await client.fetch(1, { 1: 0 })).toMatchObject({ numbers: [1] })
    await broker.produce('t', batchOf(['a', 'b']))
    await client.fetch(2)
    expect((await client.fetch(3, { 0: 1 })).partitions[0]!.records).toHaveLength(1)
    expect(await client.fetch(4, { 0: 2 })).toMatchObject({ numbers: [] })
  })

  it('FS8: there are as many as were configured; one more is declined while none is idle', async () => {
    const { broker } = await start({ 'max.incremental.fetch.session.cache.slots': '2' })
    await using _ = broker
    const [one, two, three] = [1, 2, 3].map(() => new SessionClient(broker))
    const first = await one!.fetch(0, { 0: 0 })
    await two!.fetch(0, { 0: 0 })
    expect(await three!.fetch(0, { 0: 0 })).toMatchObject({ error: 'NONE', sessionId: 0, numbers: [0] })
    broker.clock.advance(120_001)
    await two!.fetch(1)
    expect((await three!.fetch(0, { 0: 0 })).sessionId).toBeGreaterThan(0)
    expect(await one!.fetch(1, {}, { sessionId: first.sessionId })).toMatchObject({
      error: 'FETCH_SESSION_ID_NOT_FOUND',
    })
    expect(await two!.fetch(2)).toMatchObject({ error: 'NONE' })
  })

  it('FS8: a larger one takes the place of a smaller that is older than two minutes; with 0 slots there are none', () => {
    const sessions = new FetchSessions()
    const small = sessions.create(1, 1, 12, 0)!
    expect(sessions.create(1, 5, 12, 1000)).toBeUndefined()
    sessions.resume(small.id, 1, false, 120_000)
    expect(sessions.create(1, 5, 12, 120_001)).toBeDefined()
    expect(sessions.size).toBe(1)
    expect(new FetchSessions().create(0, 1, 12, 0)).toBeUndefined()
    expect(new FetchSessions().create(10, 1_000_001, 12, 0)).toBeUndefined()
  })
})
