import { RafkaError } from '../core/errors.ts'
import { RecordReader } from './record-reader.ts'

/** What a topic asks of its records. */
export interface RecordRules {
  /** A compacted topic: every record needs a key. */
  readonly keyRequired: boolean
}

/** What walking the records told. */
export interface WalkedRecords {
  /** Largest timestamp delta; negative infinity when there are no records. */
  readonly maxTimestampDelta: number
  /** Smallest timestamp delta; infinity when there are no records. */
  readonly minTimestampDelta: number
  /** Whether the offset deltas are 0, 1, 2 … */
  readonly dense: boolean
}

/**
 * Walks the records of a batch strictly: each must parse, fill its declared length, and stand right behind the one before; nothing may be
 * left over (`DefaultRecord.readFrom`, `DefaultRecordBatch`, `LogValidator`).
 * @param payload the records, not compressed
 * @throws RafkaError `INVALID_RECORD` naming the record, with its index as the detail `record` where it is whole but not allowed; `INVALID_TIMESTAMP` when a timestamp delta is beyond 2^53
 */
export function validateRecords(payload: Buffer, count: number, rules: RecordRules): WalkedRecords {
  const reader = new RecordReader()
  reader.open(payload, 0)
  let maxTimestampDelta = Number.NEGATIVE_INFINITY
  let minTimestampDelta = Number.POSITIVE_INFINITY
  let dense = true
  for (let index = 0; index < count; index++) {
    reader.read()
    reader.checkHeaders()
    if (rules.keyRequired && reader.keyStart < 0) {
      throw new RafkaError('INVALID_RECORD', `record ${index} has no key, which a compacted topic needs`, {
        details: { record: index },
      })
    }
    if (reader.timestampDelta > maxTimestampDelta) maxTimestampDelta = reader.timestampDelta
    if (reader.timestampDelta < minTimestampDelta) minTimestampDelta = reader.timestampDelta
    if (reader.offsetDelta !== index) dense = false
  }
  reader.assertNoneLeft()
  return { maxTimestampDelta, minTimestampDelta, dense }
}
