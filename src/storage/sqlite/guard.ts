import { crc32c } from '../../core/crc32c.ts'
import type { LogId, StoredBatch } from '../../core/storage-engine.ts'
import type { SqliteExtent } from './sqlite-state.ts'

/** So much of a batch is guarded: its beginning, where formats keep what their own checksum leaves out. */
const GUARDED_BYTES = 64

/** One for all, so that a batch costs no allocation: nothing is left in it between two calls. */
const scratch = Buffer.alloc(5 * 8)

/** CRC-32C of what is known of a batch and of its first bytes: SQLite has no checksums of its own. */
export function guardBatch(log: LogId, batch: StoredBatch): number {
  const { bytes } = batch
  scratch.writeDoubleLE(log, 0)
  scratch.writeDoubleLE(batch.baseOffset, 8)
  scratch.writeDoubleLE(batch.lastOffset, 16)
  scratch.writeDoubleLE(batch.maxTimestamp, 24)
  scratch.writeDoubleLE(bytes.length, 32)
  return crc32c(bytes.length > GUARDED_BYTES ? bytes.subarray(0, GUARDED_BYTES) : bytes, crc32c(scratch))
}

/** CRC-32C of the row of a log. */
export function guardLog(log: LogId, extent: SqliteExtent): number {
  const row = Buffer.alloc(5 * 8)
  const numbers = [log, extent.start, extent.end, extent.sizeBytes, extent.sparseUntil]
  for (const [index, number] of numbers.entries()) row.writeDoubleLE(number, 8 * index)
  return crc32c(row)
}

/** CRC-32C of a key and its whole value. */
export function guardEntry(key: string, value: Uint8Array): number {
  return crc32c(value, crc32c(Buffer.from(key)))
}
