import type { LogId } from '../../core/storage-engine.ts'
import type { Extent } from '../change-rules.ts'
import type { SqliteState } from './change-group.ts'
import { DamagedRow } from './damaged-row.ts'
import { guardLog } from './guard.ts'
import type { Statements } from './statements.ts'

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
function readLogs(statements: Statements): Map<LogId, Extent> {
  const logs = new Map<LogId, Extent>()
  for (const { log, start, end, sizeBytes, guard } of statements.logs.all()) {
    if (guard !== guardLog(log, { start, end, sizeBytes })) throw new DamagedRow(`the row of log ${log}`)
    const since = statements.sumSince.get(log, end)!
    logs.set(log, { start, end: since.last === null ? end : since.last + 1, sizeBytes: sizeBytes + since.sizeBytes })
  }
  return logs
}
