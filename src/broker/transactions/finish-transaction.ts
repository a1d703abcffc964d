import { RafkaError } from '../../core/errors.ts'
import type { BrokerState } from '../broker-state.ts'
import { endTransaction } from './end-transaction.ts'
import type { ProducerIdentity } from './init-producer.ts'
import { notItsProducer, type Transaction } from './transaction.ts'
import type { TransactionEnd } from './transaction-state.ts'

/**
 * Ends a transaction as its producer asks, by the rules of `transaction.version` 1: the producer keeps its epoch, and the same request may
 * come again after it was answered (`TransactionCoordinator.endTransaction`).
 * @throws RafkaError `INVALID_REQUEST`, `INVALID_PRODUCER_ID_MAPPING`, `PRODUCER_FENCED`, `INVALID_TXN_STATE`, `CONCURRENT_TRANSACTIONS`,
 *   `NOT_COORDINATOR`
 */
export async function finishTransaction(
  state: BrokerState,
  transactionalId: string,
  { producerId, producerEpoch }: ProducerIdentity,
  end: TransactionEnd,
): Promise<ProducerIdentity> {
  if (transactionalId === '') throw new RafkaError('INVALID_REQUEST', 'a transactional id cannot be empty')
  const transaction = state.transactions.get(transactionalId)
  if (transaction === undefined) throw notItsProducer(transactionalId, producerId)
  transaction.assertProducer(producerId, producerEpoch)
  const { status } = transaction
  if (status === (end === 'commit' ? 'CompleteCommit' : 'CompleteAbort')) return transaction.state
  if (status === (end === 'commit' ? 'PrepareCommit' : 'PrepareAbort')) transaction.assertIdle()
  if (status === 'Ongoing') transaction.assertIdle()
  else throw cannotEnd(transaction, end)
  await endTransaction(state, transaction, end, transaction.state, producerEpoch)
  return transaction.state
}

function cannotEnd({ id, status }: Transaction, end: TransactionEnd): RafkaError {
  return new RafkaError('INVALID_TXN_STATE', `the transaction of "${id}" is in state ${status}; it cannot ${end}`)
}
