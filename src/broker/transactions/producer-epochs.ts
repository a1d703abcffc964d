import type { NextProducer, TransactionState } from './transaction-state.ts'

/** Largest epoch that a producer is given (`TransactionMetadata.isEpochExhausted`); one more fences it. */
const LAST_EPOCH = 2 ** 15 - 2

/** True when a producer with this epoch must get another id before it goes on. */
export function isExhausted(producerEpoch: number): boolean {
  return producerEpoch >= LAST_EPOCH
}

/** The epoch that refuses whoever has the present one. */
export function fencingEpoch({ producerEpoch }: TransactionState): number {
  return Math.min(producerEpoch + 1, LAST_EPOCH + 1)
}

/**
 * The identity after a transaction that the broker aborted itself. Nobody has been given it; whoever had the one before gets it by asking as
 * whom it was (KIP-588), unless somebody else asked first.
 */
export function fenced(state: TransactionState): NextProducer {
  return {
    producerId: state.producerId,
    producerEpoch: fencingEpoch(state),
    lastProducerId: state.lastProducerId,
    lastProducerEpoch: state.producerEpoch,
  }
}
