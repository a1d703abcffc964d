import { RafkaError } from '../../core/errors.ts'
import type { BrokerState } from '../broker-state.ts'
import { endTransaction, retriable } from './end-transaction.ts'
import { fenced, fencingEpoch, isExhausted } from './producer-epochs.ts'
import type { Transaction } from './transaction.ts'
import { type NextProducer, newTransaction, type TransactionState } from './transaction-state.ts'

/** A producer as it stands in its batches. */
export interface ProducerIdentity {
  readonly producerId: number
  readonly producerEpoch: number
}

/**
 * Gives the producer of a transactional id its identity: the same id with the next epoch, which fences whoever had it before
 * (`TransactionCoordinator.handleInitProducerId`).
 * @param expected who the producer believes to be, when it only wants its epoch raised (KIP-360)
 * @throws RafkaError `INVALID_REQUEST`, `INVALID_TRANSACTION_TIMEOUT`, `PRODUCER_FENCED`, `NOT_COORDINATOR`;
 *   `CONCURRENT_TRANSACTIONS` when a transaction was open: it has been aborted, and the request must come again
 */
export async function initTransactionalProducer(
  state: BrokerState,
  transactionalId: string,
  timeoutMs: number,
  expected: ProducerIdentity | undefined,
): Promise<ProducerIdentity> {
  if (transactionalId === '') throw new RafkaError('INVALID_REQUEST', 'a transactional id cannot be empty')
  const maxMs = state.configs.number('transaction.max.timeout.ms')
  if (timeoutMs <= 0 || timeoutMs > maxMs) {
    throw new RafkaError(
      'INVALID_TRANSACTION_TIMEOUT',
      `a transaction may take from 1 to ${maxMs} ms (transaction.max.timeout.ms); ${timeoutMs} was asked for`,
    )
  }
  const transaction = state.transactions.obtain(transactionalId)
  transaction.assertIdle()
  if (expected !== undefined) assertExpected(transaction, expected)
  if (transaction.state.status === 'Ongoing') {
    // This epoch is given to nobody: the request that comes again gets the next (`prepareFenceProducerEpoch`).
    await endTransaction(state, transaction, 'abort', fenced(transaction.state), fencingEpoch(transaction.state))
    throw new RafkaError(
      'CONCURRENT_TRANSACTIONS',
      `the open transaction of "${transactionalId}" was aborted; try again`,
    )
  }
  return renew(state, transaction, timeoutMs, expected)
}

/** A producer that was given another id may still believe in the one whose epochs ran out. */
function assertExpected({ id, state }: Transaction, { producerId, producerEpoch }: ProducerIdentity): void {
  const fresh = state.producerEpoch === -1
  const former = producerId === state.lastProducerId && isExhausted(producerEpoch)
  if (fresh || producerId === state.producerId || former) return
  throw fencedError(id, state, { producerId, producerEpoch })
}

async function renew(
  state: BrokerState,
  transaction: Transaction,
  timeoutMs: number,
  expected: ProducerIdentity | undefined,
): Promise<ProducerIdentity> {
  transaction.begin('init')
  try {
    const next = await nextIdentity(state, transaction, expected)
    const after: TransactionState = {
      ...newTransaction,
      ...next,
      timeoutMs,
      startedMs: -1,
      changedMs: state.clock.now(),
    }
    await state.storage.commit([transaction.put(after)])
    transaction.complete(after)
    return next
  } catch (error) {
    transaction.giveUp()
    if (!transaction.stored) state.transactions.forget(transaction.id)
    throw retriable(error)
  }
}

/** `TransactionMetadata.prepareIncrementProducerEpoch` and `prepareProducerIdRotation`. */
async function nextIdentity(
  { producerIds }: BrokerState,
  { id, state }: Transaction,
  expected: ProducerIdentity | undefined,
): Promise<NextProducer> {
  const { producerId, producerEpoch, lastProducerId, lastProducerEpoch } = state
  const last = expected === undefined ? { lastProducerEpoch: -1 } : { lastProducerEpoch: producerEpoch }
  if (producerId === -1) {
    return { producerId: await producerIds.next(), producerEpoch: 0, lastProducerId: -1, lastProducerEpoch: -1 }
  }
  if (isExhausted(producerEpoch) && (expected === undefined || expected.producerEpoch === producerEpoch)) {
    return { producerId: await producerIds.next(), producerEpoch: 0, lastProducerId: producerId, ...last }
  }
  if (expected === undefined || expected.producerEpoch === producerEpoch) {
    return { producerId, producerEpoch: producerEpoch + 1, lastProducerId, ...last }
  }
  // The answer to the same request was lost: it gets it again.
  if (expected.producerEpoch === lastProducerEpoch)
    return { producerId, producerEpoch, lastProducerId, lastProducerEpoch }
  throw fencedError(id, state, expected)
}

function fencedError(id: string, { producerId, producerEpoch }: TransactionState, given: ProducerIdentity): RafkaError {
  return new RafkaError(
    'PRODUCER_FENCED',
    `the producer of transactional id "${id}" is ${producerId} with epoch ${producerEpoch}; the request has ${given.producerId} with epoch ${given.producerEpoch}`,
  )
}
