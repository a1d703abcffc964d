import type { Header, RecordCursor, TopicPartition } from '../../src/index.ts'

/** One record as it was printed, with copies of its bytes. */
export interface PrintedRecord extends TopicPartition {
  readonly offset: number
  readonly timestamp: number
  readonly timestampType: RecordCursor['timestampType']
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly Header[]
}

const MOST_RECORDS = 1000
const MOST_BYTES = 8 * 1024 * 1024

/** The last records that were printed, by their number since the last command that prints records began. */
export class PrintedRecords {
  readonly #kept: PrintedRecord[] = []
  #bytes = 0
  #count = 0

  /** How many were printed, those that are not kept any more too. */
  get count(): number {
    return this.#count
  }

  /** A command begins to print: counting starts anew. */
  restart(): void {
    this.#kept.length = 0
    this.#bytes = 0
    this.#count = 0
  }

  add(record: RecordCursor, { topic, partition }: TopicPartition): void {
    const kept = {
      topic,
      partition,
      offset: record.offset,
      timestamp: record.timestamp,
      timestampType: record.timestampType,
      key: record.keyStart < 0 ? null : Buffer.from(record.bytes.subarray(record.keyStart, record.keyEnd)),
      value: record.valueStart < 0 ? null : Buffer.from(record.bytes.subarray(record.valueStart, record.valueEnd)),
      headers: record.headerCount === 0 ? [] : record.headers().map(copyOf),
    }
    this.#count += 1
    this.#kept.push(kept)
    this.#bytes += bytesOf(kept)
    while (this.#kept.length > MOST_RECORDS || (this.#bytes > MOST_BYTES && this.#kept.length > 1)) {
      this.#bytes -= bytesOf(this.#kept.shift()!)
    }
  }

  /** Number `number`, from 1; negative numbers count from the last one, which is -1. */
  get(number: number): PrintedRecord | undefined {
    const index = number < 0 ? this.#kept.length + number : number - 1 - (this.#count - this.#kept.length)
    return this.#kept[index]
  }
}

function copyOf({ key, value }: Header): Header {
  return { key, value: value === null ? null : Buffer.from(value) }
}

function bytesOf({ key, value, headers }: PrintedRecord): number {
  const inHeaders = headers.reduce((sum, header) => sum + header.key.length + (header.value?.length ?? 0), 0)
  return 100 + (key?.length ?? 0) + (value?.length ?? 0) + inHeaders
}
