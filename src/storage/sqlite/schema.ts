import { RafkaError } from '../../core/errors.ts'
import type { Database } from './database.ts'

/** Marks a SQLite file as Rafka's: `PRAGMA application_id`. The letters `RAFK`. */
const applicationId = 0x5241464b

/**
 * How the schema came to be, one step per version: `migrations[n]` leads from version n to n + 1 (`PRAGMA user_version`).
 * A step that was released is never changed.
 *
 * | table | one row per | |
 * |---|---|---|
 * | logs | log | first readable offset, next offset and bytes of its batches, as of some hundred batches ago at most; below `sparse_until` compaction may have left gaps |
 * | batches | batch | appended by rowid, so that a commit writes the end of the table; the index covers every look-up but the bytes; those of large groups are not in the row but in `file`, from `position` on (`batch-files.ts`) |
 * | time_blocks | some hundred batches of a log | no batch after the block before and up to `last_offset` is younger than `max_timestamp` |
 * | garbage | log that was trimmed or dropped | its batches below the log's start, or all if there is no log, are to be deleted |
 * | entries | key | |
 *
 * A guard is a checksum of its row (`guard.ts`).
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE logs (
    id INTEGER PRIMARY KEY,
    start_offset INTEGER NOT NULL,
    end_offset INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    sparse_until INTEGER NOT NULL,
    guard INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE batches (
    id INTEGER PRIMARY KEY,
    log INTEGER NOT NULL,
    base_offset INTEGER NOT NULL,
    last_offset INTEGER NOT NULL,
    max_timestamp INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    guard INTEGER NOT NULL,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX batches_by_offset ON batches (log, last_offset, base_offset, max_timestamp, size_bytes);
  CREATE TABLE time_blocks (
    log INTEGER NOT NULL,
    last_offset INTEGER NOT NULL,
    max_timestamp INTEGER NOT NULL,
    PRIMARY KEY (log, last_offset)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE garbage (
    log INTEGER PRIMARY KEY
  ) STRICT;
  CREATE TABLE entries (
    key TEXT PRIMARY KEY,
    guard INTEGER NOT NULL,
    value BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE batches ADD COLUMN file INTEGER;
  ALTER TABLE batches ADD COLUMN position INTEGER;
  CREATE INDEX batches_by_place ON batches (file, position, size_bytes) WHERE file IS NOT NULL;
  `,
]

/** The version that this Rafka writes. */
export const schemaVersion = migrations.length

/** Brings the schema up to date, in one transaction; a new file gets all of it. */
export function migrate(database: Database): void {
  const version = Number(database.pragma('user_version', { simple: true }))
  if (version === schemaVersion) return
  database.transaction(() => {
    for (const step of migrations.slice(version)) database.exec(step)
    database.pragma(`application_id = ${applicationId}`)
    database.pragma(`user_version = ${schemaVersion}`)
  })()
}

/** @throws RafkaError `STORAGE_VERSION_UNSUPPORTED` when a newer Rafka wrote the file, `DATA_DIRECTORY_UNUSABLE` when another program did. */
export function checkVersion(file: string, found: { applicationId: number; version: number }): void {
  if (found.applicationId !== applicationId) {
    const message = `${file} is a database of another program; name another data directory`
    throw new RafkaError('DATA_DIRECTORY_UNUSABLE', message, { details: { file } })
  }
  if (found.version > schemaVersion) {
    const message = `${file} has storage version ${found.version}; this Rafka knows versions up to ${schemaVersion}: use a newer Rafka`
    throw new RafkaError('STORAGE_VERSION_UNSUPPORTED', message, { details: { file, version: found.version } })
  }
}
