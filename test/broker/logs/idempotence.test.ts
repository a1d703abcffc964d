import { describe, expect, it } from 'vitest'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { startBroker, testConnection } from '../../support/broker-fixture.ts'
import { lasting } from '../../support/lasting-engine.ts'
import { quiet } from '../../support/pending.ts'
import { batchOf, someTime } from '../../support/record-batches.ts'

/** A batch of `count` records of producer 7. */
const sent = (baseSequence: number, { count = 1, epoch = 0, timestamp = someTime } = {}) =>
  batchOf(Array(count).fill('x'), { producerId: 7, producerEpoch: epoch, baseSequence, timestamp })

describe('an idempotent producer', () => {
  it('I1: a batch that comes again is answered with its first offset, and appended once', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    await broker.produce('t', sent(0, { count: 3, timestamp: 1000 }))
    await broker.produce('t', sent(3, { count: 2, timestamp: 2000 }))
    expect(await broker.produce('t', sent(0, { count: 3, timestamp: 1000 }))).toMatchObject({
      error: 'NONE',
      baseOffset: 0,
      logAppendTimeMs: 1000,
    })
    expect(await broker.produce('t', sent(3, { count: 2 }))).toMatchObject({ baseOffset: 3, logAppendTimeMs: 2000 })
    expect(await broker.records('t')).toHaveLength(5)
  })

  it('I1: is recognised by its last five batches; I2: an older one is out of order', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    for (let sequence = 0; sequence < 6; sequence++) await broker.produce('t', sent(sequence))
    for (let sequence = 1; sequence < 6; sequence++) {
      expect(await broker.produce('t', sent(sequence))).toMatchObject({ error: 'NONE', baseOffset: sequence })
    }
    expect(await broker.produce('t', sent(0))).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
    expect(await broker.records('t')).toHaveLength(6)
  })

  it('I1: what has become invalid fails, although it is a duplicate', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    await broker.produce('t', sent(0))
    broker.clock.advance(-7_200_000)
    expect(await broker.produce('t', sent(0))).toMatchObject({ error: 'INVALID_TIMESTAMP' })
  })

  it('I2: a gap is out of order, and so is a part of an earlier batch', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    await broker.produce('t', sent(0, { count: 4 }))
    for (const wrong of [sent(5), sent(1, { count: 3 }), sent(0, { count: 3 }), sent(3, { count: 2 })]) {
      expect(await broker.produce('t', wrong)).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER', baseOffset: -1 })
    }
    expect(await broker.produce('t', sent(4))).toMatchObject({ error: 'NONE', baseOffset: 4 })
  })

  it('I3: an older epoch is refused, and a newer one begins with sequence 0', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    await broker.produce('t', sent(0, { epoch: 3 }))
    expect(await broker.produce('t', sent(1, { epoch: 2 }))).toMatchObject({ error: 'INVALID_PRODUCER_EPOCH' })
    expect(await broker.produce('t', sent(1, { epoch: 4 }))).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
    expect(await broker.produce('t', sent(0, { epoch: 4 }))).toMatchObject({ error: 'NONE', baseOffset: 1 })
    expect(await broker.produce('t', sent(1, { epoch: 3 }))).toMatchObject({ error: 'INVALID_PRODUCER_EPOCH' })
  })

  it('I3: batches of an older epoch are no duplicates in a newer one', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    await broker.produce('t', sent(0, { epoch: 0 }))
    expect(await broker.produce('t', sent(0, { epoch: 1 }))).toMatchObject({ error: 'NONE', baseOffset: 1 })
    expect(await broker.produce('t', sent(0, { epoch: 1 }))).toMatchObject({ error: 'NONE', baseOffset: 1 })
    expect(await broker.records('t')).toHaveLength(2)
  })

  it('I4: a producer that the partition does not know may begin with any sequence', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t', { partitions: 2 })
    expect(await broker.produce('t', sent(100))).toMatchObject({ error: 'NONE' })
    expect(await broker.produce('t', sent(55), { partition: 1 })).toMatchObject({ error: 'NONE' })
    expect(await broker.produce('t', sent(101))).toMatchObject({ error: 'NONE' })
  })

  it('I5: sequences go on with 0 after 2^31-1, inside a batch too', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    await broker.produce('t', sent(2 ** 31 - 3, { count: 2 }))
    expect(await broker.produce('t', sent(2 ** 31 - 1, { count: 3 }))).toMatchObject({ error: 'NONE', baseOffset: 2 })
    expect(await broker.produce('t', sent(2, { count: 1 }))).toMatchObject({ error: 'NONE', baseOffset: 5 })
    expect(await broker.produce('t', sent(2 ** 31 - 1, { count: 3 }))).toMatchObject({ error: 'NONE', baseOffset: 2 })
    expect(await broker.produce('t', sent(2 ** 31 - 1))).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
  })

  it('I6: is remembered across a restart, with its window', async () => {
    const storage = lasting(await openMemoryEngine({ maxBytes: 2 ** 24, durability: 'none' }))
    {
      await using broker = await startBroker({ storage })
      await broker.createTopic('t')
      for (let sequence = 0; sequence < 6; sequence++) await broker.produce('t', sent(sequence))
    }
    await using broker = await startBroker({ storage })
    for (let sequence = 1; sequence < 6; sequence++) {
      expect(await broker.produce('t', sent(sequence))).toMatchObject({ error: 'NONE', baseOffset: sequence })
    }
    expect(await broker.produce('t', sent(0))).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
    expect(await broker.produce('t', sent(6))).toMatchObject({ error: 'NONE', baseOffset: 6 })
  })

  it('I6: is remembered when its records are gone', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t', { configs: { 'retention.ms': '1000' } })
    await broker.produce('t', sent(0))
    broker.clock.advance(5000)
    await broker.broker.retain()
    expect(await broker.produce('t', sent(0))).toMatchObject({ error: 'NONE', baseOffset: 0 })
    expect(await broker.produce('t', sent(1))).toMatchObject({ error: 'NONE', baseOffset: 1 })
  })

  it('I6: is forgotten after producer.id.expiration.ms without a batch, and not before', async () => {
    const storage = lasting(await openMemoryEngine({ maxBytes: 2 ** 24, durability: 'none' }))
    await using broker = await startBroker({ storage, configs: { 'producer.id.expiration.ms': '3600000' } })
    await broker.createTopic('t', { configs: { 'message.timestamp.before.max.ms': '9223372036854775807' } })
    await broker.produce('t', sent(0))
    broker.clock.advance(3_500_000)
    expect(await broker.produce('t', sent(9))).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
    expect(await storage.entries('producer/')).toHaveLength(1)
    broker.clock.advance(1_000_000)
    await quiet()
    expect(await storage.entries('producer/')).toHaveLength(0)
    expect(await broker.produce('t', sent(9))).toMatchObject({ error: 'NONE' })
  })

  it('I7: five requests in flight on one connection are appended in order', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const answers = await Promise.all([0, 1, 2, 3, 4].map((sequence) => broker.produce('t', sent(sequence))))
    expect(answers.map(({ error, baseOffset }) => [error, baseOffset])).toEqual([0, 1, 2, 3, 4].map((n) => ['NONE', n]))
  })

  it('I7: when one of them fails those after it are out of order, and the client sends them again', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const damaged = sent(1)
    damaged[damaged.length - 1]! ^= 1
    const batches = [sent(0), damaged, sent(2), sent(3)]
    const answers = await Promise.all(batches.map((batch) => broker.produce('t', batch)))
    const outOfOrder = 'OUT_OF_ORDER_SEQUENCE_NUMBER'
    expect(answers.map(({ error }) => error)).toEqual(['NONE', 'CORRUPT_MESSAGE', outOfOrder, outOfOrder])
    const again = await Promise.all([1, 2, 3].map((sequence) => broker.produce('t', sent(sequence))))
    expect(again.map(({ baseOffset }) => baseOffset)).toEqual([1, 2, 3])
  })

  it('I8: two batches in requests of two connections are taken one after the other', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    for (let round = 0; round < 20; round++) {
      const answers = [0, 1].map((part) =>
        broker.produce('t', sent(round * 2 + part), { connection: testConnection() }),
      )
      expect((await Promise.all(answers)).map(({ error }) => error)).toEqual(['NONE', 'NONE'])
    }
  })
})
