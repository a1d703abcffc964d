import type { BatchInfo, LogId } from '../../core/storage-engine.ts'
import type { Place } from './batch-files.ts'
import { type Database, prepare, prepareTuple, prepareValue } from './database.ts'
import type { SqliteExtent } from './sqlite-state.ts'

/** One time block: no batch up to `lastOffset` (and after the block before) is younger than `maxTimestamp`. */
export interface TimeBlock {
  readonly lastOffset: number
  readonly maxTimestamp: number
}

/** A batch as it is read: as an array, for there are many. Its bytes are in the row, or where `file` and `position` say. */
export type ReadRow = [
  baseOffset: number,
  lastOffset: number,
  maxTimestamp: number,
  sizeBytes: number,
  guard: number,
  bytes: Buffer,
  file: number | null,
  position: number | null,
]

/** A batch that is appended. */
type AppendRow = [
  log: LogId,
  baseOffset: number,
  lastOffset: number,
  maxTimestamp: number,
  sizeBytes: number,
  guard: number,
  bytes: Uint8Array,
  file: number | null,
  position: number | null,
]

/** Everything that the engine says to SQLite, prepared once. */
export type Statements = ReturnType<typeof prepareStatements>

/** Those of them that any version of the schema answers. */
export type IndexStatements = ReturnType<typeof prepareIndexStatements>

const INFO =
  'base_offset AS baseOffset, last_offset AS lastOffset, max_timestamp AS maxTimestamp, size_bytes AS sizeBytes'
const BLOCK = 'last_offset AS lastOffset, max_timestamp AS maxTimestamp'

/** Prepares every statement; offset bounds called `until` are exclusive. */
export function prepareStatements(database: Database) {
  return {
    begin: prepare<[]>(database, 'BEGIN IMMEDIATE'),
    commit: prepare<[]>(database, 'COMMIT'),
    rollback: prepare<[]>(database, 'ROLLBACK'),
    save: prepare<[]>(database, 'SAVEPOINT one_commit'),
    keep: prepare<[]>(database, 'RELEASE one_commit'),
    walSize: prepare<[], { log: number; checkpointed: number }>(database, 'PRAGMA wal_checkpoint(NOOP)'),
    checkpoint: prepare<[]>(database, 'PRAGMA wal_checkpoint(PASSIVE)'),
    undo: prepare<[]>(database, 'ROLLBACK TO one_commit'),
    ...prepareIndexStatements(database),
    ...prepareLogStatements(database),
    ...prepareBatchStatements(database),
    ...preparePlaceStatements(database),
    ...prepareTimeStatements(database),
    ...prepareGarbageStatements(database),
    ...prepareEntryStatements(database),
  }
}

function prepareLogStatements(database: Database) {
  return {
    putLog: prepare<[log: LogId, start: number, end: number, sizeBytes: number, sparseUntil: number, guard: number]>(
      database,
      'INSERT INTO logs VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET ' +
        'start_offset = excluded.start_offset, end_offset = excluded.end_offset, size_bytes = excluded.size_bytes, ' +
        'sparse_until = excluded.sparse_until, guard = excluded.guard',
    ),
    removeLog: prepare<[log: LogId]>(database, 'DELETE FROM logs WHERE id = ?'),
  }
}

/** What the index of batches and the rows of logs tell, whatever the schema's version. */
export function prepareIndexStatements(database: Database) {
  return {
    logs: prepare<[], SqliteExtent & { log: LogId; guard: number }>(
      database,
      'SELECT id AS log, start_offset AS start, end_offset AS "end", size_bytes AS sizeBytes, sparse_until AS sparseUntil, ' +
        'guard FROM logs ORDER BY id',
    ),
    scan: prepare<[LogId, from: number, until: number, limit: number], BatchInfo>(
      database,
      `SELECT ${INFO} FROM batches WHERE log = ? AND last_offset >= ? AND last_offset < ? ORDER BY last_offset LIMIT ?`,
    ),
    sizes: prepareTuple<[LogId, from: number, until: number, limit: number], [lastOffset: number, sizeBytes: number]>(
      database,
      'SELECT last_offset, size_bytes FROM batches WHERE log = ? AND last_offset >= ? AND last_offset < ? ' +
        'ORDER BY last_offset LIMIT ?',
    ),
    sizeBetween: prepareValue<[LogId, from: number, until: number], number>(
      database,
      'SELECT coalesce(sum(size_bytes), 0) FROM batches WHERE log = ? AND last_offset >= ? AND last_offset < ?',
    ),
    sumSince: prepare<[LogId, from: number], { last: number | null; sizeBytes: number }>(
      database,
      'SELECT max(last_offset) AS last, coalesce(sum(size_bytes), 0) AS sizeBytes FROM batches WHERE log = ? AND last_offset >= ?',
    ),
    nextOwner: prepareValue<[after: LogId], LogId | null>(database, 'SELECT min(log) FROM batches WHERE log > ?'),
  }
}

function prepareBatchStatements(database: Database) {
  return {
    append: prepare<AppendRow>(
      database,
      'INSERT INTO batches (log, base_offset, last_offset, max_timestamp, size_bytes, guard, bytes, file, position) ' +
        'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    read: prepareTuple<[LogId, from: number, until: number], ReadRow>(
      database,
      'SELECT base_offset, last_offset, max_timestamp, size_bytes, guard, bytes, file, position FROM batches ' +
        'WHERE log = ? AND last_offset >= ? AND last_offset < ? ORDER BY last_offset',
    ),
    deleteBetween: prepare<[LogId, from: number, until: number]>(
      database,
      'DELETE FROM batches WHERE log = ? AND last_offset >= ? AND last_offset < ?',
    ),
  }
}

