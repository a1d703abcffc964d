import type { BrokerState } from '../broker-state.ts'
import { retriable } from './end-transaction.ts'
import type { ProducerIdentity } from './init-producer.ts'
import type { Transaction } from './transaction.ts'
import type { TransactionParts } from './transaction-state.ts'

/**
 * Puts partitions or groups into a transaction, beginning one when none is open; settles when that is durable.
 * @throws RafkaError `INVALID_PRODUCER_ID_MAPPING`, `PRODUCER_FENCED`, `CONCURRENT_TRANSACTIONS`, `NOT_COORDINATOR`
 */
export async function addToTransaction(
  state: BrokerState,
  transactionalId: string,
  { producerId, producerEpoch }: ProducerIdentity,
  parts: Partial<TransactionParts>,
): Promise<void> {
  const transaction = state.transactions.find(transactionalId, producerId, producerEpoch)
  transaction.add(parts, state.clock.now())
  await saveTransaction(state, transaction)
}

/** Makes durable what was added to a transaction. @throws RafkaError `NOT_COORDINATOR` */
export async function saveTransaction(state: BrokerState, transaction: Transaction): Promise<void> {
  const changes = transaction.unsaved()
  if (changes.length === 0) return
  const saving = transaction.state
  try {
    await state.storage.commit(changes)
  } catch (error) {
    throw retriable(error)
  }
  transaction.saved(saving)
}
