import fc from 'fast-check'
import type { CompressionName, Header, RecordCursor } from '../../src/core/message.ts'
import { BatchBuilder, type BuildOptions } from '../../src/records/batch-builder.ts'
import { type OpenRecordsOptions, openRecords } from '../../src/records/record-cursor.ts'

/** A record to be built, or as it was read. */
export interface PlainRecord {
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly Header[]
}

/** A record as it was read. */
export interface ReadRecord extends PlainRecord {
  readonly offset: number
}

export const compressionNames: readonly CompressionName[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.tuple(fc.nat(255), fc.nat(300)).map(([byte, length]) => Buffer.alloc(length, byte)),
)
const nullableBytes = fc.option(
  bytes.map((each) => Buffer.from(each)),
  { freq: 5 },
)

/** Keys, values and headers of every kind: null, empty, binary, doubled. */
export const arbitraryRecord: fc.Arbitrary<PlainRecord> = fc.record({
  timestamp: fc.oneof(
    fc.constant(-1),
    fc.nat(2 ** 20),
    fc.maxSafeNat().map((each) => each - 1),
  ),
  key: nullableBytes,
  value: nullableBytes,
  headers: fc.array(
    fc.record({
      key: fc.oneof(fc.constant('__proto__'), fc.string({ unit: 'binary', maxLength: 8 })),
      value: nullableBytes,
    }),
    {
      maxLength: 4,
    },
  ),
})

export const arbitraryRecords: fc.Arbitrary<PlainRecord[]> = fc.array(arbitraryRecord, { minLength: 1, maxLength: 20 })

/** A batch of these records. */
export function batchOf(records: readonly Partial<PlainRecord>[], options: BuildOptions = {}): Buffer {
  const builder = new BatchBuilder({ maxBytes: Number.POSITIVE_INFINITY })
  for (const { timestamp = 1000, key = null, value = null, headers } of records) {
    const source = Buffer.concat([key ?? Buffer.alloc(0), value ?? Buffer.alloc(0)])
    const keyBytes = key?.length ?? 0
    builder.append(
      timestamp,
      source,
      key === null ? -1 : 0,
      keyBytes,
      value === null ? -1 : keyBytes,
      source.length,
      headers,
    )
  }
  return builder.build(options)
}

/** A record whose value is this text. */
export function valued(value: string, more: Partial<PlainRecord> = {}): Partial<PlainRecord> {
  return { value: Buffer.from(value), ...more }
}

/** The record under a cursor. */
export function recordAt(cursor: RecordCursor): ReadRecord {
  const { bytes: source, keyStart, keyEnd, valueStart, valueEnd } = cursor
  return {
    offset: cursor.offset,
    timestamp: cursor.timestamp,
    key: keyStart < 0 ? null : source.subarray(keyStart, keyEnd),
    value: valueStart < 0 ? null : source.subarray(valueStart, valueEnd),
    headers: cursor.headers(),
  }
}

/** Every record of the batches. */
export async function readAll(batches: readonly Buffer[], options: OpenRecordsOptions = {}): Promise<ReadRecord[]> {
  const cursor = (await openRecords(batches, options)).cursor()
  const records: ReadRecord[] = []
  while (cursor.next()) records.push(recordAt(cursor))
  return records
}

/** The values of every record, as text. */
export async function readValues(batches: readonly Buffer[], options: OpenRecordsOptions = {}): Promise<string[]> {
  return (await readAll(batches, options)).map(({ value }) => String(value))
}
