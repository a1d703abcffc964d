import { RafkaError } from '../../core/errors.ts'
import type { BrokerState } from '../broker-state.ts'
import { endTransaction } from './end-transaction.ts'
import type { ProducerIdentity } from './init-producer.ts'
import { fencingEpoch, isExhausted } from './producer-epochs.ts'
import { notItsProducer, type Transaction } from './transaction.ts'
import type { NextProducer, TransactionEnd, TransactionState } from './transaction-state.ts'

/** What a producer asks for with EndTxn. */
export interface Finish {
  readonly end: TransactionEnd
  /**
   * The rules of `transaction.version` 2 (KIP-890): each end raises the producer's epoch, also that of a transaction in which nothing
   * happened, so that nothing late can get into the next one.
   */
  readonly raisesEpoch: boolean
}

/**
 * Ends a transaction as its producer asks (`TransactionCoordinator.endTransaction`). The same request may come again after it was answered.
 * @returns who the producer is from now on
 * @throws RafkaError `INVALID_REQUEST`, `INVALID_PRODUCER_ID_MAPPING`, `PRODUCER_FENCED`, `INVALID_TXN_STATE`, `CONCURRENT_TRANSACTIONS`,
 *   `NOT_COORDINATOR`
 */
export async function finishTransaction(
  state: BrokerState,
  transactionalId: string,
  producer: ProducerIdentity,
  finish: Finish,
): Promise<ProducerIdentity> {
  if (transactionalId === '') throw new RafkaError('INVALID_REQUEST', 'a transactional id cannot be empty')
  // Awaited before anything is decided.
  const rotates = finish.raisesEpoch && isExhausted(producer.producerEpoch)
  const freshId = rotates ? await state.producerIds.next() : undefined
  const transaction = state.transactions.get(transactionalId)
  if (transaction === undefined) throw notItsProducer(transactionalId, producer.producerId)
  if (isDone(transaction, producer, finish)) return transaction.state
  const { state: before } = transaction
  const next = finish.raisesEpoch ? raised(before, freshId) : before
  const markerEpoch = finish.raisesEpoch ? fencingEpoch(before) : before.producerEpoch
  await endTransaction(state, transaction, finish.end, next, markerEpoch)
  return transaction.state
}

/**
 * Whether the transaction has ended in this way already, so that there is nothing to do.
 * @throws RafkaError when it cannot end so
 */
function isDone(transaction: Transaction, producer: ProducerIdentity, { end, raisesEpoch }: Finish): boolean {
  const { status, state } = transaction
  const [preparing, done] =
    end === 'commit' ? (['PrepareCommit', 'CompleteCommit'] as const) : (['PrepareAbort', 'CompleteAbort'] as const)
  const hasEnded = status === 'CompleteCommit' || status === 'CompleteAbort'
  // Its answer was lost, or the broker itself aborted what took too long: the epoch has been raised since.
  if (raisesEpoch && hasEnded && !transaction.busy && isFormer(state, producer)) {
    if (status === done) return true
    throw cannotEnd(transaction, end)
  }
  transaction.assertProducer(producer.producerId, producer.producerEpoch)
  if (status === preparing || !(status === 'PrepareCommit' || status === 'PrepareAbort')) transaction.assertIdle()
  if (status === 'Ongoing') return false
  if (raisesEpoch && end === 'abort' && (hasEnded || status === 'Empty')) return false
  if (!raisesEpoch && status === done) return true
  throw cannotEnd(transaction, end)
}

/** Whether this is who the producer was before its epoch was raised. */
function isFormer(state: TransactionState, { producerId, producerEpoch }: ProducerIdentity): boolean {
  if (producerId === state.producerId) return producerEpoch + 1 === state.producerEpoch
  return producerId === state.lastProducerId && isExhausted(producerEpoch) && state.producerEpoch === 0
}

function raised(
  { producerId, producerEpoch, lastProducerId }: TransactionState,
  freshId: number | undefined,
): NextProducer {
  if (freshId !== undefined) {
    return { producerId: freshId, producerEpoch: 0, lastProducerId: producerId, lastProducerEpoch: producerEpoch }
  }
  return { producerId, producerEpoch: producerEpoch + 1, lastProducerId, lastProducerEpoch: producerEpoch }
}

function cannotEnd({ id, status }: Transaction, end: TransactionEnd): RafkaError {
  return new RafkaError('INVALID_TXN_STATE', `the transaction of "${id}" is in state ${status}; it cannot ${end}`)
}
