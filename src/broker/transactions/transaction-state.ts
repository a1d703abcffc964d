import type { LogId } from '../../core/storage-engine.ts'
import type { OffsetCommit } from '../groups/offsets/committed-offset.ts'

/** Where a transaction stands (`TransactionState`). Preparing takes no state of its own: an end is one commit. */
export type TransactionStatus = 'Empty' | 'Ongoing' | 'CompleteCommit' | 'CompleteAbort'

/** How a transaction ends. */
export type TransactionEnd = 'commit' | 'abort'

/** A partition that belongs to a transaction. A topic that is created anew has other logs, so it never belongs to an old one. */
export interface TransactionPartition {
  readonly topic: string
  readonly partition: number
  readonly log: LogId
}

/** An offset of a group that counts once the transaction is committed. */
export interface TransactionOffset extends OffsetCommit {
  readonly groupId: string
}

/** What of a broker can belong to a transaction. */
export interface TransactionParts {
  readonly partitions: readonly TransactionPartition[]
  /** Groups whose offsets it may commit. */
  readonly groups: readonly string[]
  readonly offsets: readonly TransactionOffset[]
}

/** What is known of a transactional id. Never changed in place. */
export interface TransactionState {
  /** -1: not yet known. */
  readonly producerId: number
  readonly producerEpoch: number
  /** Identity before the last change of it, by which a request that comes again is known; -1: none. */
  readonly lastProducerId: number
  readonly lastProducerEpoch: number
  /** How long a transaction may be open, in ms. */
  readonly timeoutMs: number
  readonly status: TransactionStatus
  /** When the last transaction began, by the broker's clock, in ms; -1: there was none. */
  readonly startedMs: number
  /** When anything of this changed. */
  readonly changedMs: number
  readonly partitions: ReadonlyMap<LogId, TransactionPartition>
  readonly groups: readonly string[]
  /** One for each group and partition. */
  readonly offsets: readonly TransactionOffset[]
}

/** Who the producer of a transactional id is after a change. */
export type NextProducer = Pick<
  TransactionState,
  'producerId' | 'producerEpoch' | 'lastProducerId' | 'lastProducerEpoch'
>

/** A state as JSON: `[topic, partition, log]`. */
export interface StoredTransaction extends Omit<TransactionState, 'partitions'> {
  readonly partitions: ReadonlyArray<readonly [topic: string, partition: number, log: LogId]>
}

/** A transactional id that nobody has used. */
export const newTransaction: TransactionState = {
  producerId: -1,
  producerEpoch: -1,
  lastProducerId: -1,
  lastProducerEpoch: -1,
  timeoutMs: 0,
  status: 'Empty',
  startedMs: -1,
  changedMs: 0,
  partitions: new Map(),
  groups: [],
  offsets: [],
}

export function storedTransaction(state: TransactionState): StoredTransaction {
  return {
    ...state,
    partitions: [...state.partitions.values()].map(({ topic, partition, log }) => [topic, partition, log]),
  }
}

export function readTransaction(stored: StoredTransaction): TransactionState {
  return {
    ...newTransaction,
    ...stored,
    partitions: new Map(stored.partitions.map(([topic, partition, log]) => [log, { topic, partition, log }])),
  }
}
