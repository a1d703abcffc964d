import type { LogId, StoredBatch } from '../../core/storage-engine.ts'
import { type Database, isDamage, prepare, prepareTuple, prepareValue } from './database.ts'

/** A row of the table of batches: its bytes are in it, or where `file` and `position` say. */
export interface BatchRow extends StoredBatch {
  readonly id: number
  readonly log: LogId
  readonly guard: number
  readonly bytes: Buffer
  readonly sizeBytes: number
  readonly file: number | null
  readonly position: number | null
}

const ROWS_AT_ONCE = 16
/** Single rows tried where the table cannot be read: some pages' worth, not the whole of it. */
const MAX_TRIES = 2_000_000

/**
 * Every row of the table of batches that can still be read, by id. Where a page is damaged the rows on it are skipped;
 * `onDamage` is told of it.
 */
export function* salvageBatches(database: Database, onDamage: (what: unknown) => void): Generator<BatchRow> {
  const last = lastId(database, onDamage)
  const between = prepare<[from: number, to: number, limit: number], BatchRow>(
    database,
    'SELECT id, log, base_offset AS baseOffset, last_offset AS lastOffset, max_timestamp AS maxTimestamp, bytes, guard, ' +
      `size_bytes AS sizeBytes, ${places(database)} FROM batches NOT INDEXED WHERE id >= ? AND id <= ? ORDER BY id LIMIT ?`,
  )
  let tries = 0
  let width = ROWS_AT_ONCE
  for (let from = 0; from <= last && tries < MAX_TRIES; ) {
    const to = width === 1 ? from : Number.MAX_SAFE_INTEGER
    try {
      const rows = between.all(from, to, width)
      yield* rows
      if (width === 1) from++
      else from = rows.length < width ? last + 1 : rows.at(-1)!.id + 1
    } catch (error) {
      if (!isDamage(error)) throw error
      if (width === 1) {
        tries++
        from++
      } else onDamage(error)
      width = 1
      continue
    }
    // Past the damage: in large steps again.
    width = Math.min(ROWS_AT_ONCE, width * 2)
  }
}

/** A database of version 1 has only rows that hold their bytes. */
function places(database: Database): string {
  const version = Number(database.pragma('user_version', { simple: true }))
  return version < 2 ? 'NULL AS file, NULL AS position' : 'file, position'
}

/** The largest id: of the table, else of its index. */
function lastId(database: Database, onDamage: (what: unknown) => void): number {
  const sources = [
    'SELECT max(id) FROM batches NOT INDEXED',
    'SELECT max(id) FROM (SELECT id FROM batches INDEXED BY batches_by_offset WHERE log > 0)',
  ]
  for (const sql of sources) {
    try {
      return prepareValue<[], number | null>(database, sql).get() ?? -1
    } catch (error) {
      if (!isDamage(error)) throw error
      onDamage(error)
    }
  }
  return -1
}

/** Every entry that can still be read: forwards up to the damage, then backwards down to it, some perhaps twice. */
export function* salvageEntries(
  database: Database,
  onDamage: (what: unknown) => void,
): Generator<[key: string, value: Buffer, guard: number]> {
  for (const order of ['ASC', 'DESC']) {
    try {
      yield* prepareTuple<[], [string, Buffer, number]>(
        database,
        `SELECT key, value, guard FROM entries ORDER BY key ${order}`,
      ).iterate()
      return
    } catch (error) {
      if (!isDamage(error)) throw error
      onDamage(error)
    }
  }
}
