import { describe, expect, it } from 'vitest'
import { PartitionLog } from '../../../src/broker/logs/partition-log.ts'
import { deleteTopics } from '../../../src/protocol/apis/delete-topics.ts'
import { produce } from '../../../src/protocol/apis/produce.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { zeroUuid } from '../../../src/protocol/uuid.ts'
import { readBatchHeader } from '../../../src/records/header.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { startBroker, testConnection } from '../../support/broker-fixture.ts'
import { produceRequest } from '../../support/broker-requests.ts'
import { FaultyEngine } from '../../support/faulty-engine.ts'
import { isPending, quiet } from '../../support/pending.ts'
import { batchOf } from '../../support/record-batches.ts'

/** A broker with topic `t` on an engine that fails when it is told to. */
async function startOnFaultyDisk() {
  const disk = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 24, durability: 'none' }))
  const broker = await startBroker({ storage: disk })
  await broker.createTopic('t', { partitions: 2 })
  return { broker, disk }
}

const sent = (producerId: number, baseSequence: number, value: string) => batchOf([value], { producerId, baseSequence })

describe('a log whose commit fails', () => {
  it('fails the request with KAFKA_STORAGE_ERROR, shows nothing of it, and takes the next', async () => {
    const { broker, disk } = await startOnFaultyDisk()
    await using _ = broker
    await broker.produce('t', batchOf(['kept']))
    disk.failCommits()
    expect(await broker.produce('t', batchOf(['lost']))).toMatchObject({ error: 'KAFKA_STORAGE_ERROR', baseOffset: -1 })
    expect(await broker.fetch('t', 0)).toMatchObject({ highWatermark: 1 })
    await quiet()
    expect(await broker.produce('t', batchOf(['next']))).toMatchObject({ error: 'NONE', baseOffset: 1 })
    expect((await broker.records('t')).map(({ value }) => value)).toEqual(['kept', 'next'])
  })

  it('fails with it all that was given its offsets on top of it, and nothing of that is acknowledged', async () => {
    const { broker, disk } = await startOnFaultyDisk()
    await using _ = broker
    disk.stall()
    disk.failCommits()
    const answers = ['a', 'b', 'c'].map((value) => broker.produce('t', batchOf([value])))
    await quiet()
    disk.release()
    expect((await Promise.all(answers)).map(({ error }) => error)).toEqual(Array(3).fill('KAFKA_STORAGE_ERROR'))
    await quiet()
    expect(await broker.produce('t', batchOf(['d']))).toMatchObject({ error: 'NONE', baseOffset: 0 })
    expect((await broker.records('t')).map(({ value }) => value)).toEqual(['d'])
  })

  it('fails every partition of the request, because they are one commit, and leaves other requests alone', async () => {
    const { broker, disk } = await startOnFaultyDisk()
    await using _ = broker
    disk.failCommits()
    const both = [0, 1].map((partition) => ({ topic: 't', partition, records: [batchOf(['x'])] }))
    const { responses } = await broker.ask(produce, produceRequest(both))
    const errors = responses.map(({ partitionResponses: [answer] }) => errorName(answer!.errorCode))
    expect(errors).toEqual(['KAFKA_STORAGE_ERROR', 'KAFKA_STORAGE_ERROR'])
    await quiet()
    expect(await broker.produce('t', batchOf(['y']), { partition: 1 })).toMatchObject({ error: 'NONE', baseOffset: 0 })
  })

  it('forgets what it had noted of the producers in it: the batch may come again', async () => {
    const { broker, disk } = await startOnFaultyDisk()
    await using _ = broker
    expect(await broker.produce('t', sent(7, 0, 'a'))).toMatchObject({ error: 'NONE', baseOffset: 0 })
    disk.failCommits()
    expect(await broker.produce('t', sent(7, 1, 'b'))).toMatchObject({ error: 'KAFKA_STORAGE_ERROR' })
    await quiet()
    expect(await broker.produce('t', sent(7, 2, 'c'))).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
    expect(await broker.produce('t', sent(7, 1, 'b'))).toMatchObject({ error: 'NONE', baseOffset: 1 })
    expect((await broker.records('t')).map(({ value }) => value)).toEqual(['a', 'b'])
  })

  it('forgets a producer altogether of which nothing was kept: its batch is no duplicate', async () => {
    const { broker, disk } = await startOnFaultyDisk()
    await using _ = broker
    disk.failCommits()
    expect(await broker.produce('t', sent(7, 0, 'a'))).toMatchObject({ error: 'KAFKA_STORAGE_ERROR' })
    await quiet()
    expect(await broker.produce('t', sent(7, 0, 'a'))).toMatchObject({ error: 'NONE', baseOffset: 0 })
    expect((await broker.records('t')).map(({ value }) => value)).toEqual(['a'])
  })

  it('finds the batch again that was kept although its commit failed: a retry is a duplicate', async () => {
    const { broker, disk } = await startOnFaultyDisk()
    await using _ = broker
    disk.failCommitsAfterApplying()
    expect(await broker.produce('t', sent(7, 0, 'a'))).toMatchObject({ error: 'KAFKA_STORAGE_ERROR' })
    await quiet()
    expect(await broker.produce('t', sent(7, 0, 'a'))).toMatchObject({ error: 'NONE', baseOffset: 0 })
    expect(await broker.produce('t', sent(7, 1, 'b'))).toMatchObject({ error: 'NONE', baseOffset: 1 })
    expect((await broker.records('t')).map(({ value }) => value)).toEqual(['a', 'b'])
  })

  it('wakes a waiting fetch only to let it go on waiting', async () => {
    const { broker, disk } = await startOnFaultyDisk()
    await using _ = broker
    const fetched = broker.fetch('t', 0, { maxWaitMs: 1000 })
    await quiet()
    disk.failCommits()
    await broker.produce('t', batchOf(['lost']))
    expect(await isPending(fetched)).toBe(true)
    await broker.produce('t', batchOf(['kept']))
    expect((await fetched).records).toHaveLength(1)
  })
})

