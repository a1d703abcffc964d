import type { CommittedOffset } from './group-admin.ts'
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

/** A member of a group, as the group's coordinator knows it. */
export interface GroupMetadata {
  readonly group: string
  /** Empty while it is no member. */
  readonly memberId: string
  /** Of the assignment; the member's epoch with the new protocol; -1 while it is no member. */
  readonly generation: number
  readonly instanceId: string | null
}

/** Reads records. Made by `rafka.consumer(…)`; each is iterated once. */
export interface Consumer extends AsyncIterable<Message>, AsyncDisposable {
  /** The same records chunk by chunk: the fast way out. Use either this or the messages. With `lendsChunks` each is valid until the next one is asked for. */
  chunks(): AsyncIterable<FetchedChunk>

  /** Stops fetching from these partitions (all when left out) until `resume`. */
  pause(partitions?: readonly TopicPartition[]): void
  resume(partitions?: readonly TopicPartition[]): void

  /** Goes on from `position`; what was prefetched of the partition is dropped. */
  seek(partition: TopicPartition, position: Position): Promise<void>

  /** Offset of the next record of each partition that iteration will give. */
  positions(): ReadonlyArray<TopicPartition & { readonly offset: number }>

  /**
   * Commits offsets for the group: those given, each of the next record to be read, or of all that iteration has given so far, what the loop works on now
   * included.
   * @throws RafkaError `ILLEGAL_GENERATION` when a partition is not this consumer's (any more), `INVALID_GROUP_ID` without a group
   */
  commit(
    offsets?: ReadonlyArray<TopicPartition & { readonly offset: number; readonly metadata?: string }>,
  ): Promise<void>

  /** What the group has committed of these partitions, or of all that this consumer reads; offset -1: nothing. */
  committed(partitions?: readonly TopicPartition[]): Promise<CommittedOffset[]>

  /** Which member of the group it is at the moment; undefined without a group. */
  groupMetadata(): GroupMetadata | undefined

  /** Ends the iteration and lets go. A member of a group leaves it. */
  close(): Promise<void>
}
