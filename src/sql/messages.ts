import type { Page, TopicColumn } from './page.ts'
import type { SqlValue } from './sql-value.ts'
import type { Edge } from './text/edge-of-topic.ts'
import type { Range } from './text/table-ranges.ts'

/** A table that is handed over whole: it tells of the cluster, not of records. */
export interface SystemTable {
  readonly name: string
  readonly rows: readonly SqlValue[][]
}

/** What the thread that runs SQLite is told. */
export type ToWorker =
  | {
      readonly type: 'run'
      /** Ascending; a cancel names it. */
      readonly run: number
      readonly sql: string
      /** What may be meant by the names in it, and how much about each holds. */
      readonly topics: ReadonlyArray<{ readonly name: string; readonly records: number }>
      readonly tables: readonly SystemTable[]
      readonly nowMs: number
    }
  /** undefined: there is no more of it. */
  | { readonly type: 'page'; readonly scan: number; readonly page: Page | undefined }
  /** The scan failed; why is known where the pages come from. */
  | { readonly type: 'broken'; readonly scan: number }
  /** The reader of the rows has taken some. */
  | { readonly type: 'rows-taken' }

/** What it tells. */
export type FromWorker =
  | { readonly type: 'scan'; readonly scan: number; readonly request: ScanRequest }
  | { readonly type: 'page-taken'; readonly scan: number }
  | { readonly type: 'columns'; readonly names: readonly string[] }
  | { readonly type: 'rows'; readonly rows: SqlValue[][] }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly failure: Failure }

/** What is to be read of a topic. */
export interface ScanRequest {
  readonly topic: string
  readonly columns: readonly TopicColumn[]
  readonly ranges: readonly Range[]
  /** Within the ranges, of each partition. */
  readonly edge: Edge | undefined
}

/** Why a statement did not run to its end. `broken`: a scan of it did not. */
export interface Failure {
  readonly kind: 'sql' | 'refused' | 'cancelled' | 'broken' | 'too-large' | 'unexpected'
  readonly message: string
  /** Places in the statement: of the wrong word, and of what follows it. */
  readonly place?: { readonly start: number; readonly end: number } | undefined
}

/** Places in the memory that both threads see. */
export const shared = {
  /** Counts the messages to the worker, which sleeps on it. */
  messages: 0,
  /** The run that is to end, and all before it. */
  cancelledRun: 1,
  length: 2,
} as const

/** Pages of a scan that are on their way at most. */
export const pagesAhead = 4

/** Messages with rows that are on their way at most. */
export const rowsAhead = 4
