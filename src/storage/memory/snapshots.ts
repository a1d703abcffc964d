import type { Logger } from '../../core/log.ts'
import { describeCause } from '../refusal.ts'
import { listFiles, snapshotFile, walFile } from './file-names.ts'
import { isNoRoom } from './file-writing.ts'
import type { MemoryState } from './memory-state.ts'
import { removeAll } from './recovery.ts'
import { type SnapshotContent, writeSnapshot } from './snapshot-writer.ts'
import { createWal, type WalFile } from './wal-file.ts'

/** What it works with; see `JournalOptions`. */
export interface SnapshotsOptions {
  readonly directory: string
  readonly state: MemoryState
  readonly wal: WalFile
  readonly earlierBytes: number
  readonly snapshotBytes: number
  readonly logger: Logger
}

/**
 * Keeps the write-ahead log short: begins a new one, writes a snapshot of everything before it in the background, and only then removes
 * the older files. At each step the directory holds everything: the older snapshot and all logs after it, or the newer one.
 */
export class Snapshots {
  readonly #options: SnapshotsOptions
  readonly #stop = new AbortController()
  #wal: WalFile
  /** Bytes of logs before the current one that no snapshot holds. */
  #earlierBytes: number
  #limitBytes: number
  #writing: Promise<void> | undefined

  constructor(options: SnapshotsOptions) {
    this.#options = options
    this.#wal = options.wal
    this.#earlierBytes = options.earlierBytes
    this.#limitBytes = options.snapshotBytes
  }

  /** The write-ahead log to write to. */
  get wal(): WalFile {
    return this.#wal
  }

  /** True when the logs are long enough to be worth a snapshot. */
  get isDue(): boolean {
    const logBytes = this.#earlierBytes + this.#wal.sizeBytes
    return this.#writing === undefined && logBytes > Math.max(this.#limitBytes, this.#options.state.usedBytes)
  }

  /**
   * Begins a new log, and a snapshot of what is visible now. Nothing may be written meanwhile. Does nothing while a snapshot is being written
   * and when there is no room for a new log.
   * @throws when it is open what is on disk
   */
  async begin(): Promise<void> {
    if (this.#writing !== undefined) return
    const old = this.#wal
    const number = old.header.number + 1
    await old.sync()
    try {
      this.#wal = await createWal(this.#options.directory, number, old.sizeBytes)
    } catch (error) {
      if (!isNoRoom(error)) throw error
      this.#putOff('no room for a new write-ahead log', error)
      return
    }
    await old.close()
    this.#earlierBytes += old.sizeBytes
    const { logs, entries } = this.#options.state
    this.#writing = this.#write({ number, logs: [...logs.values()], entries: [...entries] })
  }

  /** Settles when no snapshot is being written. */
  async finished(): Promise<void> {
    await this.#writing
  }

  /** Gives up a snapshot that is being written: the logs hold everything without it. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#writing
  }

  async #write(content: SnapshotContent): Promise<void> {
    const { directory } = this.#options
    try {
      await writeSnapshot(directory, content, this.#stop.signal)
      this.#earlierBytes = 0
      this.#limitBytes = this.#options.snapshotBytes
      await removeBefore(directory, content.number)
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#putOff('the snapshot failed', error)
    } finally {
      this.#writing = undefined
    }
  }

  /** The logs hold everything all the same: it is tried again when they have grown. */
  #putOff(what: string, error: unknown): void {
    this.#limitBytes = this.#earlierBytes + this.#wal.sizeBytes + this.#options.snapshotBytes
    this.#options.logger('warn', `storage: ${what}; trying again later`, { error: describeCause(error) })
  }
}

async function removeBefore(directory: string, number: number): Promise<void> {
  const files = await listFiles(directory)
  // Logs in order: should it end halfway, what is left still makes sense beside the newer snapshot.
  await removeAll([
    ...files.snapshots.filter((other) => other < number).map((other) => snapshotFile(directory, other)),
    ...files.wals.filter((other) => other < number).map((other) => walFile(directory, other)),
  ])
}
