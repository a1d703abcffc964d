/** Names one log inside an engine: a positive integer that the broker hands out and never uses again. */
export type LogId = number

/** One record batch as an engine keeps it: opaque bytes and the four numbers to find it by. */
export interface StoredBatch {
  /** Offset of its first record. */
  readonly baseOffset: number
  /** Offset of its last record, `>= baseOffset`. */
  readonly lastOffset: number
  /** Largest timestamp of its records, in ms. */
  readonly maxTimestamp: number
  readonly bytes: Uint8Array
}

/** A stored batch without its bytes: for retention, compaction and inspection. */
export interface BatchInfo {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly maxTimestamp: number
  readonly sizeBytes: number
}

/** What an engine holds of one log. */
export interface LogExtent {
  readonly log: LogId
  /** First offset that may be read; moved by `trim`. */
  readonly start: number
  /** Offset that the next append must have. Never goes back, even when all batches are gone. */
  readonly end: number
  /** Sum of the sizes of its batches. */
  readonly sizeBytes: number
}

/**
 * One step of a commit.
 *
 * - `append`: refused unless `batch.baseOffset` is the log's end. A log comes into being with its first change; its end is 0 then.
 * - `trim`: the log's start becomes `before` if that is further on (at most its end); batches wholly below it go.
 *   A batch that spans `before` stays whole.
 * - `replace`: the batches that lie wholly in `[from, to)` go, `batches` (ascending, inside that range) come. Start and end stay.
 *   A batch that spans `from` or `to` makes the commit fail.
 * - `drop`: the log goes, with all its batches.
 * - `put`, `remove`: small state by key.
 */
export type Change =
  | { readonly append: LogId; readonly batch: StoredBatch }
  | { readonly trim: LogId; readonly before: number }
  | { readonly replace: LogId; readonly from: number; readonly to: number; readonly batches: readonly StoredBatch[] }
  | { readonly drop: LogId }
  | { readonly put: string; readonly value: Uint8Array }
  | { readonly remove: string }

/**
 * Memory for bytes that are needed only for a while. Whoever asks gives it to be read into, and uses it again when they are not needed any more:
 * memory that is new for each read costs more than reading does.
 */
export interface ReadMemory {
  /** So many bytes, whatever is in them. */
  take(sizeBytes: number): Buffer
}

/**
 * Makes changes durable and reads them back. Knows bytes, offsets and keys; nothing of Kafka.
 *
 * Every method answers with a promise so that an engine across a network fits; an engine that has the answer resolves it within the same tick.
 * Buffers that it returns belong to the caller, who must not change them. Bytes handed to `commit` must stay unchanged until it settles.
 */
export interface StorageEngine {
  /** What it is called in messages: `sqlite`, `memory`. */
  readonly name: string

  /**
   * Applies all changes or none, in order, after all earlier calls; durable, by the engine's setting, when it resolves.
   * A reader sees a change at the earliest when it is durable.
   * @throws RafkaError `KAFKA_STORAGE_ERROR` when nothing of it was kept (disk full, I/O error, not at the log's end, over the memory bound), with the cause.
   *   When the engine cannot tell whether it was kept, it refuses every later commit the same way until it is opened again.
   */
  commit(changes: readonly Change[]): Promise<void>

  /**
   * Whole batches in order, from the first whose `lastOffset >= offset`, as many as fit in `maxBytes` and end before `beforeOffset`
   * (default: no bound); at least one if there is one. Empty past the end. With `memory` their bytes may be in it.
   */
  read(log: LogId, offset: number, maxBytes: number, beforeOffset?: number, memory?: ReadMemory): Promise<StoredBatch[]>

  /** Up to `limit` batches in order, without bytes, from the first whose `lastOffset >= offset`. */
  scan(log: LogId, offset: number, limit: number): Promise<BatchInfo[]>

  /** The first batch at or after `fromOffset` whose `maxTimestamp >= timestamp`. */
  findByTimestamp(log: LogId, timestamp: number, fromOffset: number): Promise<BatchInfo | undefined>

  /** The batch with the largest `maxTimestamp` (the earliest of equals). */
  findMaxTimestamp(log: LogId): Promise<BatchInfo | undefined>

  /** Every log that exists. */
  logs(): Promise<LogExtent[]>

  /** Every entry whose key starts with `prefix`, in key order (by UTF-16 code unit or by byte, each engine always the same). */
  entries(prefix: string): Promise<Array<[key: string, value: Uint8Array]>>

  /** Gives space that trimming, compaction and deletion freed back to the operating system, in bounded steps. */
  reclaim(): Promise<void>

  /** Waits for what was committed and lets go of all files. Later calls fail with `CLOSED`. */
  close(): Promise<void>
}

/**
 * What a crash can lose.
 *
 * - `fsync`: nothing that was acknowledged.
 * - `os`: nothing when the process dies; the last seconds when the machine does.
 * - `none`: as `os` while the operating system lives; a crash of the machine may damage the store.
 */
export type Durability = 'fsync' | 'os' | 'none'