describe('a duplicate that comes while its original is on its way to the disk', () => {
  it('is acknowledged when that is durable, not before', async () => {
    const { broker, disk } = await startOnFaultyDisk()
    await using _ = broker
    disk.stall()
    const original = broker.produce('t', sent(7, 0, 'a'))
    const duplicate = broker.produce('t', sent(7, 0, 'a'), { connection: testConnection() })
    expect(await isPending(duplicate)).toBe(true)
    disk.release()
    expect(await original).toMatchObject({ error: 'NONE', baseOffset: 0 })
    expect(await duplicate).toMatchObject({ error: 'NONE', baseOffset: 0 })
    expect(await broker.records('t')).toHaveLength(1)
  })

  it('is not acknowledged when that fails, whoever gets its offset then', async () => {
    const { broker, disk } = await startOnFaultyDisk()
    await using _ = broker
    disk.stall()
    disk.failCommits()
    const original = broker.produce('t', sent(7, 0, 'a'))
    const duplicate = broker.produce('t', sent(7, 0, 'a'), { connection: testConnection() })
    await quiet()
    disk.release()
    expect(await original).toMatchObject({ error: 'KAFKA_STORAGE_ERROR' })
    await quiet()
    expect(await broker.produce('t', batchOf(['other']))).toMatchObject({ error: 'NONE', baseOffset: 0 })
    expect(await duplicate).toMatchObject({ error: 'KAFKA_STORAGE_ERROR' })
  })

  it('does not fail the other partitions of its request', async () => {
    const { broker, disk } = await startOnFaultyDisk()
    await using _ = broker
    disk.stall()
    disk.failCommits()
    const original = broker.produce('t', sent(7, 0, 'a'))
    const request = produceRequest([
      { topic: 't', partition: 0, records: [sent(7, 0, 'a')] },
      { topic: 't', partition: 1, records: [sent(7, 0, 'b')] },
    ])
    const both = broker.ask(produce, request, { connection: testConnection() })
    await quiet()
    disk.release()
    await original
    const errors = (await both).responses.map(({ partitionResponses: [answer] }) => errorName(answer!.errorCode))
    expect(errors).toEqual(['KAFKA_STORAGE_ERROR', 'NONE'])
    expect(await broker.records('t', 0, 1)).toHaveLength(1)
  })
})

