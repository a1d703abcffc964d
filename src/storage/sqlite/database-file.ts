import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { RafkaError } from '../../core/errors.ts'
import type { Durability } from '../../core/storage-engine.ts'
import { ensureDirectory, unusableDirectory } from '../directory.ts'
import { describeCause } from '../refusal.ts'
import { batchDirectory } from './batch-files.ts'
import { type Database, isDamage, openDatabase, sqliteErrorCode } from './database.ts'
import { checkVersion, migrate } from './schema.ts'

/** SQLite's number for each durability: `PRAGMA synchronous`. */
const synchronousLevels: Readonly<Record<Durability, number>> = { none: 0, os: 1, fsync: 2 }

const DATABASE_NAME = 'rafka.db'
const PAGE_BYTES = 32_768
const CACHE_KIB = 16_384
/** What a WAL file that grew under load is cut to when it restarts. */
const JOURNAL_LIMIT_BYTES = 64 * 2 ** 20
const HEADER_BYTES = 100

/** The file in an engine's directory. */
export function databaseFile(directory: string): string {
  return join(directory, DATABASE_NAME)
}

/**
 * Opens the database of `directory`, creating or migrating it, for this process alone.
 * @throws RafkaError `DATA_DIRECTORY_UNUSABLE`, `DATA_DIRECTORY_IN_USE`, `STORAGE_CORRUPT`, `STORAGE_VERSION_UNSUPPORTED`
 */
export function openDatabaseFile(directory: string, durability: Durability): Database {
  ensureDirectory(directory)
  const file = databaseFile(directory)
  if (!existsSync(file)) refuseLeftovers(directory)
  checkHeader(file)
  try {
    return openConfigured(file, durability)
  } catch (error) {
    throw openingError(file, directory, error)
  }
}

/**
 * From now on SQLite syncs by itself only what must be in order whoever syncs the rest, and when it closes: `PRAGMA synchronous = NORMAL`.
 * @throws Error when it does not: then nothing would be known of what is durable
 */
export function leaveSyncsToUs(database: Database): void {
  database.pragma('synchronous = NORMAL')
  const level = Number(database.pragma('synchronous', { simple: true }))
  if (level !== synchronousLevels.os) throw new Error(`SQLite runs with synchronous=${level}`)
}

/** Opens or creates a database with everything set, and its schema up to date. */
export function openConfigured(file: string, durability: Durability): Database {
  const database = openDatabase(file)
  try {
    configure(database, file, durability)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Opens a database as it is, for this process alone: to look at it, or to save what can be saved. */
export function openUnchanged(file: string): Database {
  const database = openDatabase(file, { mustExist: true })
  try {
    database.pragma('locking_mode = EXCLUSIVE')
    database.pragma('wal_autocheckpoint = 0')
    database.pragma('cell_size_check = ON')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** The error that opening or reading `file` ends with when SQLite found it damaged. */
export function corruptDatabase(file: string, cause: unknown): RafkaError {
  const message = `${file} is damaged: ${describeCause(cause)}; the file was kept as it is: see "rafka storage verify", then "rafka storage verify --repair"`
  return new RafkaError('STORAGE_CORRUPT', message, { cause, details: { file } })
}

/** An empty store must not take the place of one that is merely not where it should be. */
function refuseLeftovers(directory: string): void {
  const names = namesIn(directory)
  const foreign = names.find((name) => /^(wal-\d+\.log|snapshot-\d+\.bin)$/.test(name))
  if (foreign !== undefined) {
    throw unusableDirectory(
      directory,
      `it holds data of the memory engine (${foreign}); open it with storage.type memory`,
    )
  }
  const left = names.find(
    (name) =>
      name === `${DATABASE_NAME}-wal` ||
      name === batchDirectory(DATABASE_NAME) ||
      name.startsWith(`${DATABASE_NAME}.damaged-`),
  )
  if (left === undefined) return
  throw corruptDatabase(
    databaseFile(directory),
    new Error(`it is missing, but ${left} is there, as after a repair that did not end`),
  )
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    throw unusableDirectory(directory, describeCause(error), error)
  }
}

/**
 * Looks at a file before SQLite does, which would already write to what it opens.
 * @throws RafkaError `STORAGE_CORRUPT`, `STORAGE_VERSION_UNSUPPORTED`, `DATA_DIRECTORY_UNUSABLE`
 */
export function checkHeader(file: string): void {
  const header = readHeader(file)
  if (header === undefined || header.length === 0) return
  if (header.length < HEADER_BYTES || header.toString('latin1', 0, 16) !== 'SQLite format 3\0') {
    throw corruptDatabase(file, new Error('it does not start as a SQLite database does'))
  }
  const found = { version: header.readUInt32BE(60), applicationId: header.readUInt32BE(68) }
  // Both are still 0 in the file itself when the process died right after creating it: the rest is in the WAL.
  if (found.version !== 0 || found.applicationId !== 0) checkVersion(file, found)
}

function readHeader(file: string): Buffer | undefined {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unusableDirectory(file, describeCause(error), error)
  }
  try {
    const header = Buffer.alloc(HEADER_BYTES)
    return header.subarray(0, readSync(descriptor, header, 0, HEADER_BYTES, 0))
  } catch (error) {
    throw unusableDirectory(file, describeCause(error), error)
  } finally {
    closeSync(descriptor)
  }
}

function configure(database: Database, file: string, durability: Durability): void {
  // Before the first access: keeps other processes out and needs no shared memory.
  database.pragma('locking_mode = EXCLUSIVE')
  if (Number(database.pragma('page_count', { simple: true })) === 0) {
    // Both only count while the file is empty, and would be a write, for which a full disk has no room, when it is not.
    database.pragma(`page_size = ${PAGE_BYTES}`)
    database.pragma('auto_vacuum = INCREMENTAL')
  } else if (Number(database.pragma('schema_version', { simple: true })) > 0) {
    const version = Number(database.pragma('user_version', { simple: true }))
    checkVersion(file, { version, applicationId: Number(database.pragma('application_id', { simple: true })) })
  }
  database.pragma('journal_mode = WAL')
  // After journal_mode: better-sqlite3's build lowers it to NORMAL for a WAL unless it is set.
  database.pragma(`synchronous = ${synchronousLevels[durability]}`)
  database.pragma('wal_autocheckpoint = 0')
  database.pragma(`journal_size_limit = ${JOURNAL_LIMIT_BYTES}`)
  database.pragma(`cache_size = -${CACHE_KIB}`)
  database.pragma('temp_store = MEMORY')
  database.pragma('cell_size_check = ON')
  database.pragma('trusted_schema = OFF')
  migrate(database)
}

/** What an error while opening `file` means to whoever asked for its directory. */
export function openingError(file: string, directory: string, error: unknown): unknown {
  const code = sqliteErrorCode(error)
  if (code === undefined) return error
  if (isDamage(error)) return corruptDatabase(file, error)
  if (code.startsWith('SQLITE_BUSY')) {
    const message = `${file} is in use by another process; end that one, or connect to it instead of opening its directory`
    return new RafkaError('DATA_DIRECTORY_IN_USE', message, { cause: error, details: { file } })
  }
  return unusableDirectory(directory, describeCause(error), error)
}
