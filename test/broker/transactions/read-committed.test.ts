import { describe, expect, it } from 'vitest'
import { createPartitions } from '../../../src/protocol/apis/create-partitions.ts'
import { deleteRecords } from '../../../src/protocol/apis/delete-records.ts'
import { fetch } from '../../../src/protocol/apis/fetch.ts'
import { listOffsets } from '../../../src/protocol/apis/list-offsets.ts'
import { readBatchHeader } from '../../../src/records/header.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { fetchRequest, listOffsetsRequest } from '../../support/broker-requests.ts'
import { FaultyEngine } from '../../support/faulty-engine.ts'
import { lasting } from '../../support/lasting-engine.ts'
import { isPending, quiet } from '../../support/pending.ts'
import { batchOf } from '../../support/record-batches.ts'
import { committedValues, fetchCommitted, transactionalProducer } from '../../support/transactional-producer.ts'

async function startWithTopic(configs: Record<string, string> = {}): Promise<BrokerFixture> {
  const broker = await startBroker()
  await broker.createTopic('t', { configs })
  return broker
}

describe('a reader of committed records', () => {
  it('T11: sees nothing from the first record of the earliest open transaction on', async () => {
    await using broker = await startWithTopic()
    await broker.produce('t', batchOf(['plain']))
    const one = await transactionalProducer(broker, 'one')
    const two = await transactionalProducer(broker, 'two')
    await one.begin('t', ['a'])
    await two.begin('t', ['b'])
    await broker.produce('t', batchOf(['behind']))
    expect(await fetchCommitted(broker, 't')).toMatchObject({ highWatermark: 4, lastStableOffset: 1 })
    expect(await committedValues(broker, 't')).toEqual(['plain'])
    await one.end('commit')
    expect(await fetchCommitted(broker, 't')).toMatchObject({ highWatermark: 5, lastStableOffset: 2 })
    await two.end('commit')
    expect(await fetchCommitted(broker, 't')).toMatchObject({ highWatermark: 6, lastStableOffset: 6 })
    expect(await committedValues(broker, 't')).toEqual(['plain', 'a', 'b', 'behind'])
  })

  it('T11: is told of the aborted transactions that its part of the log has something of, and of no others', async () => {
    await using broker = await startWithTopic()
    const producer = await transactionalProducer(broker, 'x')
    const other = await transactionalProducer(broker, 'y')
    await producer.run('t', ['a0', 'a1'], 'abort')
    await producer.run('t', ['c3'], 'commit')
    await other.begin('t', ['a5'])
    await producer.run('t', ['a6'], 'abort')
    await other.end('abort')
    const first = { producerId: producer.producerId, firstOffset: 0 }
    const second = { producerId: producer.producerId, firstOffset: 6 }
    const third = { producerId: other.producerId, firstOffset: 5 }
    const abortedFrom = async (offset: number, maxBytes?: number) =>
      (await fetchCommitted(broker, 't', offset, 0, maxBytes)).abortedTransactions
    expect(await abortedFrom(0)).toEqual([first, second, third])
    expect(await abortedFrom(2)).toEqual([first, second, third])
    expect(await abortedFrom(3)).toEqual([second, third])
    expect(await abortedFrom(8)).toEqual([third])
    expect(await abortedFrom(9)).toEqual([])
    expect(await abortedFrom(0, 1)).toEqual([first])
    expect(await abortedFrom(3, 1)).toEqual([])
    expect(await abortedFrom(5, 1)).toEqual([third])
    expect(await committedValues(broker, 't')).toEqual(['c3'])
    expect((await broker.fetch('t', 0)).abortedTransactions).toBeNull()
  })

  it('T11: gets the markers with the records', async () => {
    await using broker = await startWithTopic()
    await (await transactionalProducer(broker, 'x')).run('t', ['a'], 'commit')
    const { records } = await fetchCommitted(broker, 't')
    expect(records!.map((batch) => readBatchHeader(batch).control)).toEqual([false, true])
  })

  it('T11: waits for bytes below the last stable offset alone, and is woken when a transaction ends', async () => {
    await using broker = await startWithTopic()
    const producer = await transactionalProducer(broker, 'x')
    await producer.add('t')
    const request = fetchRequest([{ topic: 't', offset: 0 }], { maxWaitMs: 60_000 })
    const committed = broker.ask(fetch, { ...request, isolationLevel: 1 }, { version: 12 })
    const any = broker.ask(fetch, request, { version: 12 })
    await producer.send('t', ['a'])
    expect((await any).responses[0]!.partitions[0]).toMatchObject({ highWatermark: 1, lastStableOffset: 0 })
    expect(await isPending(committed)).toBe(true)
    await producer.send('t', ['b'])
    expect(await isPending(committed)).toBe(true)
    await producer.end('commit')
    const answer = (await committed).responses[0]!.partitions[0]!
    expect(answer).toMatchObject({ highWatermark: 3, lastStableOffset: 3, abortedTransactions: [] })
    expect(answer.records).toHaveLength(3)
  })

  it('T12: an open transaction holds back those readers of its partition, no others', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t', { partitions: 2 })
    await (await transactionalProducer(broker, 'x')).begin('t', ['open'])
    for (const partition of [0, 1]) await broker.produce('t', batchOf(['plain']), { partition })
    expect(await committedValues(broker, 't', 0)).toEqual([])
    expect(await committedValues(broker, 't', 1)).toEqual(['plain'])
    expect((await broker.records('t')).map(({ value }) => value)).toEqual(['open', 'plain'])
  })

  it('F1: an offset between the last stable offset and the end is no error', async () => {
    await using broker = await startWithTopic()
    await (await transactionalProducer(broker, 'x')).begin('t', ['a', 'b'])
    expect(await fetchCommitted(broker, 't', 2)).toMatchObject({ errorCode: 0, records: [], abortedTransactions: [] })
    expect((await fetchCommitted(broker, 't', 3)).errorCode).not.toBe(0)
  })

  it('the last stable offset moves when the marker is durable, not before', async () => {
    const disk = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 24, durability: 'none' }))
    await using broker = await startBroker({ storage: disk })
    await broker.createTopic('t')
    const producer = await transactionalProducer(broker, 'x')
    await producer.begin('t', ['a'])
    disk.stall()
    const ending = producer.end('commit')
    await quiet()
    expect(await fetchCommitted(broker, 't')).toMatchObject({ lastStableOffset: 0, records: [] })
    disk.release()
    await ending
    expect(await fetchCommitted(broker, 't')).toMatchObject({ lastStableOffset: 2 })
  })

  it('L1: finds the end at the last stable offset, and by timestamp nothing from there on', async () => {
    await using broker = await startWithTopic()
    await broker.produce('t', batchOf(['a'], { timestamp: 1000 }))
    await (await transactionalProducer(broker, 'x')).begin('t', ['b'])
    const find = async (timestamp: number, isolationLevel: number) => {
      const request = { ...listOffsetsRequest([{ topic: 't', timestamp }]), isolationLevel }
      return (await broker.ask(listOffsets, request)).topics[0]!.partitions[0]!.offset
    }
    expect([await find(-1, 0), await find(-1, 1)]).toEqual([2, 1])
    expect([await find(-2, 0), await find(-2, 1)]).toEqual([0, 0])
    expect([await find(1001, 0), await find(1001, 1)]).toEqual([1, -1])
    expect([await find(1000, 0), await find(1000, 1)]).toEqual([0, 0])
    expect([await find(-3, 0), await find(-3, 1)]).toEqual([1, -1])
  })
})