it('a log gives nothing that is not acknowledged, also when the store has it already', async () => {
  const storage = await openMemoryEngine({ maxBytes: 2 ** 20, durability: 'none' })
  const log = new PartitionLog(storage, 't', 0, { log: 1, start: 0, end: 0, sizeBytes: 0 })
  const stage = () => {
    const bytes = batchOf(['a'])
    return log.stage({ bytes, header: readBatchHeader(bytes), logAppendTimeMs: -1 }, 0)
  }
  const [first, second] = [stage(), stage()]
  await storage.commit([...first.changes, ...second.changes])
  expect(await log.read(0, 1e6)).toEqual([])
  log.settle(first, true)
  expect(await log.read(0, 1e6)).toHaveLength(1)
  log.settle(second, true)
  expect(await log.read(0, 1e6)).toHaveLength(2)
})

describe('the deletion of a topic', () => {
  const deletion = deleteTopics.request.create({ topics: [{ name: 't', topicId: zeroUuid }] })

  it('that fails leaves the topic as it was', async () => {
    const { broker, disk } = await startOnFaultyDisk()
    await using _ = broker
    await broker.produce('t', sent(7, 0, 'a'))
    disk.failCommits()
    const { responses } = await broker.ask(deleteTopics, deletion)
    expect(errorName(responses[0]!.errorCode)).toBe('KAFKA_STORAGE_ERROR')
    await quiet()
    expect(await broker.produce('t', sent(7, 1, 'b'))).toMatchObject({ error: 'NONE', baseOffset: 1 })
    expect(await broker.produce('t', sent(7, 0, 'a'))).toMatchObject({ error: 'NONE', baseOffset: 0 })
    expect((await broker.records('t')).map(({ value }) => value)).toEqual(['a', 'b'])
  })

  it('that fails while batches are on their way keeps those that arrive', async () => {
    const { broker, disk } = await startOnFaultyDisk()
    await using _ = broker
    disk.stall()
    const answer = broker.produce('t', batchOf(['a']))
    await quiet()
    disk.failCommits()
    const deleted = broker.ask(deleteTopics, deletion)
    await quiet()
    disk.release()
    expect(errorName((await deleted).responses[0]!.errorCode)).toBe('KAFKA_STORAGE_ERROR')
    expect(await answer).toMatchObject({ error: 'NONE', baseOffset: 0 })
    await quiet()
    expect(await broker.produce('t', batchOf(['b']))).toMatchObject({ error: 'NONE', baseOffset: 1 })
    expect((await broker.records('t')).map(({ value }) => value)).toEqual(['a', 'b'])
  })

  it('leaves nothing of it in the store', async () => {
    const { broker, disk } = await startOnFaultyDisk()
    await using _ = broker
    const before = (await disk.entries('')).map(([key]) => key)
    await broker.createTopic('gone', { configs: { 'cleanup.policy': 'compact', 'segment.ms': '1' } })
    for (const value of ['a', 'b', 'c'])
      await broker.produce('gone', batchOf([value], { key: 'k', producerId: 7, baseSequence: 'abc'.indexOf(value) }))
    await broker.broker.compact(['gone'])
    await broker.deleteTopic('gone')
    expect((await disk.entries('')).map(([key]) => key)).toEqual(before)
    expect(await disk.logs()).toEqual([])
  })
})
