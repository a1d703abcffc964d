import { expect, it } from 'vitest'
import { startBroker } from '../../support/broker-fixture.ts'
import {
  describeTransaction,
  TransactionalProducer,
  transactionalProducer,
} from '../../support/transactional-producer.ts'

it('T5: AddOffsetsToTxn begins a transaction for its producer, and for nobody else', async () => {
  await using broker = await startBroker()
  const producer = await transactionalProducer(broker, 'x')
  const { producerId } = producer
  expect(await new TransactionalProducer(broker, 'y', producerId, 0).addOffsets('g')).toBe(
    'INVALID_PRODUCER_ID_MAPPING',
  )
  expect(await new TransactionalProducer(broker, 'x', 99, 0).addOffsets('g')).toBe('INVALID_PRODUCER_ID_MAPPING')
  const fenced = new TransactionalProducer(broker, 'x', producerId, 4)
  expect(await fenced.addOffsets('g')).toBe('PRODUCER_FENCED')
  expect(await fenced.addOffsets('g', { version: 1 })).toBe('INVALID_PRODUCER_EPOCH')
  expect(await producer.addOffsets('')).toBe('INVALID_GROUP_ID')
  expect(await describeTransaction(broker, 'x')).toMatchObject({ transactionState: 'Empty' })
  expect(await producer.addOffsets('g')).toBe('NONE')
  expect(await producer.addOffsets('g')).toBe('NONE')
  expect(await describeTransaction(broker, 'x')).toMatchObject({ transactionState: 'Ongoing', topics: [] })
  expect(await producer.end('commit')).toBe('NONE')
})
