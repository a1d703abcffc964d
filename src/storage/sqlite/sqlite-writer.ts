import { isRafkaError, type RafkaError } from '../../core/errors.ts'
import type { Change, StoredBatch } from '../../core/storage-engine.ts'
import { CommitQueue, type PendingCommit } from '../commit-queue.ts'
import { describeCause, refusal } from '../refusal.ts'
import { type BatchFiles, type Place, UnwrittenBatches } from './batch-files.ts'
import { ChangeGroup, type Places } from './change-group.ts'
import { type Database, isNoRoom, sqliteErrorCode } from './database.ts'
import type { FileSyncs } from './file-syncs.ts'
import type { SqliteState } from './sqlite-state.ts'
import type { Statements } from './statements.ts'
import type { TimeIndex } from './time-index.ts'

/** What a writer works with and whom it tells. */
export interface SqliteWriterOptions {
  readonly database: Database
  readonly statements: Statements
  readonly times: TimeIndex
  readonly state: SqliteState
  /** Left out: an answer does not wait until it is durable. */
  readonly syncs: FileSyncs | undefined
  /** Take the bytes of large groups. Left out: all bytes go into rows. */
  readonly files: BatchFiles | undefined
  /** After each group. */
  readonly onWritten: () => void
  /** When the disk is full. */
  readonly onFull: () => void
}

/**
 * Errors of SQLite after which nothing of the transaction is kept, and a later one may succeed. A write that failed (a quota, a limit on file
 * size) belongs to them: its frames have no place in the WAL's index, and the next transaction writes over them.
 */
const harmless = /^SQLITE_(FULL|IOERR_WRITE|NOMEM|TOOBIG|CONSTRAINT)/

/** Groups up to this size are made durable at once: going to another thread would take longer than the sync itself. */
const SMALL_GROUP_BYTES = 256 * 1024

/**
 * Writes commits in groups, one transaction and one sync each. While the disk works on a large group, the process goes on and the next one gathers.
 * After an error that leaves open what is on disk it refuses everything: trying an fsync again would report success for pages that are lost.
 */
export class SqliteWriter {
  readonly #options: SqliteWriterOptions
  readonly #queue = new CommitQueue((group) => this.#writeGroup(group))
  #broken: RafkaError | undefined
  #syncing: Promise<void> | undefined

  constructor(options: SqliteWriterOptions) {
    this.#options = options
  }

  /** Settles when the changes are durable or refused. */
  async commit(changes: readonly Change[]): Promise<void> {
    this.assertSound()
    await this.#queue.add(changes)
  }

  /** @throws RafkaError `KAFKA_STORAGE_ERROR` after a failure that cannot be told from a loss */
  assertSound(): void {
    if (this.#broken !== undefined) throw this.#broken
  }

  /** Refuses all commits from now on. */
  break(cause: unknown): void {
    const reason = `the disk failed (${describeCause(cause)}): nothing more is stored until the broker is started again`
    this.#broken ??= refusal(reason, cause)
  }

  /** Settles when what is written is durable too; undefined when it is. Never rejects. */
  get syncing(): Promise<void> | undefined {
    return this.#syncing
  }

  /** Runs `task` while no commit is being written, and none waits to become durable. */
  exclusively(task: () => Promise<void>): Promise<void> {
    return this.#queue.run(task)
  }

  /** Settles when nothing waits to be written. */
  drained(): Promise<void> {
    return this.#queue.drained()
  }

  #writeGroup(group: readonly PendingCommit[]): void | Promise<void> {
    const { files } = this.#options
    if (files === undefined || sizeOf(group) <= files.limits.groupBytes) return this.#writeRows(group)
    const large = group
      .flatMap(({ changes }) => changes.flatMap(batchesOf))
      .filter(({ bytes }) => bytes.length >= files.limits.batchBytes)
    return large.length === 0 ? this.#writeRows(group) : this.#writeWithFiles(group, large, files)
  }

