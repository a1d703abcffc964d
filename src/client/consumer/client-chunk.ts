import type { FetchedChunk } from '../../core/consumer.ts'
import type { Message, RecordCursor } from '../../core/message.ts'
import type { Records } from '../../records/record-cursor.ts'
import type { AssignedPartition } from './assigned-partition.ts'
import type { ChunkMemory } from './chunk-memory.ts'

/** What an answer says of the partition's log. */
export interface LogExtent {
  readonly logStartOffset: number
  readonly lastStableOffset: number
  readonly highWatermark: number
}

/** What one fetch brought from one partition. */
export class ClientChunk implements FetchedChunk {
  readonly topic: string
  readonly partition: number
  readonly nextOffset: number
  readonly sizeBytes: number
  readonly logStart: number
  readonly lastStable: number
  readonly highWatermark: number
  /** The partition that it came from, as it was then. */
  readonly source: AssignedPartition
  readonly epoch: number
  /** The node that it came from. */
  readonly leader: number
  readonly #records: Records
  readonly #memory: ChunkMemory | undefined

  constructor(
    source: AssignedPartition,
    leader: number,
    records: Records,
    nextOffset: number,
    sizeBytes: number,
    extent: LogExtent,
    memory?: ChunkMemory,
  ) {
    this.topic = source.topic
    this.partition = source.partition
    this.source = source
    this.epoch = source.epoch
    this.leader = leader
    this.nextOffset = nextOffset
    this.sizeBytes = sizeBytes
    this.logStart = extent.logStartOffset
    this.lastStable = extent.lastStableOffset
    this.highWatermark = extent.highWatermark
    this.#records = records
    this.#memory = memory
  }

  /** Nobody reads it any more. To be called once. */
  release(): void {
    this.#memory?.release()
  }

  /** False after a seek or pause: it is not to be given, or not to its end. */
  get current(): boolean {
    return this.epoch === this.source.epoch && !this.source.held
  }

  /** The loop is done with all of it that it was given. */
  handled(): void {
    // After a seek it is the new position that counts.
    if (this.epoch === this.source.epoch) this.source.handled = this.source.position
  }

  cursor(): RecordCursor {
    return this.#records.cursor()
  }

  *messages(): Iterable<Message> {
    const cursor = this.#records.cursor()
    while (cursor.next()) yield messageAt(cursor, this.topic, this.partition)
  }
}

/** The record under the cursor, with its own buffers over the cursor's memory. */
export function messageAt(cursor: RecordCursor, topic: string, partition: number): Message {
  const { bytes, keyStart, keyEnd, valueStart, valueEnd } = cursor
  return {
    topic,
    partition,
    offset: cursor.offset,
    timestamp: cursor.timestamp,
    timestampType: cursor.timestampType,
    key: keyStart < 0 ? null : bytes.subarray(keyStart, keyEnd),
    value: valueStart < 0 ? null : bytes.subarray(valueStart, valueEnd),
    headers: cursor.headerCount === 0 ? [] : cursor.headers(),
  }
}
