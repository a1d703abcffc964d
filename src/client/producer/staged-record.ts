import type { RafkaError } from '../../core/errors.ts'
import type { HeaderInput } from '../../records/batch-builder.ts'
import type { OutgoingBatch } from './outgoing-batch.ts'
import type { RecordLayout } from './record-layout.ts'

/** A record that waits for its topic's partitions to be known, or for memory. */
export interface StagedRecord {
  readonly layout: RecordLayout
  readonly timestamp: number
  readonly partition: number | undefined
  readonly headers: readonly HeaderInput[] | undefined
  /** By `performance.now`. */
  readonly createdAt: number
  /** For `Outstanding`. */
  readonly generation: number
  /** The memory budget has counted it: a writer's. */
  readonly counted: boolean
  /** A look at the cluster has not found its partition yet. */
  partitionMissed: boolean
  /** Makes the caller a recipient of the batch. */
  readonly placed: (batch: OutgoingBatch) => void
  readonly failed: (error: RafkaError) => void
}
