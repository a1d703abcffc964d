import type { CompressionName } from '../../src/core/message.ts'
import { BatchBuilder } from '../../src/records/batch-builder.ts'
import { loadCodec } from '../../src/records/compression.ts'
import { batchOverheadBytes, lengthPrefixBytes, writeCrc } from '../../src/records/header.ts'
import { openRecords } from '../../src/records/record-cursor.ts'

/** A time that no test's clock is before. */
export const someTime = Date.UTC(2026, 0, 1)

export interface BatchOptions {
  /** The key of all records. */
  readonly key?: string
  /** The key of each; null: none. */
  readonly keys?: ReadonlyArray<string | null>
  readonly timestamp?: number
  /** The timestamp of each. */
  readonly timestamps?: readonly number[]
  readonly headers?: ReadonlyArray<{ key: string; value: Buffer | null }>
  readonly producerId?: number
  readonly producerEpoch?: number
  readonly baseSequence?: number
  readonly transactional?: boolean
}

/** A record as tests compare it. */
export interface PlainRecord {
  readonly offset: number
  readonly timestamp: number
  readonly key: string | null
  readonly value: string | null
}

/** A batch of these values (null: tombstones). */
export function batchOf(values: ReadonlyArray<string | null>, options: BatchOptions = {}): Buffer {
  return filled(values, options).build(stampOf(options))
}

/** The same, compressed. */
export async function packedBatchOf(
  compression: CompressionName,
  values: ReadonlyArray<string | null>,
  options: BatchOptions = {},
): Promise<Buffer> {
  return filled(values, options).build({ ...stampOf(options), compression: await loadCodec(compression) })
}

/** A batch with some bytes of its header changed, and a CRC that is right for it. */
export function forged(batch: Buffer, change: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(batch)
  change(bytes)
  writeCrc(bytes)
  return bytes
}

/** A batch whose records are these bytes. */
export function batchWithPayload(payload: Buffer, change: (bytes: Buffer) => void = () => {}): Buffer {
  const header = batchOf(['x']).subarray(0, batchOverheadBytes)
  return forged(Buffer.concat([header, payload]), (bytes) => {
    bytes.writeInt32BE(bytes.length - lengthPrefixBytes, 8)
    change(bytes)
  })
}

/** What is in batches, as they were fetched or stored. */
export async function recordsOf(batches: readonly Uint8Array[] | null): Promise<PlainRecord[]> {
  const cursor = (
    await openRecords(
      (batches ?? []).map((bytes) => Buffer.from(bytes)),
      { checkCrc: true },
    )
  ).cursor()
  const records: PlainRecord[] = []
  while (cursor.next()) {
    const { bytes, offset, timestamp, keyStart, keyEnd, valueStart, valueEnd } = cursor
    const key = keyStart < 0 ? null : bytes.toString('utf8', keyStart, keyEnd)
    const value = valueStart < 0 ? null : bytes.toString('utf8', valueStart, valueEnd)
    records.push({ offset, timestamp, key, value })
  }
  return records
}

function filled(values: ReadonlyArray<string | null>, options: BatchOptions): BatchBuilder {
  const builder = new BatchBuilder({ maxBytes: 2 ** 26 })
  values.forEach((value, index) => {
    const key = options.keys === undefined ? (options.key ?? null) : (options.keys[index] ?? null)
    const keyBytes = Buffer.from(key ?? '')
    const valueBytes = Buffer.from(value ?? '')
    builder.append(
      options.timestamps?.[index] ?? options.timestamp ?? someTime,
      Buffer.concat([keyBytes, valueBytes]),
      key === null ? -1 : 0,
      keyBytes.length,
      value === null ? -1 : keyBytes.length,
      keyBytes.length + valueBytes.length,
      options.headers,
    )
  })
  return builder
}

function stampOf({ producerId, producerEpoch = 0, baseSequence = 0, transactional = false }: BatchOptions) {
  return producerId === undefined ? { transactional } : { producerId, producerEpoch, baseSequence, transactional }
}
