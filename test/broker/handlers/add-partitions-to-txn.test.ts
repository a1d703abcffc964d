import { describe, expect, it } from 'vitest'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { FaultyEngine } from '../../support/faulty-engine.ts'
import { lasting } from '../../support/lasting-engine.ts'
import { isPending, quiet } from '../../support/pending.ts'
import {
  committedValues,
  describeTransaction,
  initProducer,
  TransactionalProducer,
  transactionalProducer,
} from '../../support/transactional-producer.ts'

describe('AddPartitionsToTxn', () => {
  it('T5: refuses an unknown id, another producer, another epoch; T15: in old versions with the error that old clients know', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const { producerId } = await transactionalProducer(broker, 'x')
    expect(await new TransactionalProducer(broker, 'y', producerId, 0).add('t')).toEqual([
      'INVALID_PRODUCER_ID_MAPPING',
    ])
    expect(await new TransactionalProducer(broker, 'x', 77, 0).add('t')).toEqual(['INVALID_PRODUCER_ID_MAPPING'])
    const ahead = new TransactionalProducer(broker, 'x', producerId, 3)
    expect(await ahead.add('t')).toEqual(['PRODUCER_FENCED'])
    for (const version of [0, 1]) expect(await ahead.add('t', { version })).toEqual(['INVALID_PRODUCER_EPOCH'])
  })

  it('T5: one partition that there is not keeps all others out', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t', { partitions: 2 })
    const producer = await transactionalProducer(broker, 'x')
    expect(await producer.add('t', { partitions: [0, 9, 1] })).toEqual([
      'OPERATION_NOT_ATTEMPTED',
      'UNKNOWN_TOPIC_OR_PARTITION',
      'OPERATION_NOT_ATTEMPTED',
    ])
    expect(await describeTransaction(broker, 'x')).toMatchObject({ transactionState: 'Empty', topics: [] })
    expect(await producer.add('t', { partitions: [1, 0] })).toEqual(['NONE', 'NONE'])
    expect(await producer.add('t', { partitions: [0] })).toEqual(['NONE'])
    expect(await describeTransaction(broker, 'x')).toMatchObject({
      transactionState: 'Ongoing',
      topics: [{ topic: 't', partitions: [1, 0] }],
      transactionStartTimeMs: broker.clock.now(),
    })
  })

  it('T5, T9: while the transaction is being ended others are to come again', async () => {
    const { broker, disk } = await startOnFaultyDisk()
    await using _ = broker
    const producer = await transactionalProducer(broker, 'x')
    await producer.begin('t', ['a'])
    disk.stall()
    const ending = producer.end('commit')
    await quiet()
    expect(await describeTransaction(broker, 'x')).toMatchObject({ transactionState: 'PrepareCommit' })
    expect(await producer.add('t')).toEqual(['CONCURRENT_TRANSACTIONS'])
    expect(await producer.end('commit')).toBe('CONCURRENT_TRANSACTIONS')
    expect(await producer.end('abort')).toBe('INVALID_TXN_STATE')
    expect(await producer.send('t', ['b'])).toMatchObject({ error: 'NOT_ENOUGH_REPLICAS' })
    expect(await producer.send('t', ['b'], { version: 12 })).toMatchObject({ error: 'CONCURRENT_TRANSACTIONS' })
    expect(await initProducer(broker, 'x')).toMatchObject({ error: 'CONCURRENT_TRANSACTIONS' })
    expect(await isPending(ending)).toBe(true)
    disk.release()
    expect(await ending).toBe('NONE')
    expect(await producer.add('t')).toEqual(['NONE'])
  })

  it('a partition whose addition was not kept is written down by the next request that finds it there', async () => {
    const disk = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 24, durability: 'none' }))
    const before = await startBroker({ storage: lasting(disk) })
    await before.createTopic('t')
    const producer = await transactionalProducer(before, 'x')
    disk.failCommits()
    expect(await producer.add('t')).toEqual(['NOT_COORDINATOR'])
    expect(await producer.add('t')).toEqual(['NONE'])
    expect(await producer.send('t', ['a'])).toMatchObject({ error: 'NONE' })
    await before.broker.close()
    await using broker = await startBroker({ storage: disk })
    expect(await describeTransaction(broker, 'x')).toMatchObject({ topics: [{ topic: 't', partitions: [0] }] })
    const again = new TransactionalProducer(broker, 'x', producer.producerId, producer.producerEpoch)
    expect(await again.end('commit')).toBe('NONE')
    expect(await committedValues(broker, 't')).toEqual(['a'])
  })
})

async function startOnFaultyDisk(): Promise<{ broker: BrokerFixture; disk: FaultyEngine }> {
  const disk = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 24, durability: 'none' }))
  const broker = await startBroker({ storage: disk })
  await broker.createTopic('t')
  return { broker, disk }
}
