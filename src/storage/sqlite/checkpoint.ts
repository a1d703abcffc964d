import type { Database } from './database.ts'
import type { FileSyncs } from './file-syncs.ts'
import type { Statements } from './statements.ts'

/** What a checkpoint works with. */
export interface CheckpointParts {
  readonly database: Database
  readonly statements: Statements
  /** Left out: nothing need be durable. */
  readonly syncs: FileSyncs | undefined
}

/**
 * Moves the WAL into the database file. Nothing may be written until it settles: the first write after a checkpoint begins the WAL anew, which must not
 * happen before what stood in it is durable in the database file. SQLite would wait for the disk itself, and everybody with it; so it is told not to, while it copies.
 *
 * | what | durable before |
 * |---|---|
 * | the WAL | its pages are copied into the database file |
 * | the database file | the WAL is written from its beginning |
 * | the WAL's new header | its first new page: SQLite's own sync, which is on then |
 * @throws what SQLite or a sync failed with
 */
export async function checkpoint({ database, statements, syncs }: CheckpointParts): Promise<void> {
  if (syncs === undefined) {
    statements.checkpoint.get()
    return
  }
  await syncs.wal()
  const level = Number(database.pragma('synchronous', { simple: true }))
  database.pragma('synchronous = OFF')
  try {
    statements.checkpoint.get()
  } finally {
    database.pragma(`synchronous = ${level}`)
  }
  await syncs.database()
}
