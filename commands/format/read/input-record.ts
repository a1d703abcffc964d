import type { Header } from '../../../src/index.ts'

const nothing = Buffer.alloc(0)
const noHeaders: readonly Header[] = []

/**
 * One record as it was read from input: slices of bytes, valid until the next one is read into the same object. Key and value may stand in
 * different buffers. A negative start means null.
 */
export class InputRecord {
  keySource: Buffer = nothing
  keyStart = -1
  keyEnd = -1
  valueSource: Buffer = nothing
  valueStart = -1
  valueEnd = -1
  headers: readonly Header[] = noHeaders
  /** Undefined: whatever holds for all records. */
  topic: string | undefined
  partition: number | undefined
  timestamp: number | undefined

  /** A value alone. */
  setValue(source: Buffer, start: number, end: number): void {
    this.keyStart = -1
    this.valueSource = source
    this.valueStart = start
    this.valueEnd = end
  }

  /** Forgets the record before. */
  clear(): void {
    this.keyStart = -1
    this.valueStart = -1
    this.headers = noHeaders
    this.topic = undefined
    this.partition = undefined
    this.timestamp = undefined
  }
}

/** Reads a record that stands from `start` to before `end`. @throws RafkaError `INVALID_ARGUMENT` about this record */
export type RecordParser = (source: Buffer, start: number, end: number, record: InputRecord) => void
