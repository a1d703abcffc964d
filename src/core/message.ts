/** A header of a record. Keys may repeat and their order counts. */
export interface Header {
  readonly key: string
  readonly value: Buffer | null
}

/** `create`: set by the producer; `append`: set by the broker. */
export type TimestampType = 'create' | 'append'

/** A record as a consumer sees it. Buffers are its own and stay valid. */
export interface Message {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** ms since 1970; -1 when the record has none. */
  readonly timestamp: number
  readonly timestampType: TimestampType
  readonly key: Buffer | null
  /** null: a tombstone. */
  readonly value: Buffer | null
  readonly headers: readonly Header[]
}

/** A record to be sent. Strings are sent as UTF-8. */
export interface OutgoingMessage {
  readonly topic: string
  /** Without it the partitioner decides: by key (murmur2, as Java's), else sticky. */
  readonly partition?: number | undefined
  readonly key?: string | Uint8Array | null | undefined
  readonly value: string | Uint8Array | null
  readonly headers?: ReadonlyArray<{ key: string; value: string | Uint8Array | null }> | undefined
  /** ms since 1970; now when left out. */
  readonly timestamp?: number | undefined
}

/** Where a sent record went. */
export interface SendReceipt {
  readonly topic: string
  readonly partition: number
  /** -1 with `acks: 0`, which never learns it. */
  readonly offset: number
  readonly timestamp: number
}

/** `none` leaves the bytes as they are. */
export type CompressionName = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/**
 * Walks the records of fetched bytes without making an object for each.
 * Positions are indexes into `bytes`, valid until the next call of `next`.
 */
export interface RecordCursor {
  /** Moves to the next record; false at the end. */
  next(): boolean
  /** What the positions below point into: changes from batch to batch. */
  readonly bytes: Buffer
  readonly offset: number
  readonly timestamp: number
  readonly timestampType: TimestampType
  /** -1: the key is null. */
  readonly keyStart: number
  readonly keyEnd: number
  /** -1: the value is null. */
  readonly valueStart: number
  readonly valueEnd: number
  readonly headerCount: number
  /** Of its batch: the epoch of the leader that took it, and who produced it; -1 where there is none. */
  readonly leaderEpoch: number
  readonly producerId: number
  readonly producerEpoch: number
  /** Of its batch, as on the wire: bits 0-2 the codec, 3 time of append, 4 transactional, 5 control. */
  readonly attributes: number
  /** The headers of this record, decoded on demand. */
  headers(): Header[]
}
