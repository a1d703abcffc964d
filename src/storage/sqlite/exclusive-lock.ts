import { type Database, openDatabase, sqliteErrorCode } from './database.ts'

/** A lock that is held. */
export interface Lock {
  /** Lets others have it; does nothing the second time. */
  release(): void
}

/** A lock whose holder forgot it must not be given up by the garbage collector. */
const held = new Set<Database>()

/**
 * Takes the lock that `file` stands for, or returns undefined when somebody else (in this process or another) holds it. Never waits.
 *
 * The operating system holds it, through an open EXCLUSIVE transaction of SQLite on an empty file: it dies with its process, also by
 * SIGKILL, and leaves nothing stale. Nothing else in the process may open `file`: closing it would let go of the lock.
 * @throws what SQLite throws when the file cannot be created or locked at all
 */
export function acquireLock(file: string): Lock | undefined {
  const database = openDatabase(file)
  try {
    // Nothing is ever written: a journal beside it would only puzzle.
    database.pragma('journal_mode = MEMORY')
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (sqliteErrorCode(error)?.startsWith('SQLITE_BUSY')) return undefined
    throw error
  }
  held.add(database)
  return { release: () => release(database) }
}

function release(database: Database): void {
  if (!held.delete(database)) return
  if (database.inTransaction) database.exec('ROLLBACK')
  database.close()
}
