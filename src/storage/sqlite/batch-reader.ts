import type { BatchInfo, LogId, StoredBatch } from '../../core/storage-engine.ts'
import { DamagedRow } from './damaged-row.ts'
import { guardBatch } from './guard.ts'
import type { Statements } from './statements.ts'

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
export function readBatches(statements: Statements, range: BatchRange, maxBytes: number): StoredBatch[] {
  const last = lastThatFits(statements, range, maxBytes)
  if (last !== undefined) return soundBatches(range, statements.read.all(range.log, range.from, last + 1))
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

function soundBatches(range: BatchRange, rows: ReadonlyArray<StoredBatch & { guard: number }>): StoredBatch[] {
  const batches: StoredBatch[] = []
  let next = range.from
  for (const { guard, ...batch } of rows) {
    const damage = damageOf(range, next, guard, batch)
    if (damage !== undefined) {
      if (batches.length === 0) throw damage
      break
    }
    batches.push(batch)
    next = batch.lastOffset + 1
  }
  return batches
}

function damageOf(range: BatchRange, next: number, guard: number, batch: StoredBatch): DamagedRow | undefined {
  const { log, sparseUntil } = range
  if (batch.baseOffset > Math.max(next, sparseUntil)) return missing(log, Math.max(next, sparseUntil))
  return guard === guardBatch(log, batch)
    ? undefined
    : new DamagedRow(`the batch at offset ${batch.baseOffset} of log ${log}`)
}

function missing(log: LogId, offset: number): DamagedRow {
  return new DamagedRow(`log ${log}, which has no batch for offset ${offset},`)
}

function lastThatFits(statements: Statements, range: BatchRange, maxBytes: number): number | undefined {
  let last: number | undefined
  let bytes = 0
  let from = range.from
  for (let look = FIRST_LOOK; ; look = NEXT_LOOK) {
    const infos = statements.scan.all(range.log, from, range.until, look)
    for (const info of infos) {
      bytes += info.sizeBytes
      if (last !== undefined && bytes > maxBytes) return last
      last = info.lastOffset
    }
    if (infos.length < look || last === undefined) return last
    from = last + 1
  }
}
