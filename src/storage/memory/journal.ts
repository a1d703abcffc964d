import type { RafkaError } from '../../core/errors.ts'
import { isRafkaError } from '../../core/errors.ts'
import type { Logger } from '../../core/log.ts'
import type { Change, Durability } from '../../core/storage-engine.ts'
import { CommitQueue, type PendingCommit } from '../commit-queue.ts'
import { describeCause, refusal } from '../refusal.ts'
import { ByteWriter } from './byte-writer.ts'
import { encodeItem } from './item-codec.ts'
import { MemoryDraft, type MemoryState } from './memory-state.ts'
import { Snapshots } from './snapshots.ts'
import type { WalFile } from './wal-file.ts'

/** What a journal works with. */
export interface JournalOptions {
  readonly directory: string
  readonly state: MemoryState
  /** The write-ahead log to go on with. */
  readonly wal: WalFile
  /** Bytes of the logs before it that no snapshot holds. */
  readonly earlierBytes: number
  readonly maxBytes: number
  readonly durability: Durability
  /** A snapshot is taken when there are more bytes of log than this, and than what is held in memory. */
  readonly snapshotBytes: number
  readonly logger: Logger
}

/** With durability `os`, this is how far behind the disk may be. */
const SYNC_MS = 1000

/**
 * Makes commits durable in the write-ahead log before they become visible: one frame, one write and one fdatasync per group, off the event loop.
 * After an error that leaves open what is on disk it refuses everything: trying an fsync again would report success for data that is lost.
 */
export class Journal {
  readonly #options: JournalOptions
  readonly #queue = new CommitQueue((group) => this.#writeGroup(group))
  readonly #snapshots: Snapshots
  #broken: RafkaError | undefined
  #syncAhead: NodeJS.Timeout | undefined
  #syncing: Promise<void> = Promise.resolve()

  constructor(options: JournalOptions) {
    this.#options = options
    this.#snapshots = new Snapshots(options)
  }

  /** Settles when the changes are durable, by the setting, and visible; or refused. */
  async commit(changes: readonly Change[]): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken
    await this.#queue.add(changes)
  }

  /** Replaces the logs by a snapshot, so that what was trimmed and dropped takes no room on disk. */
  async compact(): Promise<void> {
    await this.#snapshots.finished()
    await this.#queue.run(() => this.#rotate())
    await this.#snapshots.finished()
  }

  /** Writes what waits, ends a snapshot that is being written, and closes the log. */
  async close(): Promise<void> {
    await this.#queue.drained()
    clearTimeout(this.#syncAhead)
    await this.#syncing
    await this.#snapshots.stop()
    const { wal } = this.#snapshots
    if (this.#broken === undefined && this.#options.durability !== 'none') await wal.mark()
    await wal.close()
  }

  async #writeGroup(group: readonly PendingCommit[]): Promise<void> {
    if (this.#broken !== undefined) return rejectAll(group, this.#broken)
    const draft = new MemoryDraft(this.#options.state, this.#options.maxBytes)
    const writer = new ByteWriter()
    const kept = group.filter((commit) => joined(draft, writer, commit))
    if (kept.length === 0) return
    try {
      await this.#write(writer.pieces())
    } catch (error) {
      return rejectAll(kept, this.#failed(error))
    }
    draft.publish()
    for (const commit of kept) commit.resolve()
    if (this.#snapshots.isDue) await this.#rotate()
  }

  async #write(pieces: readonly Buffer[]): Promise<void> {
    const { wal } = this.#snapshots
    await wal.append(pieces)
    if (this.#options.durability === 'fsync') await wal.sync()
    else if (this.#options.durability === 'os') this.#planSync()
    else wal.assumeDurable()
  }

  async #rotate(): Promise<void> {
    try {
      await this.#snapshots.begin()
    } catch (error) {
      this.#failed(error)
    }
  }

  #planSync(): void {
    this.#syncAhead ??= setTimeout(() => {
      this.#syncAhead = undefined
      this.#syncing = this.#snapshots.wal.sync().catch((error: unknown) => void this.#failed(error))
    }, SYNC_MS).unref()
  }

  #failed(error: unknown): RafkaError {
    if (isRafkaError(error)) return error
    const reason = `the write-ahead log could not be written (${describeCause(error)})`
    this.#broken ??= refusal(`${reason}: nothing more is stored until the broker is started again`, error)
    this.#options.logger('error', `storage: ${reason}`, { error: describeCause(error) })
    return this.#broken
  }
}

function joined(draft: MemoryDraft, writer: ByteWriter, commit: PendingCommit): boolean {
  try {
    draft.add(commit.changes)
  } catch (error) {
    commit.reject(error)
    return false
  }
  for (const change of commit.changes) encodeItem(writer, change)
  return true
}

function rejectAll(group: readonly PendingCommit[], error: RafkaError): void {
  for (const commit of group) commit.reject(error)
}
