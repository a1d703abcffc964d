import type { ItemResult } from './admin.ts'
import type { TopicPartition } from './consumer.ts'

/** One transactional id, as ListTransactions tells it. */
export interface TransactionListing {
  readonly transactionalId: string
  readonly producerId: number
  /** Kafka's word: `Ongoing`, `CompleteCommit`, `Empty`, … */
  readonly state: string
}

/** One transactional id, with what its transaction holds. */
export interface TransactionDescription extends TransactionListing {
  readonly producerEpoch: number
  readonly timeoutMs: number
  /** ms since 1970; -1: no transaction is open. */
  readonly startedAt: number
  readonly partitions: readonly TopicPartition[]
  readonly error: ItemResult['error']
}

/** A producer that a partition remembers. */
export interface ProducerState {
  readonly producerId: number
  readonly producerEpoch: number
  readonly lastSequence: number
  /** ms since 1970 of its last batch; -1: not known. */
  readonly lastTimestamp: number
  readonly coordinatorEpoch: number
  /** Of the first record of its open transaction; -1: none is open. */
  readonly transactionStartOffset: number
}

/** The producers that a partition remembers. */
export interface PartitionProducers extends TopicPartition {
  readonly producers: readonly ProducerState[]
  readonly error: ItemResult['error']
}

/** Looks after transactions: the part of `Admin` that is about them. */
export interface TransactionAdmin {
  /** All transactional ids of all nodes, by name. Filters let all through when left out. */
  listTransactions(filter?: {
    readonly states?: readonly string[]
    readonly producerIds?: readonly number[]
  }): Promise<TransactionListing[]>
  /** In the order of the ids; one that is not known has the error `TRANSACTIONAL_ID_NOT_FOUND`. */
  describeTransactions(transactionalIds: readonly string[]): Promise<TransactionDescription[]>
  /** The producers that partitions remember, in the order of `partitions`. */
  describeProducers(partitions: readonly TopicPartition[]): Promise<PartitionProducers[]>
  /**
   * Aborts the transaction that a producer has open in a partition, for one that hangs: its coordinator has forgotten it. `describeProducers` tells the producer.
   * @throws RafkaError when the partition's leader refuses
   */
  abortTransaction(partition: TopicPartition, producer: ProducerState): Promise<void>
}