describe('what goes from a log with transactions', () => {
  it('DeleteRecords may take the beginning of an open transaction; its end is written all the same', async () => {
    await using broker = await startWithTopic()
    const producer = await transactionalProducer(broker, 'x')
    await producer.run('t', ['gone'], 'abort')
    await producer.begin('t', ['a'])
    await producer.send('t', ['b'])
    const partitions = [{ partitionIndex: 0, offset: 3 }]
    await broker.ask(deleteRecords, deleteRecords.request.create({ topics: [{ name: 't', partitions }] }))
    expect(await fetchCommitted(broker, 't', 3)).toMatchObject({ lastStableOffset: 3, logStartOffset: 3 })
    expect(await broker.storage.entries('aborted/')).toEqual([])
    await producer.end('abort')
    expect(await fetchCommitted(broker, 't', 3)).toMatchObject({
      lastStableOffset: 5,
      abortedTransactions: [{ firstOffset: 2 }],
    })
  })

  it('R1: retention stops at the last stable offset', async () => {
    await using broker = await startWithTopic({ 'retention.ms': '1000' })
    await broker.produce('t', batchOf(['old']))
    const producer = await transactionalProducer(broker, 'x', { timeoutMs: 900_000 })
    await producer.begin('t', ['open'])
    await broker.produce('t', batchOf(['plain']))
    broker.clock.advance(10_000)
    await broker.broker.retain()
    expect(await broker.listOffsets('t', -2)).toMatchObject({ offset: 1 })
    await producer.end('commit')
    broker.clock.advance(10_000)
    await broker.broker.retain()
    expect(await broker.listOffsets('t', -2)).toMatchObject({ offset: 4 })
  })

  it('a topic that is deleted leaves nothing behind', async () => {
    await using broker = await startWithTopic()
    const producer = await transactionalProducer(broker, 'x')
    await producer.run('t', ['a'], 'abort')
    await producer.begin('t', ['b'])
    await broker.deleteTopic('t')
    expect(await broker.storage.entries('aborted/')).toEqual([])
    expect(await broker.storage.entries('producer/')).toEqual([])
    expect(await producer.end('commit')).toBe('NONE')
  })

  it('a partition that is added to the topic during a transaction may join it', async () => {
    await using broker = await startWithTopic()
    const producer = await transactionalProducer(broker, 'x')
    await producer.begin('t', ['a'])
    const topics = [{ name: 't', count: 2, assignments: null }]
    await broker.ask(createPartitions, createPartitions.request.create({ topics, timeoutMs: 1000 }))
    await producer.begin('t', ['b'], { partition: 1 })
    await producer.end('commit')
    expect(await committedValues(broker, 't', 1)).toEqual(['b'])
  })
})

