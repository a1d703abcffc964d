import type { LogId } from '../../core/storage-engine.ts'
import { type Extent, emptyExtent } from '../change-rules.ts'
import { DamagedRow } from './damaged-row.ts'
import { guardLog } from './guard.ts'
import type { Statements } from './statements.ts'

/** What the engine knows of a log. */
export interface SqliteExtent extends Extent {
  /** From here on each batch follows the one before it: a gap is damage. Below, compaction may have left some. */
  readonly sparseUntil: number
}

/** A log that nobody has changed yet. */
export const emptySqliteExtent: SqliteExtent = { ...emptyExtent, sparseUntil: 0 }

/** Why a log has batches to delete. */
export type Garbage = 'trimmed' | 'dropped'

/** What the engine keeps in memory of what is in the tables. */
export interface SqliteState {
  readonly logs: Map<LogId, SqliteExtent>
  /** Logs with batches to delete: below their start, or all when they were dropped. */
  readonly garbage: Map<LogId, Garbage>
}

/**
 * What the engine keeps in memory, from the tables.
 * @throws DamagedRow
 */
export function readState(statements: Statements): SqliteState {
  const logs = readLogs(statements)
  const garbage: SqliteState['garbage'] = new Map()
  for (const log of statements.garbage.all()) garbage.set(log, logs.has(log) ? 'trimmed' : 'dropped')
  return { logs, garbage }
}

/** A log's row is written when it is trimmed, compacted or some hundred batches further; what was appended since is added up from the index. */
function readLogs(statements: Statements): Map<LogId, SqliteExtent> {
  const logs = new Map<LogId, SqliteExtent>()
  for (const { log, guard, ...row } of statements.logs.all()) {
    if (guard !== guardLog(log, row)) throw new DamagedRow(`the row of log ${log}`)
    const since = statements.sumSince.get(log, row.end)!
    const end = since.last === null ? row.end : since.last + 1
    logs.set(log, { ...row, end, sizeBytes: row.sizeBytes + since.sizeBytes })
  }
  return logs
}