  /** First the bytes, durably, then the rows that tell of them. */
  async #writeWithFiles(
    group: readonly PendingCommit[],
    large: readonly StoredBatch[],
    files: BatchFiles,
  ): Promise<void> {
    let places: Place[]
    try {
      this.assertSound()
      places = await files.write(large.map(({ bytes }) => bytes))
    } catch (error) {
      this.#refuse(group, this.#broken ?? this.#unwritten(error), error instanceof UnwrittenBatches && error.isNoRoom)
      return
    }
    const written = this.#transact(group, new Map(large.map((batch, index) => [batch, places[index]!])))
    if (written === undefined || written.kept.length === 0) files.takeBack(places)
    if (written !== undefined) await this.#finish(written)
  }

  #unwritten(error: unknown): RafkaError {
    if (error instanceof UnwrittenBatches) return refusal(`nothing was stored: ${describeCause(error)}`, error)
    this.break(error)
    return this.#broken!
  }

  #writeRows(group: readonly PendingCommit[]): void | Promise<void> {
    const written = this.#transact(group)
    return written && this.#finish(written)
  }

  /** Makes the rows durable and settles the commits. */
  #finish(written: Written): void | Promise<void> {
    const { syncs } = this.#options
    if (syncs === undefined) return this.#publish(written)
    // Changes that take rows away must be seen at once by readers, or not at all.
    if (written.changes.onlyAdds && sizeOf(written.kept) > SMALL_GROUP_BYTES) {
      this.#syncing = syncs
        .wal()
        .then(
          () => this.#publish(written),
          (error) => this.#lost(written, error),
        )
        .finally(() => {
          this.#syncing = undefined
        })
      return this.#syncing
    }
    try {
      syncs.walNow()
    } catch (error) {
      return this.#lost(written, error)
    }
    this.#publish(written)
  }

  /** The commits of the group that are written, not durable yet; the others it has rejected. */
  #transact(group: readonly PendingCommit[], places?: Places): Written | undefined {
    const { statements, times, state } = this.#options
    try {
      this.assertSound()
      const kept: PendingCommit[] = []
      statements.begin.run()
      const changes = new ChangeGroup(statements, times, state, places)
      for (const commit of group) if (joined(changes, commit)) kept.push(commit)
      changes.finish()
      statements.commit.run()
      return { kept, changes }
    } catch (error) {
      this.#refuse(group, this.#broken ?? this.#failed(error), isNoRoom(error))
      return undefined
    }
  }

  #refuse(group: readonly PendingCommit[], why: RafkaError, isFull: boolean): void {
    for (const commit of group) commit.reject(why)
    if (isFull) this.#options.onFull()
    this.#options.onWritten()
  }

  #publish({ kept, changes }: Written): void {
    changes.publish()
    for (const commit of kept) commit.resolve()
    this.#options.onWritten()
  }

  /** Written, but whether it is on the disk nobody can tell any more. */
  #lost({ kept }: Written, error: unknown): void {
    this.break(error)
    for (const commit of kept) commit.reject(this.#broken)
  }

  #failed(error: unknown): RafkaError {
    const { database, statements, times } = this.#options
    times.reset()
    const code = sqliteErrorCode(error)
    try {
      if (database.inTransaction) statements.rollback.run()
      if (code === undefined || harmless.test(code))
        return refusal(`nothing was stored: ${describeCause(error)}`, error)
    } catch {
      // The first error says why.
    }
    this.break(error)
    return this.#broken!
  }
}

/** One transaction that was committed, and is not durable yet. */
interface Written {
  readonly kept: readonly PendingCommit[]
  readonly changes: ChangeGroup
}

function sizeOf(group: readonly PendingCommit[]): number {
  return group.reduce((sum, { bytes }) => sum + bytes, 0)
}

function batchesOf(change: Change): readonly StoredBatch[] {
  if ('append' in change) return [change.batch]
  return 'replace' in change ? change.batches : []
}

function joined(changes: ChangeGroup, commit: PendingCommit): boolean {
  try {
    changes.add(commit.changes)
    return true
  } catch (error) {
    if (!isRafkaError(error)) throw error
    commit.reject(error)
    return false
  }
}
