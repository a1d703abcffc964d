import { expect, it } from 'vitest'
import { startBroker } from '../../support/broker-fixture.ts'
import { describeTransaction, transactionalProducer } from '../../support/transactional-producer.ts'

it('DescribeTransactions: tells where a transaction stands, what is in it, and which ids there are not', async () => {
  await using broker = await startBroker()
  await broker.createTopic('t', { partitions: 3 })
  await broker.createTopic('u')
  expect(await describeTransaction(broker, 'x')).toMatchObject({ error: 'TRANSACTIONAL_ID_NOT_FOUND', topics: [] })
  expect(await describeTransaction(broker, '')).toMatchObject({ error: 'INVALID_REQUEST' })
  const producer = await transactionalProducer(broker, 'x', { timeoutMs: 1234 })
  const identity = { producerId: producer.producerId, producerEpoch: 0, transactionTimeoutMs: 1234 }
  expect(await describeTransaction(broker, 'x')).toMatchObject({
    error: 'NONE',
    transactionState: 'Empty',
    transactionStartTimeMs: -1,
    ...identity,
  })
  const startedMs = broker.clock.now()
  await producer.add('t', { partitions: [2, 0] })
  broker.clock.advance(10)
  await producer.add('u')
  expect(await describeTransaction(broker, 'x')).toMatchObject({
    transactionState: 'Ongoing',
    transactionStartTimeMs: startedMs,
    topics: [
      { topic: 't', partitions: [2, 0] },
      { topic: 'u', partitions: [0] },
    ],
    ...identity,
  })
  await producer.end('abort')
  expect(await describeTransaction(broker, 'x')).toMatchObject({ transactionState: 'CompleteAbort', topics: [] })
})
