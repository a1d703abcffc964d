import type { OutgoingMessage, SendReceipt } from './message.ts'
import type { Transaction } from './transaction.ts'

/** Sends records. Made by `rafka.producer()`. */
export interface Producer extends AsyncDisposable {
  /**
   * Adds a record to the batch of its partition. Settles when the broker acknowledged it.
   * Records of one partition keep the order of the calls.
   */
  send(message: OutgoingMessage): Promise<SendReceipt>

  /** As many records, in order; settles when all are acknowledged. */
  sendAll(messages: Iterable<OutgoingMessage>): Promise<SendReceipt[]>

  /**
   * The fast way in, for millions of records: no object and no promise per record.
   * Positions are indexes into `source`, which is copied before `write` returns.
   */
  writer(topic: string, options?: RecordWriterOptions): RecordWriter

  /** Sends what waits, and settles when all that was sent before is acknowledged or failed. Does not throw for records: their promises do. */
  flush(): Promise<void>

  /**
   * Begins a transaction, of which a producer has one at a time.
   * @throws RafkaError `INVALID_TXN_STATE` while one is open, `PRODUCER_FENCED` when another producer has taken over, `INVALID_ARGUMENT` without a `transactionalId`
   */
  begin(): Promise<Transaction>

  /** Does `work` in a transaction: commits when it is done, aborts when it throws. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>

  /** Flushes, or aborts the transaction that is open, then lets go. */
  close(): Promise<void>
}

/** What one record has of its own, over what its writer gives to each. */
export interface RecordOverrides {
  readonly partition?: number | undefined
  readonly headers?: ReadonlyArray<{ key: string; value: Uint8Array | null }> | undefined
  readonly timestamp?: number | undefined
}

export interface RecordWriterOptions {
  /** All records go here; without it the partitioner decides per record. */
  readonly partition?: number | undefined
  /** Headers of each record. */
  readonly headers?: ReadonlyArray<{ key: string; value: Uint8Array | null }> | undefined
  /** Timestamp of each record in ms; now when left out. */
  readonly timestamp?: number | undefined
}

/** Where records stand in a buffer. Four numbers each: start and end of the key, start and end of the value; a negative start means null. */
export type RecordSlices = Int32Array

/** Takes records as slices of bytes. */
export interface RecordWriter {
  /**
   * Adds one record. A negative start means null.
   * @param own read before `write` returns, and not kept
   * @returns false when the producer's memory is full: call `drained` before the next write
   * @throws RafkaError `MESSAGE_TOO_LARGE` when it cannot fit in a batch; earlier records are not affected
   */
  write(
    source: Buffer,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    own?: RecordOverrides,
  ): boolean
  /**
   * Adds many records at once: those from `first` to before `end` of `slices`, with nothing of their own but key and value. Costs less than `write` for each.
   * @returns how many were taken. The next one has to be given to `write`, which keeps it until it can go on, or tells what is wrong with it
   */
  writeMany(source: Buffer, slices: RecordSlices, first: number, end: number): number
  /** Settles when there is room again. Rejects with the first error of a batch. */
  drained(): Promise<void>
  /** Sends what waits and settles when all is acknowledged. Rejects with the first error of a batch. */
  flush(): Promise<void>
  /** What the broker has acknowledged so far. */
  readonly acknowledged: WriterProgress
}

/** Counts of a `RecordWriter`. */
export interface WriterProgress {
  /** Records acknowledged. */
  readonly records: number
  /** Records, counted from the first written, that are acknowledged without a gap. */
  readonly leading: number
  /** Bytes of keys and values acknowledged. */
  readonly bytes: number
  /** First and last offset given, by partition. */
  readonly partitions: ReadonlyMap<number, { firstOffset: number; lastOffset: number }>
}
