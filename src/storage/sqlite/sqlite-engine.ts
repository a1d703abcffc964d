import { type Logger, silentLogger } from '../../core/log.ts'
import type {
  BatchInfo,
  Change,
  Durability,
  LogExtent,
  LogId,
  ReadMemory,
  StorageEngine,
  StoredBatch,
} from '../../core/storage-engine.ts'
import { closedError, describeCause, refusal } from '../refusal.ts'
import { type BatchFileLimits, type BatchFiles, UnwrittenBatches } from './batch-files.ts'
import { type BatchRange, readBatches, scanBatches } from './batch-reader.ts'
import { DamagedRow } from './damaged-row.ts'
import { type Database, isDamage, sqliteErrorCode } from './database.ts'
import { corruptDatabase, databaseFile, leaveSyncsToUs, openDatabaseFile } from './database-file.ts'
import { type FileSyncs, openFileSyncs } from './file-syncs.ts'
import { guardEntry } from './guard.ts'
import { Maintenance } from './maintenance.ts'
import { openBatchFiles } from './open-batch-files.ts'
import { readState, type SqliteState } from './sqlite-state.ts'
import { SqliteWriter } from './sqlite-writer.ts'
import { prepareStatements, type Statements } from './statements.ts'
import { upperBound } from './text-order.ts'
import { TimeIndex } from './time-index.ts'

/** Where and how a SQLite engine keeps its file. */
export interface SqliteEngineOptions {
  /** Directory; created if missing. The file in it is `rafka.db`. */
  readonly path: string
  readonly durability: Durability
  readonly logger?: Logger | undefined
  /** What goes into files beside the database: for tests, in which everything is small. */
  readonly fileLimits?: Partial<BatchFileLimits> | undefined
}

/**
 * Opens the storage engine that keeps everything in one SQLite file, which this process owns until `close`.
 * @throws RafkaError `DATA_DIRECTORY_UNUSABLE`, `DATA_DIRECTORY_IN_USE`, `STORAGE_CORRUPT`, `STORAGE_VERSION_UNSUPPORTED`
 */
export async function openSqliteEngine(options: SqliteEngineOptions): Promise<StorageEngine> {
  const database = openDatabaseFile(options.path, options.durability)
  try {
    return new SqliteEngine(database, options)
  } catch (error) {
    database.close()
    throw isDamage(error) || error instanceof DamagedRow ? corruptDatabase(databaseFile(options.path), error) : error
  }
}

class SqliteEngine implements StorageEngine {
  readonly name = 'sqlite'
  readonly #database: Database
  readonly #file: string
  readonly #statements: Statements
  readonly #times: TimeIndex
  readonly #state: SqliteState
  readonly #maintenance: Maintenance
  readonly #writer: SqliteWriter
  readonly #syncs: FileSyncs | undefined
  readonly #files: BatchFiles
  #closing: Promise<void> | undefined

