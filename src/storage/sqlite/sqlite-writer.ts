import { isRafkaError, type RafkaError } from '../../core/errors.ts'
import type { Change, Durability } from '../../core/storage-engine.ts'
import { CommitQueue, type PendingCommit } from '../commit-queue.ts'
import { describeCause, refusal } from '../refusal.ts'
import { ChangeGroup } from './change-group.ts'
import { type Database, isNoRoom, sqliteErrorCode } from './database.ts'
import { synchronousLevels } from './database-file.ts'
import type { SqliteState } from './sqlite-state.ts'
import type { Statements } from './statements.ts'
import type { TimeIndex } from './time-index.ts'

/** What a writer works with and whom it tells. */
export interface SqliteWriterOptions {
  readonly database: Database
  readonly statements: Statements
  readonly times: TimeIndex
  readonly state: SqliteState
  readonly durability: Durability
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

/**
 * Writes commits in groups, one transaction and one fsync each, in the same tick.
 * After an error that leaves open what is on disk it refuses everything: trying an fsync again would report success for pages that are lost.
 */
export class SqliteWriter {
  readonly #options: SqliteWriterOptions
  readonly #queue = new CommitQueue((group) => this.#writeGroup(group))
  #broken: RafkaError | undefined
  #durabilityChecked = false

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
    const reason = `SQLite failed to write (${describeCause(cause)}): nothing more is stored until the broker is started again`
    this.#broken ??= refusal(reason, cause)
  }

  /** Settles when nothing waits to be written. */
  drained(): Promise<void> {
    return this.#queue.drained()
  }

  #writeGroup(group: readonly PendingCommit[]): void {
    try {
      this.assertSound()
      const kept = this.#transact(group)
      for (const commit of kept) commit.resolve()
    } catch (error) {
      const failure = this.#broken ?? this.#failed(error)
      for (const commit of group) commit.reject(failure)
      if (isNoRoom(error)) this.#options.onFull()
    }
    this.#options.onWritten()
  }

  /** Returns the commits of the group that are durable; the others it has rejected. */
  #transact(group: readonly PendingCommit[]): PendingCommit[] {
    const { statements, times, state } = this.#options
    const kept: PendingCommit[] = []
    statements.begin.run()
    const changes = new ChangeGroup(statements, times, state)
    for (const commit of group) if (joined(changes, commit)) kept.push(commit)
    changes.finish()
    statements.commit.run()
    this.#checkDurability()
    changes.publish()
    return kept
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

  /** After a write: only then does SQLite tell the level that it really uses. */
  #checkDurability(): void {
    if (this.#durabilityChecked) return
    const { database, durability } = this.#options
    const level = database.pragma('synchronous', { simple: true })
    if (level !== synchronousLevels[durability]) {
      this.break(new Error(`it runs with synchronous=${String(level)} where durability "${durability}" was asked for`))
      this.assertSound()
    }
    this.#durabilityChecked = true
  }
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
