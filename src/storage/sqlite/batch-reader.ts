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
}

/**
 * As many whole batches of the range as fit in `maxBytes`, at least one. The index tells how many before a byte is read.
 * They end before one that is damaged.
 * @throws DamagedRow when that is the first
 */
export function readBatches(statements: Statements, range: BatchRange, maxBytes: number): StoredBatch[] {
  const last = lastThatFits(statements, range, maxBytes)
  return last === undefined ? [] : sound(range.log, statements.read.all(range.log, range.from, last + 1))
}

/** Up to `limit` batches of the range, without bytes. */
export function scanBatches(statements: Statements, range: BatchRange, limit: number): BatchInfo[] {
  const atMost = Math.max(0, Math.min(limit, Number.MAX_SAFE_INTEGER))
  return statements.scan.all(range.log, range.from, range.until, atMost)
}

function sound(log: LogId, rows: ReadonlyArray<StoredBatch & { guard: number }>): StoredBatch[] {
  const batches: StoredBatch[] = []
  for (const { guard, ...batch } of rows) {
    if (guard === guardBatch(log, batch)) batches.push(batch)
    else if (batches.length > 0) break
    else throw new DamagedRow(`the batch at offset ${batch.baseOffset} of log ${log}`)
  }
  return batches
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