  constructor(database: Database, options: SqliteEngineOptions) {
    const { durability, path } = options
    const syncs = durability === 'none' ? undefined : openFileSyncs(databaseFile(path))
    if (syncs !== undefined) leaveSyncsToUs(database)
    const statements = prepareStatements(database)
    this.#syncs = syncs
    this.#files = openBatchFiles(databaseFile(path), statements, { syncs, limits: options.fileLimits })
    this.#database = database
    this.#file = databaseFile(options.path)
    this.#statements = statements
    this.#times = new TimeIndex(statements)
    this.#state = readState(statements)
    this.#maintenance = new Maintenance({
      database,
      statements,
      state: this.#state,
      logger: options.logger ?? silentLogger,
      syncs,
      files: this.#files,
      exclusively: (task) => this.#writer.exclusively(task),
      onBroken: (cause) => this.#writer.break(cause),
    })
    this.#writer = new SqliteWriter({
      database,
      statements,
      times: this.#times,
      state: this.#state,
      syncs: durability === 'fsync' ? syncs : undefined,
      // Where nothing waits for the disk, a crash of the machine could keep a row and lose its bytes; 'os' promises that it does not.
      files: durability === 'os' ? undefined : this.#files,
      onWritten: () => this.#maintenance.wake(),
      onFull: () => this.#maintenance.makeRoom(),
    })
    this.#maintenance.start()
  }

  async commit(changes: readonly Change[]): Promise<void> {
    this.#assertOpen()
    await this.#writer.commit(changes)
  }

  async read(
    log: LogId,
    offset: number,
    maxBytes: number,
    beforeOffset = Number.MAX_SAFE_INTEGER,
    memory?: ReadMemory,
  ): Promise<StoredBatch[]> {
    return this.#reading((): StoredBatch[] => {
      const range = this.#range(log, offset, beforeOffset)
      return range === undefined ? [] : readBatches(this.#statements, this.#files, range, maxBytes, memory)
    })
  }

  async scan(log: LogId, offset: number, limit: number): Promise<BatchInfo[]> {
    return this.#reading(() => {
      const range = this.#range(log, offset)
      return range === undefined ? [] : scanBatches(this.#statements, range, limit)
    })
  }

  async findByTimestamp(log: LogId, timestamp: number, fromOffset: number): Promise<BatchInfo | undefined> {
    return this.#reading(() => {
      const range = this.#range(log, fromOffset)
      return range && this.#times.first(log, timestamp, range.from, range.until)
    })
  }

  async findMaxTimestamp(log: LogId): Promise<BatchInfo | undefined> {
    return this.#reading(() => {
      const range = this.#range(log, 0)
      return range && this.#times.youngest(log, range.from, range.until)
    })
  }

  async logs(): Promise<LogExtent[]> {
    return this.#reading(() =>
      Array.from(this.#state.logs, ([log, { start, end, sizeBytes }]) => ({ log, start, end, sizeBytes })),
    )
  }

  async entries(prefix: string): Promise<Array<[string, Uint8Array]>> {
    // Readers find batches by the state, which knows of them when they are durable; entries are found by SQLite alone.
    if (this.#writer.syncing !== undefined) await this.#writer.syncing
    return this.#reading(() => {
      const until = upperBound(prefix)
      const { entries, entriesBetween } = this.#statements
      const rows = until === undefined ? entries.all(prefix) : entriesBetween.all(prefix, until)
      return rows.map(checkedEntry)
    })
  }

  async reclaim(): Promise<void> {
    this.#assertOpen()
    this.#writer.assertSound()
    try {
      await this.#maintenance.reclaim()
    } catch (error) {
      throw this.#readingError(error)
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#maintenance.stop()
    await this.#writer.drained()
    this.#database.close()
    this.#syncs?.close()
    this.#files.close()
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw closedError(this.name)
  }

  /** What may be read of a log from `offset`, until its end or `before`. */
  #range(log: LogId, offset: number, before = Number.MAX_SAFE_INTEGER): BatchRange | undefined {
    const extent = this.#state.logs.get(log)
    if (extent === undefined) return undefined
    const { start, end, sparseUntil } = extent
    return { log, from: Math.max(offset, start), until: Math.min(before, end), end, sparseUntil }
  }

  #reading<Result>(read: () => Result): Result {
    this.#assertOpen()
    try {
      return read()
    } catch (error) {
      throw this.#readingError(error)
    }
  }

  #readingError(error: unknown): unknown {
    if (isDamage(error) || error instanceof DamagedRow) return corruptDatabase(this.#file, error)
    if (error instanceof UnwrittenBatches) return refusal(error.message, error)
    if (sqliteErrorCode(error) === undefined && !isSystemError(error)) return error
    return refusal(`${this.#file} could not be read: ${describeCause(error)}`, error)
  }
}

/** What Node reports of a file that it could not read. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}

function checkedEntry([key, value, guard]: [key: string, value: Buffer, guard: number]): [string, Uint8Array] {
  if (guard !== guardEntry(key, value)) throw new DamagedRow(`entry ${JSON.stringify(key)}`)
  return [key, value]
}