function preparePlaceStatements(database: Database) {
  return {
    endOfFile: prepareValue<[file: number], number | null>(
      database,
      'SELECT max(position + size_bytes) FROM batches WHERE file = ?',
    ),
    anyInFile: prepareValue<[file: number], number>(database, 'SELECT 1 FROM batches WHERE file = ? LIMIT 1'),
    usedOfFile: prepareValue<[file: number], number>(
      database,
      'SELECT coalesce(sum(size_bytes), 0) FROM batches WHERE file = ?',
    ),
    nextFile: prepareValue<[after: number], number | null>(database, 'SELECT min(file) FROM batches WHERE file > ?'),
    inFile: prepare<[file: number, limit: number], Place & { id: number; sizeBytes: number }>(
      database,
      'SELECT id, file, position, size_bytes AS sizeBytes FROM batches WHERE file = ? ORDER BY position LIMIT ?',
    ),
    move: prepare<[file: number, position: number, id: number]>(
      database,
      'UPDATE batches SET file = ?, position = ? WHERE id = ?',
    ),
  }
}

function prepareTimeStatements(database: Database) {
  return {
    firstSince: prepare<[LogId, from: number, until: number, timestamp: number], BatchInfo>(
      database,
      `SELECT ${INFO} FROM batches WHERE log = ? AND last_offset >= ? AND last_offset < ? AND max_timestamp >= ? ORDER BY last_offset LIMIT 1`,
    ),
    youngest: prepare<[LogId, from: number, until: number], BatchInfo>(
      database,
      `SELECT ${INFO} FROM batches WHERE log = ? AND last_offset >= ? AND last_offset < ? ORDER BY max_timestamp DESC, last_offset LIMIT 1`,
    ),
    countBetween: prepare<[LogId, from: number, until: number], { count: number; maxTimestamp: number | null }>(
      database,
      'SELECT count(*) AS count, max(max_timestamp) AS maxTimestamp FROM batches WHERE log = ? AND last_offset >= ? AND last_offset < ?',
    ),
    addBlock: prepare<[LogId, last: number, maxTimestamp: number]>(
      database,
      'INSERT INTO time_blocks VALUES (?, ?, ?)',
    ),
    raiseBlocks: prepare<[maxTimestamp: number, LogId, from: number, LogId, last: number]>(
      database,
      'UPDATE time_blocks SET max_timestamp = max(max_timestamp, ?) WHERE log = ? AND last_offset >= ? AND last_offset <= ' +
        `coalesce((SELECT min(last_offset) FROM time_blocks WHERE log = ? AND last_offset >= ?), ${Number.MAX_SAFE_INTEGER})`,
    ),
    blockSince: prepare<[LogId, from: number, timestamp: number], TimeBlock>(
      database,
      `SELECT ${BLOCK} FROM time_blocks WHERE log = ? AND last_offset >= ? AND max_timestamp >= ? ORDER BY last_offset LIMIT 1`,
    ),
    blockBefore: prepareValue<[LogId, last: number], number | null>(
      database,
      'SELECT max(last_offset) FROM time_blocks WHERE log = ? AND last_offset < ?',
    ),
    blocksByAge: prepare<[LogId, from: number, limit: number, skip: number], TimeBlock>(
      database,
      `SELECT ${BLOCK} FROM time_blocks WHERE log = ? AND last_offset >= ? ORDER BY max_timestamp DESC, last_offset LIMIT ? OFFSET ?`,
    ),
    blocks: prepare<[LogId], TimeBlock>(
      database,
      `SELECT ${BLOCK} FROM time_blocks WHERE log = ? ORDER BY last_offset`,
    ),
    deleteBlocks: prepare<[LogId, until: number]>(
      database,
      'DELETE FROM time_blocks WHERE log = ? AND last_offset < ?',
    ),
  }
}

function prepareGarbageStatements(database: Database) {
  return {
    garbage: prepareValue<[], LogId>(database, 'SELECT log FROM garbage ORDER BY log'),
    putGarbage: prepare<[LogId]>(database, 'INSERT INTO garbage VALUES (?) ON CONFLICT DO NOTHING'),
    removeGarbage: prepare<[LogId]>(database, 'DELETE FROM garbage WHERE log = ?'),
  }
}

function prepareEntryStatements(database: Database) {
  return {
    put: prepare<[key: string, guard: number, value: Uint8Array]>(
      database,
      'INSERT INTO entries VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET guard = excluded.guard, value = excluded.value',
    ),
    remove: prepare<[key: string]>(database, 'DELETE FROM entries WHERE key = ?'),
    entries: prepareTuple<[from: string], [key: string, value: Buffer, guard: number]>(
      database,
      'SELECT key, value, guard FROM entries WHERE key >= ? ORDER BY key',
    ),
    entriesBetween: prepareTuple<[from: string, until: string], [key: string, value: Buffer, guard: number]>(
      database,
      'SELECT key, value, guard FROM entries WHERE key >= ? AND key < ? ORDER BY key',
    ),
  }
}
