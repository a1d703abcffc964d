import { RafkaError } from '../../src/core/errors.ts'
import type { BatchInfo, Change, LogExtent, LogId, StorageEngine, StoredBatch } from '../../src/core/storage-engine.ts'

type Fault = 'fail' | 'fail after applying'

/**
 * An engine in front of another that does wrong when told to, for tests of what stands on an engine.
 * Commits keep their order, whatever befalls them.
 */
export class FaultyEngine implements StorageEngine {
  readonly name = 'faulty'
  readonly #inner: StorageEngine
  readonly #faults: Fault[] = []
  readonly #pending = new Set<Promise<void>>()
  #gate: Promise<void> = Promise.resolve()
  #openGate: (() => void) | undefined
  #commitCount = 0

  constructor(inner: StorageEngine) {
    this.#inner = inner
  }

  /** Commits that were asked for. */
  get commitCount(): number {
    return this.#commitCount
  }

  /** The next `count` commits fail and nothing of them is kept. */
  failCommits(count = 1): void {
    for (let left = count; left > 0; left--) this.#faults.push('fail')
  }

  /** The next `count` commits fail although they were kept: as when the answer of an fsync was lost. */
  failCommitsAfterApplying(count = 1): void {
    for (let left = count; left > 0; left--) this.#faults.push('fail after applying')
  }

  /** Commits wait until `release`. */
  stall(): void {
    if (this.#openGate !== undefined) return
    this.#gate = new Promise((resolve) => {
      this.#openGate = resolve
    })
  }

  /** Lets the commits that wait go on, in order. */
  release(): void {
    this.#openGate?.()
    this.#openGate = undefined
  }

  commit(changes: readonly Change[]): Promise<void> {
    this.#commitCount++
    const commit = this.#commit(changes, this.#faults.shift())
    this.#pending.add(commit)
    const done = () => void this.#pending.delete(commit)
    commit.then(done, done)
    return commit
  }

  async #commit(changes: readonly Change[], fault: Fault | undefined): Promise<void> {
    await this.#gate
    if (fault === 'fail') throw storageError('the disk failed, as the test asked for')
    await this.#inner.commit(changes)
    if (fault !== undefined) throw storageError('the disk failed after writing, as the test asked for')
  }

  read(log: LogId, offset: number, maxBytes: number, beforeOffset?: number): Promise<StoredBatch[]> {
    return this.#inner.read(log, offset, maxBytes, beforeOffset)
  }

  scan(log: LogId, offset: number, limit: number): Promise<BatchInfo[]> {
    return this.#inner.scan(log, offset, limit)
  }

  findByTimestamp(log: LogId, timestamp: number, fromOffset: number): Promise<BatchInfo | undefined> {
    return this.#inner.findByTimestamp(log, timestamp, fromOffset)
  }

  findMaxTimestamp(log: LogId): Promise<BatchInfo | undefined> {
    return this.#inner.findMaxTimestamp(log)
  }

  logs(): Promise<LogExtent[]> {
    return this.#inner.logs()
  }

  entries(prefix: string): Promise<Array<[key: string, value: Uint8Array]>> {
    return this.#inner.entries(prefix)
  }

  reclaim(): Promise<void> {
    return this.#inner.reclaim()
  }

  async close(): Promise<void> {
    this.release()
    await Promise.allSettled(this.#pending)
    await this.#inner.close()
  }
}

function storageError(message: string): RafkaError {
  return new RafkaError('KAFKA_STORAGE_ERROR', message)
}
