import { describe, expect, it } from 'vitest'
import { readTransactionMarker } from '../../../src/records/control-batch.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { FaultyEngine } from '../../support/faulty-engine.ts'
import { GroupClient } from '../../support/group-client.ts'
import { lasting } from '../../support/lasting-engine.ts'
import { quiet } from '../../support/pending.ts'
import {
  committedValues,
  describeTransaction,
  fetchCommitted,
  TransactionalProducer,
  transactionalProducer,
} from '../../support/transactional-producer.ts'

describe('EndTxn', () => {
  it('T7: the same end again is well, the other one is not, and a transaction that never was cannot end', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const producer = await transactionalProducer(broker, 'x')
    expect(await producer.end('commit')).toBe('INVALID_TXN_STATE')
    expect(await producer.end('abort')).toBe('INVALID_TXN_STATE')
    for (const [end, other] of [
      ['commit', 'abort'],
      ['abort', 'commit'],
    ] as const) {
      await producer.begin('t', [end])
      expect(await producer.end(end)).toBe('NONE')
      expect(await producer.end(end)).toBe('NONE')
      expect(await producer.end(other)).toBe('INVALID_TXN_STATE')
    }
    expect(await broker.fetch('t', 0)).toMatchObject({ highWatermark: 4 })
    expect(await new TransactionalProducer(broker, 'x', 99, 0).end('commit')).toBe('INVALID_PRODUCER_ID_MAPPING')
    expect(await new TransactionalProducer(broker, 'nobody', 99, 0).end('commit')).toBe('INVALID_PRODUCER_ID_MAPPING')
    expect(await new TransactionalProducer(broker, '', 99, 0).end('commit')).toBe('INVALID_REQUEST')
    expect(await new TransactionalProducer(broker, 'x', producer.producerId, 9).end('commit')).toBe('PRODUCER_FENCED')
  })

  it('T9, T10: each partition that was touched gets one marker, all in one commit, before the answer', async () => {
    const { broker, disk } = await startOnFaultyDisk()
    await using _ = broker
    const producer = await transactionalProducer(broker, 'x')
    await producer.begin('t', ['a', 'b'])
    await producer.add('t', { partitions: [1, 2] })
    await producer.send('t', ['c'], { partition: 1 })
    const before = disk.commitCount
    expect(await producer.end('commit')).toBe('NONE')
    expect(disk.commitCount).toBe(before + 1)
    for (const [partition, offset] of [
      [0, 2],
      [1, 1],
      [2, 0],
    ] as const) {
      const { records, highWatermark } = await broker.fetch('t', offset, { partition })
      expect(highWatermark).toBe(offset + 1)
      expect(readTransactionMarker(records!.at(-1)!)).toEqual({
        type: 'commit',
        producerId: producer.producerId,
        producerEpoch: 0,
        coordinatorEpoch: 0,
      })
    }
    expect(await broker.fetch('t', 0, { partition: 3 })).toMatchObject({ highWatermark: 0 })
  })

  it('when the disk fails nothing of the end is there, the transaction is open, and the same request ends it', async () => {
    const { broker, disk } = await startOnFaultyDisk()
    await using _ = broker
    const producer = await transactionalProducer(broker, 'x')
    await producer.begin('t', ['a'])
    await producer.begin('t', ['b'], { partition: 1 })
    disk.failCommits()
    expect(await producer.end('commit')).toBe('NOT_COORDINATOR')
    await quiet()
    expect(await describeTransaction(broker, 'x')).toMatchObject({ transactionState: 'Ongoing' })
    expect(await committedValues(broker, 't')).toEqual([])
    expect(await producer.send('t', ['c'])).toMatchObject({ error: 'NONE', baseOffset: 1 })
    expect(await producer.end('commit')).toBe('NONE')
    expect(await committedValues(broker, 't')).toEqual(['a', 'c'])
    expect(await committedValues(broker, 't', 1)).toEqual(['b'])
  })

  it('an end that was kept although its commit failed is an end', async () => {
    const { broker, disk } = await startOnFaultyDisk()
    await using _ = broker
    const producer = await transactionalProducer(broker, 'x')
    await producer.begin('t', ['a'])
    await producer.addOffsets('g')
    await producer.commitOffset('g', 5)
    disk.failCommitsAfterApplying()
    expect(await producer.end('commit')).toBe('NONE')
    await quiet()
    expect(await describeTransaction(broker, 'x')).toMatchObject({ transactionState: 'CompleteCommit' })
    expect(await committedValues(broker, 't')).toEqual(['a'])
    expect(await new GroupClient(broker).committed('t', 0, true)).toMatchObject([{ offset: 5, error: 'NONE' }])
    await producer.run('t', ['b'], 'commit')
    expect(await committedValues(broker, 't')).toEqual(['a', 'b'])
  })

  it('a topic that is deleted during a transaction is not waited for, and one of the same name is not touched', async () => {
    const { broker } = await startOnFaultyDisk()
    await using _ = broker
    await broker.createTopic('other')
    const producer = await transactionalProducer(broker, 'x')
    await producer.begin('t', ['a'])
    await producer.begin('other', ['b'])
    await broker.deleteTopic('t')
    await broker.createTopic('t')
    expect(await producer.send('t', ['c'])).toMatchObject({ error: 'INVALID_TXN_STATE' })
    expect(await producer.end('commit')).toBe('NONE')
    expect(await broker.fetch('t', 0)).toMatchObject({ highWatermark: 0 })
    expect(await committedValues(broker, 'other')).toEqual(['b'])
  })

  it('waits for a deletion that is on its way, so that one that fails leaves no transaction open for ever', async () => {
    const { broker, disk } = await startOnFaultyDisk()
    await using _ = broker
    const producer = await transactionalProducer(broker, 'x')
    await producer.begin('t', ['a'])
    disk.stall()
    disk.failCommits()
    const deleting = broker.deleteTopic('t')
    await quiet()
    expect(await producer.end('commit')).toBe('CONCURRENT_TRANSACTIONS')
    disk.release()
    await expect(deleting).rejects.toThrow()
    await quiet()
    expect(await producer.end('commit')).toBe('NONE')
    expect(await committedValues(broker, 't')).toEqual(['a'])
  })

  it('what was open when the broker stopped is open when it starts again, and what had ended has', async () => {
    const storage = lasting(await openMemoryEngine({ maxBytes: 2 ** 24, durability: 'none' }))
    const before = await startBroker({ storage })
    await before.createTopic('t')
    await (await transactionalProducer(before, 'a')).run('t', ['kept'], 'commit')
    await (await transactionalProducer(before, 'b')).run('t', ['lost'], 'abort')
    const open = await transactionalProducer(before, 'c')
    await open.begin('t', ['open'])
    await before.produce('t', null)
    await before.broker.close()
    await using broker = await startBroker({ storage })
    expect(await fetchCommitted(broker, 't')).toMatchObject({ highWatermark: 5, lastStableOffset: 4 })
    expect(await committedValues(broker, 't')).toEqual(['kept'])
    const again = new TransactionalProducer(broker, 'c', open.producerId, open.producerEpoch)
    expect(await again.send('t', ['more'], { baseSequence: 1 })).toMatchObject({ error: 'NONE' })
    expect(await again.end('commit')).toBe('NONE')
    expect(await committedValues(broker, 't')).toEqual(['kept', 'open', 'more'])
  })
})

async function startOnFaultyDisk(): Promise<{ broker: BrokerFixture; disk: FaultyEngine }> {
  const disk = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 24, durability: 'none' }))
  const broker = await startBroker({ storage: disk })
  await broker.createTopic('t', { partitions: 4 })
  return { broker, disk }
}
