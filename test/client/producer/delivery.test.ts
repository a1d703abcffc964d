import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createClient } from '../../../src/client/create-client.ts'
import { brokerDialer } from '../../../src/client/transports/broker-dialer.ts'
import type { ProducerOptions } from '../../../src/core/rafka.ts'
import type { RequestOf } from '../../../src/protocol/api.ts'
import type { produce } from '../../../src/protocol/apis/produce.ts'
import { setLogAppendTime, stampBatch } from '../../../src/records/header.ts'
import { openRecords } from '../../../src/records/record-cursor.ts'
import { fakeTime, inFakeTime } from '../../support/fake-time.ts'
import { type Fault, type ScriptedCluster, scriptedCluster } from '../../support/scripted-cluster.ts'

function clientOf({ broker }: ScriptedCluster) {
  return createClient({ dialer: brokerDialer(broker) })
}

/** Values of the records of a partition's log, in order. */
async function stored(cluster: ScriptedCluster, partition = 0): Promise<string[]> {
  const batches = (cluster.logs.get(`${partition}/t`) ?? []).map(({ bytes }) => bytes)
  const cursor = (await openRecords(batches, { checkCrc: true })).cursor()
  const values = []
  while (cursor.next()) values.push(cursor.bytes.toString('utf8', cursor.valueStart, cursor.valueEnd))
  return values
}

