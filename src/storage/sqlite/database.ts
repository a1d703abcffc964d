import type BetterSqlite3 from 'better-sqlite3'
import { Sqlite } from '../../core/sqlite-package.ts'

/** A connection to one SQLite file. */
export type Database = BetterSqlite3.Database

/** A prepared statement with its parameters and the rows that it gives. */
export interface Statement<Parameters extends unknown[], Row = unknown> {
  run(...parameters: Parameters): unknown
  get(...parameters: Parameters): Row | undefined
  all(...parameters: Parameters): Row[]
  /** Keeps a read open until it ends: only where nothing is written meanwhile. */
  iterate(...parameters: Parameters): IterableIterator<Row>
}

/** Prepares a statement whose rows are objects. */
export function prepare<Parameters extends unknown[], Row = unknown>(
  database: Database,
  sql: string,
): Statement<Parameters, Row> {
  return database.prepare<Parameters, Row>(sql)
}

/** Prepares a statement whose rows are its first column. */
export function prepareValue<Parameters extends unknown[], Value>(
  database: Database,
  sql: string,
): Statement<Parameters, Value> {
  return database.prepare<Parameters, Value>(sql).pluck()
}

/** Prepares a statement whose rows are arrays of columns. */
export function prepareTuple<Parameters extends unknown[], Row extends unknown[]>(
  database: Database,
  sql: string,
): Statement<Parameters, Row> {
  return database.prepare<Parameters, Row>(sql).raw()
}

/** Below it, a WAL that restarts can damage the database (sqlite.org, "WAL-reset bug"). */
const MIN_SQLITE_VERSION = [3, 51, 3] as const
let safe = false

/**
 * Opens or creates a SQLite file and waits for no lock. Nothing is read or written yet.
 * @throws what better-sqlite3 throws, and an Error when its SQLite is too old to be safe
 */
export function openDatabase(file: string, options: { readonly?: boolean; mustExist?: boolean } = {}): Database {
  const { readonly = false, mustExist = false } = options
  assertSafe()
  return new Sqlite(file, { timeout: 0, readonly, fileMustExist: mustExist })
}

/** SQLite's name of the error (`SQLITE_FULL`, `SQLITE_IOERR_FSYNC`); undefined for any other. */
export function sqliteErrorCode(error: unknown): string | undefined {
  return error instanceof Sqlite.SqliteError ? error.code : undefined
}

/** True for what SQLite reports when the disk is full, or the quota or the limit on file size is reached. */
export function isNoRoom(error: unknown): boolean {
  const code = sqliteErrorCode(error)
  return code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_WRITE'
}

/** True for what SQLite reports when the file is not what it wrote. */
export function isDamage(error: unknown): boolean {
  const code = sqliteErrorCode(error)
  return code !== undefined && (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB')
}

/** Asked of an empty database: the file itself may be locked, and is not read before its settings are made. */
function assertSafe(): void {
  if (safe) return
  const empty = new Sqlite(':memory:')
  const version = empty.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? '0'
  empty.close()
  if (isOlder(version)) {
    throw new Error(`SQLite ${version} is not safe to write with; install a better-sqlite3 that has 3.51.3 or newer`)
  }
  safe = true
}

function isOlder(version: string): boolean {
  const parts = version.split('.').map(Number)
  for (const [index, least] of MIN_SQLITE_VERSION.entries()) {
    const part = parts[index] ?? 0
    if (part !== least) return part < least
  }
  return false
}
