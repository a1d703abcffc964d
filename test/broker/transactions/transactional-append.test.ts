import { describe, expect, it } from 'vitest'
import { produce } from '../../../src/protocol/apis/produce.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { produceRequest } from '../../support/broker-requests.ts'
import { batchOf } from '../../support/record-batches.ts'
import {
  committedValues,
  describeTransaction,
  TransactionalProducer,
  transactionalProducer,
} from '../../support/transactional-producer.ts'

describe('Produce in a transaction', () => {
  it('T6: refuses a partition that was not added, by the version of the request, and adds it by itself from 12 on', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const producer = await transactionalProducer(broker, 'x')
    expect(await producer.send('t', ['a'], { version: 10 })).toMatchObject({ error: 'INVALID_TXN_STATE' })
    expect(await producer.send('t', ['a'], { version: 11 })).toMatchObject({ error: 'TRANSACTION_ABORTABLE' })
    expect(await broker.fetch('t', 0)).toMatchObject({ highWatermark: 0 })
    expect(await producer.send('t', ['a'], { version: 12 })).toMatchObject({ error: 'NONE', baseOffset: 0 })
    expect(await describeTransaction(broker, 'x')).toMatchObject({
      transactionState: 'Ongoing',
      topics: [{ topic: 't', partitions: [0] }],
    })
    expect(await producer.end('commit')).toBe('NONE')
    expect(await committedValues(broker, 't')).toEqual(['a'])
    expect(await producer.send('t', ['b'], { version: 10 })).toMatchObject({ error: 'INVALID_TXN_STATE' })
  })

  it('T6: refuses the whole request when a batch is transactional and no transactional id is given', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t', { partitions: 2 })
    const { producerId } = await transactionalProducer(broker, 'x')
    const batch = batchOf(['a'], { producerId, transactional: true })
    const request = produceRequest([
      { topic: 't', partition: 0, records: [batchOf(['plain'])] },
      { topic: 't', partition: 1, records: [batch] },
    ])
    const { responses } = await broker.ask(produce, request)
    const errors = responses.map(({ partitionResponses: [answer] }) => errorName(answer!.errorCode))
    expect(errors).toEqual(Array(2).fill('TRANSACTIONAL_ID_AUTHORIZATION_FAILED'))
    expect(await broker.fetch('t', 0)).toMatchObject({ highWatermark: 0 })
  })

  it('T6: refuses a batch without a transaction by a producer that has one open in the partition', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const producer = await transactionalProducer(broker, 'x')
    await producer.begin('t', ['a'])
    expect(await producer.send('t', ['b'], { transactional: false })).toMatchObject({ error: 'INVALID_TXN_STATE' })
    expect(await producer.send('t', ['b'])).toMatchObject({ error: 'NONE', baseOffset: 1 })
    await producer.end('commit')
    expect(await producer.send('t', ['c'], { transactional: false })).toMatchObject({ error: 'NONE', baseOffset: 3 })
  })

  it('T6: refuses a batch of a producer that does not have the transactional id', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const mine = await transactionalProducer(broker, 'x')
    await mine.add('t')
    const stranger = new TransactionalProducer(broker, 'x', mine.producerId + 1, 0)
    expect(await stranger.send('t', ['a'])).toMatchObject({ error: 'INVALID_PRODUCER_ID_MAPPING' })
    const without = batchOf(['a'], { transactional: true })
    const { responses } = await broker.ask(
      produce,
      produceRequest([{ topic: 't', records: [without] }], { transactionalId: 'x' }),
      { version: 10 },
    )
    expect(errorName(responses[0]!.partitionResponses[0]!.errorCode)).toBe('INVALID_PRODUCER_ID_MAPPING')
  })

  it('I1: a batch that comes again within its transaction gets its first offset and is not appended twice', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const producer = await transactionalProducer(broker, 'x')
    await producer.begin('t', ['a', 'b'])
    expect(await producer.send('t', ['a', 'b'], { baseSequence: 0 })).toMatchObject({ error: 'NONE', baseOffset: 0 })
    expect(await producer.send('t', ['c'], { baseSequence: 5 })).toMatchObject({
      error: 'OUT_OF_ORDER_SEQUENCE_NUMBER',
    })
    await producer.end('commit')
    expect(await committedValues(broker, 't')).toEqual(['a', 'b'])
  })

  it('sequences go on from transaction to transaction, and begin at 0 in a new epoch', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const first = await transactionalProducer(broker, 'x')
    await first.run('t', ['a'], 'commit')
    await first.add('t')
    expect(await first.send('t', ['b'], { baseSequence: 0 })).toMatchObject({ error: 'NONE', baseOffset: 0 })
    expect(await first.send('t', ['b'], { baseSequence: 1 })).toMatchObject({ error: 'NONE', baseOffset: 2 })
    const second = await transactionalProducer(broker, 'x')
    await second.add('t')
    expect(await second.send('t', ['c'], { baseSequence: 2 })).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
    expect(await second.send('t', ['c'])).toMatchObject({ error: 'NONE' })
    await second.end('commit')
    expect(await committedValues(broker, 't')).toEqual(['a', 'c'])
  })
})
