import { describe, expect, it } from 'vitest'
import { startBroker } from '../../support/broker-fixture.ts'
import { quiet } from '../../support/pending.ts'
import {
  committedValues,
  describeTransaction,
  fetchCommitted,
  initProducer,
  transactionalProducer,
} from '../../support/transactional-producer.ts'

describe('the time-out of transactions', () => {
  it('T14: one that is open for longer than its producer asked is aborted under the next epoch', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const producer = await transactionalProducer(broker, 'x', { timeoutMs: 15_000 })
    await producer.begin('t', ['a'])
    broker.clock.advance(12_000)
    await quiet()
    expect(await describeTransaction(broker, 'x')).toMatchObject({ transactionState: 'Ongoing' })
    broker.clock.advance(10_000)
    await quiet()
    expect(await describeTransaction(broker, 'x')).toMatchObject({
      transactionState: 'CompleteAbort',
      producerEpoch: 1,
    })
    expect(await fetchCommitted(broker, 't')).toMatchObject({ lastStableOffset: 2 })
    expect(await committedValues(broker, 't')).toEqual([])
    expect(await producer.send('t', ['b'])).toMatchObject({ error: 'INVALID_PRODUCER_EPOCH' })
    expect(await producer.end('commit')).toBe('PRODUCER_FENCED')
    const { producerId } = producer
    expect(await initProducer(broker, 'x', { producerId, producerEpoch: 0 })).toMatchObject({
      error: 'NONE',
      producerEpoch: 1,
    })
  })

  it('T14: a transactional id that nobody uses is forgotten after transactional.id.expiration.ms, not one with an open transaction', async () => {
    const configs = { 'transactional.id.expiration.ms': '600000', 'transaction.max.timeout.ms': '2000000000' }
    await using broker = await startBroker({ configs })
    await broker.createTopic('t')
    const idle = await transactionalProducer(broker, 'idle')
    await idle.run('t', ['a'], 'commit')
    await (await transactionalProducer(broker, 'open', { timeoutMs: 2_000_000_000 })).begin('t', ['b'])
    broker.clock.advance(3_600_000)
    await quiet()
    expect(await describeTransaction(broker, 'idle')).toMatchObject({ error: 'TRANSACTIONAL_ID_NOT_FOUND' })
    expect(await describeTransaction(broker, 'open')).toMatchObject({ error: 'NONE', transactionState: 'Ongoing' })
    expect(await idle.add('t')).toEqual(['INVALID_PRODUCER_ID_MAPPING'])
    const anew = await transactionalProducer(broker, 'idle')
    expect(anew.producerId).not.toBe(idle.producerId)
  })

  it('T14: a producer with an open transaction is not forgotten after producer.id.expiration.ms', async () => {
    const configs = { 'producer.id.expiration.ms': '60000', 'transaction.max.timeout.ms': '2000000000' }
    await using broker = await startBroker({ configs })
    await broker.createTopic('t')
    const producer = await transactionalProducer(broker, 'x', { timeoutMs: 2_000_000_000 })
    await producer.begin('t', ['a'])
    broker.clock.advance(1_200_000)
    await quiet()
    expect(await producer.send('t', ['b'])).toMatchObject({ error: 'NONE', baseOffset: 1 })
    await producer.end('abort')
    expect(await committedValues(broker, 't')).toEqual([])
  })
})
