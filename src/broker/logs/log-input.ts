import type { StoredBatch } from '../../core/storage-engine.ts'
import type { BatchHeader } from '../../records/header.ts'

/** A batch that was validated and may be given its offsets. */
export interface ValidBatch {
  readonly bytes: Buffer
  readonly header: BatchHeader
  /** The time that the broker set, or -1. */
  readonly logAppendTimeMs: number
}

/** What compaction puts in the place of what: `old` are all batches that lie in `[from, to)`. */
export interface Replacement {
  readonly from: number
  readonly to: number
  readonly old: readonly StoredBatch[]
  readonly batches: readonly StoredBatch[]
  /** Offsets of the markers of transactions that are among the old and not among the new. */
  readonly goneMarkers: readonly number[]
}
