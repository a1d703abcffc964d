import type { Logger } from '../../core/log.ts'
import type { BatchInfo, Change, Durability, LogExtent, LogId, StorageEngine } from '../../core/storage-engine.ts'
import { closedError } from '../refusal.ts'
import { MemoryDraft, MemoryState } from './memory-state.ts'

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

/** Opens the storage engine that keeps everything in memory. */
export async function openMemoryEngine(options: MemoryEngineOptions): Promise<StorageEngine> {
  return new MemoryEngine(options)
}

class MemoryEngine implements StorageEngine {
  readonly name = 'memory'
  readonly #state = new MemoryState()
  readonly #maxBytes: number
  #closed = false

  constructor(options: MemoryEngineOptions) {
    this.#maxBytes = options.maxBytes
  }

  async commit(changes: readonly Change[]): Promise<void> {
    this.#assertOpen()
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
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  #assertOpen(): void {
    if (this.#closed) throw closedError(this.name)
  }
}
