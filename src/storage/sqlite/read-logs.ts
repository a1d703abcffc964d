import type { LogId } from '../../core/storage-engine.ts'
import type { Extent } from '../change-rules.ts'
import type { Statements } from './statements.ts'

/**
 * The extents of all logs. A log's row is written when the log is trimmed, compacted or some hundred batches further;
 * what was appended since is added up from the index.
 */
export function readLogs(statements: Statements): Map<LogId, Extent> {
  const logs = new Map<LogId, Extent>()
  for (const { log, start, end, sizeBytes } of statements.logs.all()) {
    const since = statements.sumSince.get(log, end)!
    logs.set(log, { start, end: since.last === null ? end : since.last + 1, sizeBytes: sizeBytes + since.sizeBytes })
  }
  return logs
}