describe('compaction of a log with transactions', () => {
  const compacted = { 'cleanup.policy': 'compact', 'delete.retention.ms': '1000' }

  it('R7: drops the records of aborted transactions, which supersede nothing', async () => {
    await using broker = await startWithTopic(compacted)
    const producer = await transactionalProducer(broker, 'x')
    await producer.run('t', ['kept'], 'commit', { keys: ['k'] })
    await producer.run('t', ['aborted'], 'abort', { keys: ['k'] })
    await producer.run('t', ['end'], 'commit', { keys: ['end'] })
    await broker.broker.compact(['t'])
    const values = (await broker.records('t')).map(({ value }) => value)
    expect(values).toContain('kept')
    expect(values).not.toContain('aborted')
    expect(await committedValues(broker, 't')).toEqual(['kept', 'end'])
  })

  it('R7: a marker stays while something of its transaction is there, and then until its delete horizon; with it goes what is known of the abort', async () => {
    await using broker = await startWithTopic(compacted)
    const producer = await transactionalProducer(broker, 'x')
    await producer.run('t', ['aborted'], 'abort', { keys: ['k'] })
    await producer.run('t', ['old'], 'commit', { keys: ['k'] })
    await producer.run('t', ['kept'], 'commit', { keys: ['stays'] })
    await producer.run('t', ['new'], 'commit', { keys: ['k'] })
    const markers = async () =>
      (await broker.fetch('t', 0))
        .records!.map((batch) => readBatchHeader(batch))
        .flatMap(({ control, baseOffset }) => (control ? [baseOffset] : []))
    await broker.broker.compact(['t'])
    expect(await markers()).toEqual([1, 3, 5, 7])
    expect(await committedValues(broker, 't')).toEqual(['kept', 'new'])
    expect(await broker.storage.entries('aborted/')).toHaveLength(1)
    broker.clock.advance(2000)
    await broker.broker.compact(['t'])
    expect(await markers()).toEqual([5, 7])
    expect(await broker.storage.entries('aborted/')).toEqual([])
    expect(await fetchCommitted(broker, 't')).toMatchObject({ abortedTransactions: [] })
    expect(await committedValues(broker, 't')).toEqual(['kept', 'new'])
  })

  it('R4: does not come to the last stable offset', async () => {
    const storage = lasting(await openMemoryEngine({ maxBytes: 2 ** 24, durability: 'none' }))
    await using broker = await startBroker({ storage })
    await broker.createTopic('t', { configs: compacted })
    await broker.produce('t', batchOf(['1'], { key: 'k' }))
    await broker.produce('t', batchOf(['2'], { key: 'k' }))
    await (await transactionalProducer(broker, 'x')).begin('t', ['3'], { keys: ['k'] })
    for (const value of ['4', '5']) await broker.produce('t', batchOf([value], { key: 'k' }))
    await broker.broker.compact(['t'])
    expect((await broker.records('t')).map(({ value }) => value)).toEqual(['1', '2', '3', '4', '5'])
  })
})
