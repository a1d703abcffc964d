import { describe, expect, it } from 'vitest'
import { describeProducers } from '../../../src/protocol/apis/describe-producers.ts'
import { writeTxnMarkers } from '../../../src/protocol/apis/write-txn-markers.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { FaultyEngine } from '../../support/faulty-engine.ts'
import { quiet } from '../../support/pending.ts'
import { committedValues, fetchCommitted, transactionalProducer } from '../../support/transactional-producer.ts'

describe('an administrator', () => {
  it('sees a transaction that hangs in a partition, and ends it there with WriteTxnMarkers', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const producer = await transactionalProducer(broker, 'x')
    await producer.run('t', ['a'], 'commit')
    await producer.begin('t', ['b'])
    const { producerId } = producer
    expect(await activeProducers(broker)).toEqual([
      {
        producerId,
        producerEpoch: 0,
        lastSequence: 1,
        lastTimestamp: Date.UTC(2026, 0, 1),
        coordinatorEpoch: 0,
        currentTxnStartOffset: 2,
      },
    ])
    expect(await abort(broker, { producerId, producerEpoch: -1, coordinatorEpoch: 0 })).toEqual(['INVALID_REQUEST'])
    expect(await abort(broker, { producerId, producerEpoch: 0, coordinatorEpoch: -1 })).toEqual([
      'TRANSACTION_COORDINATOR_FENCED',
    ])
    expect(await abort(broker, { producerId, producerEpoch: 0, coordinatorEpoch: 0 })).toEqual(['NONE'])
    expect(await activeProducers(broker)).toMatchObject([{ currentTxnStartOffset: -1 }])
    expect(await committedValues(broker, 't')).toEqual(['a'])
    expect(await fetchCommitted(broker, 't')).toMatchObject({ lastStableOffset: 4 })
  })

  it('cannot keep the coordinator from ending what goes on, whatever epochs the markers have', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t', { partitions: 2 })
    const producer = await transactionalProducer(broker, 'x')
    const { producerId } = producer
    await producer.begin('t', ['a'])
    expect(await abort(broker, { producerId, producerEpoch: 0, coordinatorEpoch: 7 })).toEqual(['NONE'])
    await producer.send('t', ['b'])
    expect(await producer.end('commit')).toBe('NONE')
    expect(await committedValues(broker, 't')).toEqual(['b'])
    await producer.begin('t', ['c'])
    await producer.begin('t', ['d'], { partition: 1 })
    expect(await abort(broker, { producerId, producerEpoch: 9, coordinatorEpoch: 7 })).toEqual(['NONE'])
    expect(await producer.send('t', ['late'])).toMatchObject({ error: 'INVALID_PRODUCER_EPOCH' })
    expect(await producer.end('commit')).toBe('NONE')
    expect(await committedValues(broker, 't')).toEqual(['b'])
    expect(await committedValues(broker, 't', 1)).toEqual(['d'])
  })

  it('is told of partitions that there are not', async () => {
    await using broker = await startBroker()
    expect(await abort(broker, { producerId: 1, producerEpoch: 0, coordinatorEpoch: 0 })).toEqual([
      'UNKNOWN_TOPIC_OR_PARTITION',
    ])
    const request = describeProducers.request.create({ topics: [{ name: 't', partitionIndexes: [0] }] })
    const { topics } = await broker.ask(describeProducers, request)
    expect(errorName(topics[0]!.partitions[0]!.errorCode)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  })

  it('cannot end with a marker of an older epoch, and a disk that fails is told', async () => {
    const { broker, disk } = await startOnFaultyDisk()
    await using _ = broker
    await transactionalProducer(broker, 'x')
    const producer = await transactionalProducer(broker, 'x')
    await producer.begin('t', ['a'])
    const { producerId } = producer
    expect(await abort(broker, { producerId, producerEpoch: 0, coordinatorEpoch: 0 })).toEqual([
      'INVALID_PRODUCER_EPOCH',
    ])
    disk.failCommits()
    expect(await abort(broker, { producerId, producerEpoch: 1, coordinatorEpoch: 0 })).toEqual(['KAFKA_STORAGE_ERROR'])
    await quiet()
    expect(await fetchCommitted(broker, 't')).toMatchObject({ lastStableOffset: 0, highWatermark: 1 })
  })
})

async function activeProducers(broker: BrokerFixture) {
  const request = describeProducers.request.create({ topics: [{ name: 't', partitionIndexes: [0] }] })
  return (await broker.ask(describeProducers, request)).topics[0]!.partitions[0]!.activeProducers
}

async function abort(
  broker: BrokerFixture,
  marker: { producerId: number; producerEpoch: number; coordinatorEpoch: number },
) {
  const topics = [{ name: 't', partitionIndexes: [0] }]
  const request = writeTxnMarkers.request.create({
    markers: [{ ...marker, transactionResult: false, topics, transactionVersion: 0 }],
  })
  const { markers } = await broker.ask(writeTxnMarkers, request)
  return markers.flatMap((one) => one.topics.flatMap(({ partitions }) => partitions.map((p) => errorName(p.errorCode))))
}

async function startOnFaultyDisk(): Promise<{ broker: BrokerFixture; disk: FaultyEngine }> {
  const disk = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 24, durability: 'none' }))
  const broker = await startBroker({ storage: disk })
  await broker.createTopic('t', { partitions: 4 })
  return { broker, disk }
}
