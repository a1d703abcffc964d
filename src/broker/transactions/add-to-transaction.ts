import type { BrokerState } from '../broker-state.ts'
import { retriable } from './end-transaction.ts'
import type { ProducerIdentity } from './init-producer.ts'
import type { Transaction } from './transaction.ts'
import type { TransactionPartition } from './transaction-state.ts'

/** What a request wants to be in the transaction of its producer. */
export interface Addition {
  readonly partitions?: readonly TransactionPartition[]
  readonly groups?: readonly string[]
}

/**
 * Puts partitions or groups into a transaction, beginning one when none is open; settles when that is durable.
 * @throws RafkaError `INVALID_PRODUCER_ID_MAPPING`, `PRODUCER_FENCED`, `CONCURRENT_TRANSACTIONS`, `NOT_COORDINATOR`
 */
export async function addToTransaction(
  state: BrokerState,
  transactionalId: string,
  { producerId, producerEpoch }: ProducerIdentity,
  { partitions = [], groups = [] }: Addition,
): Promise<void> {
  const transaction = state.transactions.find(transactionalId, producerId, producerEpoch)
  transaction.add(partitions, groups, state.clock.now())
  await saveTransaction(state, transaction)
}

async function saveTransaction(state: BrokerState, transaction: Transaction): Promise<void> {
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
