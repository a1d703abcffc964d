import type { RecordCursor, TopicPartition } from '../../../src/index.ts'
import type { OutputBuffer } from '../../output/output-buffer.ts'

/** Where a record came from, and what is known of its partition's log; -1: not known. */
export interface RecordSource extends TopicPartition {
  readonly logStart: number
  readonly lastStable: number
  readonly highWatermark: number
}

/** Writes the record that a cursor stands on. Called once per record, so it makes as little as it can. */
export type RecordRenderer = (record: RecordCursor, source: RecordSource, out: OutputBuffer) => void

const NEWLINE = 0x0a

/** The bytes of the value, as they are, and a line break; a null value is as an empty one. */
export const renderValue: RecordRenderer = (record, _, out) => {
  if (record.valueStart >= 0) out.piece(record.bytes, record.valueStart, record.valueEnd)
  out.byte(NEWLINE)
}

/** Key of the record a cursor stands on, valid until its next step; null when it has none. */
export function keyBytes(record: RecordCursor): Buffer | null {
  return record.keyStart < 0 ? null : record.bytes.subarray(record.keyStart, record.keyEnd)
}

/** Value of the record a cursor stands on, valid until its next step; null for a tombstone. */
export function valueBytes(record: RecordCursor): Buffer | null {
  return record.valueStart < 0 ? null : record.bytes.subarray(record.valueStart, record.valueEnd)
}
