import { isRafkaError } from '../../core/errors.ts'
import { type Logger, silentLogger } from '../../core/log.ts'
import type { BatchInfo, Change, Durability, LogExtent, LogId, StorageEngine } from '../../core/storage-engine.ts'
import { unusableDirectory } from '../directory.ts'
import { closedError, describeCause } from '../refusal.ts'
import type { Lock } from '../sqlite/exclusive-lock.ts'
import { Journal } from './journal.ts'
import { lockDirectory } from './lock-directory.ts'
import { MemoryDraft, MemoryState } from './memory-state.ts'
import { recover } from './recovery.ts'

/** How much a memory engine holds, and where it keeps its write-ahead log. */
export interface MemoryEngineOptions {
  /** Directory of the write-ahead log and the snapshots; created if missing. Without it, everything goes when the engine closes. */
  readonly path?: string | undefined
  /** Bound on what it holds: bytes of batches and entries, and what it takes to find them. A commit beyond it is refused. */
  readonly maxBytes: number
  /** What a crash can lose, when there is a path. */
  readonly durability: Durability
  readonly logger?: Logger | undefined
}

/** As `MemoryEngineOptions`; the bound that tests set low to see snapshots. */
export interface MemoryEngineInternals {
  /** A snapshot is taken when there are more bytes of log than this, and than what is held in memory. */
  readonly snapshotBytes?: number
}

const SNAPSHOT_BYTES = 64 * 2 ** 20

/**
 * Opens the storage engine that keeps everything in memory and, with a path, in a write-ahead log and snapshots.
 * @throws RafkaError `DATA_DIRECTORY_UNUSABLE`, `DATA_DIRECTORY_IN_USE`, `STORAGE_CORRUPT`, `STORAGE_VERSION_UNSUPPORTED`
 */
export async function openMemoryEngine(options: MemoryEngineOptions & MemoryEngineInternals): Promise<StorageEngine> {
  if (options.path === undefined) return new MemoryEngine(new MemoryState(), options.maxBytes, undefined)
  const lock = lockDirectory(options.path)
  try {
    const logger = options.logger ?? silentLogger
    const { state, wal, earlierBytes } = await recover(options.path, logger)
    const { path: directory, maxBytes, durability, snapshotBytes = SNAPSHOT_BYTES } = options
    const journal = new Journal({ directory, state, wal, earlierBytes, maxBytes, durability, snapshotBytes, logger })
    return new MemoryEngine(state, maxBytes, { journal, lock })
  } catch (error) {
    lock.release()
    throw openingError(options.path, error)
  }
}

class MemoryEngine implements StorageEngine {
  readonly name = 'memory'
  readonly #state: MemoryState
  readonly #maxBytes: number
  readonly #durable: { journal: Journal; lock: Lock } | undefined
  #closing: Promise<void> | undefined

  constructor(state: MemoryState, maxBytes: number, durable: { journal: Journal; lock: Lock } | undefined) {
    this.#state = state
    this.#maxBytes = maxBytes
    this.#durable = durable
  }

  async commit(changes: readonly Change[]): Promise<void> {
    this.#assertOpen()
    if (this.#durable !== undefined) return this.#durable.journal.commit(changes)
    const draft = new MemoryDraft(this.#state, this.#maxBytes)
    draft.add(changes)
    draft.publish()
  }

  async read(log: LogId, offset: number, maxBytes: number, beforeOffset = Number.POSITIVE_INFINITY) {
    this.#assertOpen()
    return this.#state.logs.get(log)?.read(offset, maxBytes, beforeOffset) ?? []
  }

  async scan(log: LogId, offset: number, limit: number): Promise<BatchInfo[]> {
    this.#assertOpen()
    return this.#state.logs.get(log)?.scan(offset, limit) ?? []
  }

  async findByTimestamp(log: LogId, timestamp: number, fromOffset: number): Promise<BatchInfo | undefined> {
    this.#assertOpen()
    return this.#state.logs.get(log)?.findByTimestamp(timestamp, fromOffset)
  }

  async findMaxTimestamp(log: LogId): Promise<BatchInfo | undefined> {
    this.#assertOpen()
    return this.#state.logs.get(log)?.findMaxTimestamp()
  }

  async logs(): Promise<LogExtent[]> {
    this.#assertOpen()
    return Array.from(this.#state.logs.values(), ({ log, start, end, sizeBytes }) => ({ log, start, end, sizeBytes }))
  }

  async entries(prefix: string): Promise<Array<[string, Uint8Array]>> {
    this.#assertOpen()
    const found = [...this.#state.entries].filter(([key]) => key.startsWith(prefix))
    return found.sort(([a], [b]) => (a < b ? -1 : 1))
  }

  async reclaim(): Promise<void> {
    this.#assertOpen()
    await this.#durable?.journal.compact()
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    try {
      await this.#durable?.journal.close()
    } finally {
      this.#durable?.lock.release()
    }
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw closedError(this.name)
  }
}

function openingError(directory: string, error: unknown): unknown {
  if (isRafkaError(error) || !(error instanceof Error && 'syscall' in error)) return error
  return unusableDirectory(directory, describeCause(error), error)
}