function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${index}`)
}

/** Sends numbered records in batches of one, with all that the faults do to them. What was appended is not refused later. */
async function sendNumbers(cluster: ScriptedCluster, count: number, faults: Fault[], options: ProducerOptions = {}) {
  const left = [...faults]
  cluster.fault = ({ baseSequence, producerId }) => {
    const fault = left.shift()
    const log = cluster.logs.get('0/t') ?? []
    const appended = log.some((batch) => batch.baseSequence === baseSequence && batch.producerId === producerId)
    return fault === 'INVALID_RECORD' && appended ? undefined : fault
  }
  const producer = clientOf(cluster).producer({ lingerMs: 0, batchBytes: 75, ...options })
  const sent = numbers(count).map((value) => producer.send({ topic: 't', value, partition: 0 }))
  const results = await inFakeTime(Promise.allSettled(sent))
  await inFakeTime(producer.close())
  return results
}

describe('an idempotent producer', () => {
  test('keeps up to five batches on the way, after the first was acknowledged', async () => {
    const cluster = scriptedCluster({ t: 1 })
    let open = () => {}
    const producer = clientOf(cluster).producer({ lingerMs: 0, batchBytes: 75 })
    await producer.send({ topic: 't', value: 'first' })
    cluster.gate = new Promise((resolve) => {
      open = resolve
    })
    const sent = numbers(20).map((value) => producer.send({ topic: 't', value }))
    await expect.poll(() => cluster.received.length).toBe(6)
    open()
    await Promise.all(sent)
    expect(await stored(cluster)).toEqual(['first', ...numbers(20)])
    expect(cluster.received.map(({ baseSequence }) => baseSequence)).toEqual(Array.from({ length: 21 }, (_, i) => i))
    await producer.close()
  })

  test('sends again what got lost on the way, in order, and doubles nothing', async () => {
    fakeTime()
    const cluster = scriptedCluster({ t: 1 })
    const faults: Fault[] = [
      undefined,
      'lose answer',
      'lose request',
      'NOT_LEADER_OR_FOLLOWER',
      undefined,
      'lose answer',
    ]
    const results = await sendNumbers(cluster, 20, faults)
    expect(results.map((result) => result.status === 'fulfilled' && result.value.offset)).toEqual(
      Array.from({ length: 20 }, (_, offset) => offset),
    )
    expect(await stored(cluster)).toEqual(numbers(20))
  })

  test('goes on as a new producer after a batch was refused, with what came behind it', async () => {
    fakeTime()
    const cluster = scriptedCluster({ t: 1 })
    const results = await sendNumbers(cluster, 10, [undefined, undefined, 'INVALID_RECORD'])
    expect(results.map(({ status }) => status === 'rejected')).toEqual(numbers(10).map((value) => value === '2'))
    expect(results[2]).toMatchObject({ reason: { code: 'INVALID_RECORD' } })
    expect(await stored(cluster)).toEqual(numbers(10).filter((value) => value !== '2'))
    expect(new Set(cluster.received.map(({ producerId }) => producerId)).size).toBe(2)
  })

  test('goes on under its number when a batch was refused and none came behind it', async () => {
    const cluster = scriptedCluster({ t: 1 })
    const producer = clientOf(cluster).producer({ lingerMs: 0 })
    await producer.send({ topic: 't', value: 'a' })
    cluster.fault = () => 'INVALID_RECORD'
    await expect(producer.send({ topic: 't', value: 'b' })).rejects.toMatchObject({ code: 'INVALID_RECORD' })
    cluster.fault = () => undefined
    await producer.send({ topic: 't', value: 'c' })
    expect(await stored(cluster)).toEqual(['a', 'c'])
    expect(new Set(cluster.received.map(({ producerId }) => producerId)).size).toBe(1)
    await producer.close()
  })

  test('reports a batch whose sequence the broker does not accept, and goes on as a new producer', async () => {
    fakeTime()
    const cluster = scriptedCluster({ t: 1 })
    const results = await sendNumbers(cluster, 6, [undefined, 'OUT_OF_ORDER_SEQUENCE_NUMBER'])
    expect(results.map(({ status }) => status)).toEqual(
      numbers(6).map((value) => (value === '1' ? 'rejected' : 'fulfilled')),
    )
    expect(await stored(cluster)).toEqual(['0', '2', '3', '4', '5'])
  })

  test('splits a batch that is too large, under the same sequence numbers', async () => {
    const cluster = scriptedCluster({ t: 1 })
    cluster.fault = ({ recordCount }) => (recordCount > 3 ? 'MESSAGE_TOO_LARGE' : undefined)
    await using producer = clientOf(cluster).producer()
    const receipts = await producer.sendAll(numbers(20).map((value) => ({ topic: 't', value })))
    expect(receipts.map(({ offset }) => offset)).toEqual(numbers(20).map(Number))
    expect(await stored(cluster)).toEqual(numbers(20))
    expect(new Set(cluster.received.map(({ producerId }) => producerId)).size).toBe(1)
  })

  test('loses, doubles and reorders nothing, whatever goes wrong', async () => {
    const fault = fc.constantFrom<Fault[]>(
      undefined,
      undefined,
      'lose request',
      'lose answer',
      'no answer',
      'NOT_LEADER_OR_FOLLOWER',
      'KAFKA_STORAGE_ERROR',
      'INVALID_RECORD',
    )
    fakeTime()
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 25 }), async (faults) => {
        const cluster = scriptedCluster({ t: 1 })
        const results = await sendNumbers(cluster, 12, faults, { requestTimeoutMs: 1_000 })
        const acknowledged = numbers(12).filter((_, index) => results[index]?.status === 'fulfilled')
        expect(await stored(cluster)).toEqual(acknowledged)
        const refused = results.filter((result) => result.status === 'rejected')
        for (const { reason } of refused) expect(reason).toMatchObject({ code: 'INVALID_RECORD' })
      }),
      { numRuns: 200 },
    )
  })

  test('never gives the broker the same memory twice, and sends again what it was', async () => {
    fakeTime()
    const cluster = scriptedCluster({ t: 1 })
    const seen: Buffer[] = []
    const { handle } = cluster.broker
    cluster.broker.handle = async (api, request, context) => {
      const answer = await handle(api, request, context)
      if (api.name !== 'Produce') return answer
      const { topicData } = request as RequestOf<typeof produce>
      const bytes = topicData[0]!.partitionData[0]!.records![0]!
      expect(seen.some((each) => each.buffer === bytes.buffer && each.byteOffset === bytes.byteOffset)).toBe(false)
      seen.push(bytes)
      // What a broker may do to a batch that is now its own.
      stampBatch(bytes, 77, 9)
      setLogAppendTime(bytes, 123)
      return answer
    }
    await sendNumbers(cluster, 3, [undefined, 'NOT_LEADER_OR_FOLLOWER', 'NOT_LEADER_OR_FOLLOWER'])
    expect(seen.length).toBeGreaterThanOrEqual(5)
    expect(cluster.received.every(({ timestampType }) => timestampType === 'create')).toBe(true)
    expect(await stored(cluster)).toEqual(numbers(3))
  })
})

describe('a producer without idempotence', () => {
  test('keeps the order with one batch on the way at a time', async () => {
    fakeTime()
    const cluster = scriptedCluster({ t: 1 })
    const faults: Fault[] = [undefined, 'lose request', 'NOT_LEADER_OR_FOLLOWER']
    await sendNumbers(cluster, 8, faults, { idempotent: false })
    expect(await stored(cluster)).toEqual(numbers(8))
    expect(cluster.received.every(({ producerId }) => producerId === -1)).toBe(true)
  })
})

describe('the delivery timeout', () => {
  test('ends the wait for an answer, and says what was waited for', async () => {
    fakeTime()
    const cluster = scriptedCluster({ t: 1 })
    cluster.fault = () => 'no answer'
    const producer = clientOf(cluster).producer({ deliveryTimeoutMs: 3_000, requestTimeoutMs: 1_000 })
    const startedAt = performance.now()
    const sent = producer.send({ topic: 't', value: 'x' })
    await expect(inFakeTime(sent)).rejects.toMatchObject({
      code: 'REQUEST_TIMED_OUT',
      message: expect.stringMatching(
        /the delivery of 1 records to t-0 after 3000 ms: waited \d+ ms for the answer to Produce/,
      ),
    })
    expect(performance.now() - startedAt).toBeLessThan(3_200)
    await inFakeTime(producer.close())
  })

  test('ends the wait for a topic that is never created', async () => {
    fakeTime()
    const producer = clientOf(scriptedCluster({})).producer({ deliveryTimeoutMs: 2_000 })
    await expect(inFakeTime(producer.send({ topic: 't', value: 'x' }))).rejects.toMatchObject({
      code: 'UNKNOWN_TOPIC_OR_PARTITION',
      message: 'gave up on the partitions of topic "t" after 2000 ms: topic "t" does not exist',
    })
    await inFakeTime(producer.close())
  })

  test('does not let what came behind be doubled or lost when the fate of a batch stays unknown', async () => {
    fakeTime()
    const cluster = scriptedCluster({ t: 1 })
    cluster.fault = ({ baseSequence, producerId }) =>
      producerId === 1000 && baseSequence === 1 ? 'no answer' : undefined
    const producer = clientOf(cluster).producer({
      lingerMs: 0,
      batchBytes: 75,
      deliveryTimeoutMs: 3_000,
      requestTimeoutMs: 1_000,
    })
    await inFakeTime(producer.send({ topic: 't', value: '0', partition: 0 }))
    const doomed = producer.send({ topic: 't', value: '1', partition: 0 })
    doomed.catch(() => {})
    await inFakeTime(new Promise((resolve) => setTimeout(resolve, 1_500)))
    const behind = producer.send({ topic: 't', value: '2', partition: 0 })
    await expect(inFakeTime(doomed)).rejects.toMatchObject({ code: 'REQUEST_TIMED_OUT' })
    await inFakeTime(behind)
    // The first answer of the doomed batch never came, but the broker has it.
    expect(await stored(cluster)).toEqual(['0', '1', '2'])
    await inFakeTime(producer.close())
  })
})
