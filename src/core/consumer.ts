import type { Message, RecordCursor } from './message.ts'

/** Where in a partition to begin or end. `timestamp` in ms: the first record at or after it; past the last record: the end. */
export type Position = 'start' | 'end' | number | { readonly timestamp: number } | { readonly fromEnd: number }

/** One partition of one topic. */
export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** What came in one answer from one partition: zero or more records, and where the next fetch goes on. */
export interface FetchedChunk extends TopicPartition {
  /** Offset after the last one in it: past gaps that compaction and dropped records leave. */
  readonly nextOffset: number
  /** Bytes of its batches. */
  readonly sizeBytes: number
  /** Of the partition, as the broker told with it: first offset; end of what no open transaction holds back; end. -1: not told. */
  readonly logStart: number
  readonly lastStable: number
  readonly highWatermark: number
  /** Walks the records in order, starting anew at each call; no object per record. */
  cursor(): RecordCursor
  /** The records as messages, made one at a time. */
  messages(): Iterable<Message>
}

/** Reads records. Made by `rafka.consumer(…)`; each is iterated once. */
export interface Consumer extends AsyncIterable<Message>, AsyncDisposable {
  /** The same records chunk by chunk: the fast way out. Use either this or the messages. */
  chunks(): AsyncIterable<FetchedChunk>

  /** Stops fetching from these partitions (all when left out) until `resume`. */
  pause(partitions?: readonly TopicPartition[]): void
  resume(partitions?: readonly TopicPartition[]): void

  /** Goes on from `position`; what was prefetched of the partition is dropped. */
  seek(partition: TopicPartition, position: Position): Promise<void>

  /** Offset of the next record of each partition that iteration will give. */
  positions(): ReadonlyArray<TopicPartition & { readonly offset: number }>

  /** Ends the iteration and lets go. */
  close(): Promise<void>
}
