import type { RafkaError } from '../../core/errors.ts'
import type { PartitionQueue } from './partition-queue.ts'

/** Of a transaction, in a Produce request. */
export interface ProduceOptions {
  readonly transactionalId: string | null
  /** Later versions mean that the broker adds partitions to transactions by itself. */
  readonly maxVersion?: number | undefined
}

/** Gives queues their producer ids, without which a broker cannot tell a batch that is sent again from another. */
export interface IdentitySource {
  /**
   * Gives a queue its id.
   * @returns what to wait for when there is none yet; rejects when there will be none
   */
  provide(queue: PartitionQueue): Promise<void> | undefined
  /** What a Produce request has to say of the transaction, if there is one. */
  readonly produceOptions: ProduceOptions
  /** A batch was given up. */
  batchFailed(error: RafkaError): void
}
