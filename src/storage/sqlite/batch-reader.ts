import type { BatchInfo, LogId, ReadMemory, StoredBatch } from '../../core/storage-engine.ts'
import type { BatchFiles } from './batch-files.ts'
import { DamagedRow } from './damaged-row.ts'
import { guardBatch } from './guard.ts'
import type { ReadRow, Statements } from './statements.ts'

const FIRST_LOOK = 32
const NEXT_LOOK = 512

/** Which batches of a log: `lastOffset` in `[from, until)`. */
export interface BatchRange {
  readonly log: LogId
  readonly from: number
  readonly until: number
  /** The log's end. */
  readonly end: number
  /** From here on a gap is damage. */
  readonly sparseUntil: number
}

/**
 * As many whole batches of the range as fit in `maxBytes`, at least one. The index tells how many before a byte is read.
 * They end before one that is damaged.
 * @throws DamagedRow when that is the first
 */
export function readBatches(
  statements: Statements,
  files: BatchFiles,
  range: BatchRange,
  maxBytes: number,
  memory?: ReadMemory,
): StoredBatch[] {
  const last = lastThatFits(statements, range, maxBytes)
  if (last !== undefined) {
    return soundBatches(range, statements.read.all(range.log, range.from, last + 1), files, memory)
  }
  // Either the first batch reaches beyond the range, or there is none where one must be.
  const [next] = statements.scan.all(range.log, range.from, range.end, 1)
  const expected = Math.max(range.from, range.sparseUntil)
  if (expected < range.end && (next === undefined || next.baseOffset > expected)) {
    throw missing(range.log, expected)
  }
  return []
}

/** Up to `limit` batches of the range, without bytes. */
export function scanBatches(statements: Statements, range: BatchRange, limit: number): BatchInfo[] {
  const atMost = Math.max(0, Math.min(limit, Number.MAX_SAFE_INTEGER))
  return statements.scan.all(range.log, range.from, range.until, atMost)
}

/**
 * The batch of a row, with its bytes.
 * @throws DamagedRow when it is not what was written
 */
export function batchOf(log: LogId, row: ReadRow, bytes: Buffer | DamagedRow): StoredBatch {
  if (bytes instanceof DamagedRow) throw bytes
  const [baseOffset, lastOffset, maxTimestamp, , guard] = row
  const batch: StoredBatch = { baseOffset, lastOffset, maxTimestamp, bytes }
  if (guard !== guardBatch(log, batch)) throw new DamagedRow(`the batch at offset ${baseOffset} of log ${log}`)
  return batch
}

/** The bytes of a row, wherever they are; in `memory` when they come from a file. */
export function bytesOf(files: BatchFiles, row: ReadRow, memory?: ReadMemory): Buffer | DamagedRow {
  const [, , , sizeBytes, , bytes, file, position] = row
  return files.bytesOf({ bytes, sizeBytes, file, position }, memory)
}

function soundBatches(
  range: BatchRange,
  rows: readonly ReadRow[],
  files: BatchFiles,
  memory: ReadMemory | undefined,
): StoredBatch[] {
  const batches: StoredBatch[] = []
  let next = range.from
  try {
    for (const row of rows) {
      const batch = batchOf(range.log, row, bytesOf(files, row, memory))
      const expected = Math.max(next, range.sparseUntil)
      if (batch.baseOffset > expected) throw missing(range.log, expected)
      batches.push(batch)
      next = batch.lastOffset + 1
    }
  } catch (error) {
    if (batches.length === 0 || !(error instanceof DamagedRow)) throw error
  }
  return batches
}

function missing(log: LogId, offset: number): DamagedRow {
  return new DamagedRow(`log ${log}, which has no batch for offset ${offset},`)
}

function lastThatFits(statements: Statements, range: BatchRange, maxBytes: number): number | undefined {
  let last: number | undefined
  let bytes = 0
  let from = range.from
  for (let look = FIRST_LOOK; ; look = NEXT_LOOK) {
    const sizes = statements.sizes.all(range.log, from, range.until, look)
    for (const [lastOffset, sizeBytes] of sizes) {
      bytes += sizeBytes
      if (last !== undefined && bytes > maxBytes) return last
      last = lastOffset
    }
    if (sizes.length < look || last === undefined) return last
    from = last + 1
  }
}
