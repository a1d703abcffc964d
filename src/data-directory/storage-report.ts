import type { StorageType } from './storage-type.ts'

/** One thing that is damaged. */
export interface StorageProblem {
  /** null: not of one topic. */
  readonly topic: string | null
  readonly partition: number | null
  /** First and last offset that cannot be read; null: not of a log. */
  readonly firstOffset: number | null
  readonly lastOffset: number | null
  readonly message: string
  /** File with what a repair took out. */
  readonly keptIn: string | null
}

/** What was found in a data directory. */
export interface StorageReport {
  readonly dataDir: string
  /** null: there is no store in it. */
  readonly storage: StorageType | null
  readonly logs: number
  readonly batches: number
  readonly records: number
  readonly sizeBytes: number
  readonly problems: readonly StorageProblem[]
  /** Whether what is damaged was taken out. */
  readonly repaired: boolean
}

/** A problem of the store as a whole. */
export function storeProblem(message: string, keptIn: string | null = null): StorageProblem {
  return { topic: null, partition: null, firstOffset: null, lastOffset: null, message, keptIn }
}
