import { RafkaError } from '../../core/errors.ts'
import type { BatchInfo, Change, LogId, StorageEngine, StoredBatch } from '../../core/storage-engine.ts'
import { stampBatch } from '../../records/header.ts'
import { entryKeys, parseEntry } from '../entries.ts'
import { bytesBelow } from './bytes-below.ts'
import { LEADER_EPOCH } from './leader-epoch.ts'
import type { Replacement, ValidBatch } from './log-input.ts'
import { type ProducerState, ProducerStates } from './producer-states.ts'

/** Told of what happens to a log while it waits. `bytes` became readable; 0 means: look again (deleted, failed). */
export type LogListener = (bytes: number) => void

/** A batch that has its offsets and waits for its commit. */
export interface StagedAppend {
  readonly log: PartitionLog
  readonly baseOffset: number
  readonly lastOffset: number
  /** -1 unless the broker set the time of the records. */
  readonly logAppendTimeMs: number
  /** Empty for a duplicate. */
  readonly changes: readonly Change[]
  readonly sizeBytes: number
  readonly duplicate: boolean
}

/**
 * One partition's log: gives offsets, knows what is durable, and tells those who wait.
 *
 * Offsets are given in memory, without awaiting (`stage`); the caller commits the changes and reports how that ended (`settle`).
 * The high watermark follows the commits. After a commit that failed, the log takes nothing more until all that was staged on top of it
 * has failed too; then memory is made as the store is.
 */
export class PartitionLog {
  readonly topic: string
  readonly partition: number
  readonly id: LogId
  readonly producers: ProducerStates
  readonly #storage: StorageEngine
  readonly #listeners = new Set<LogListener>()
  #start: number
  #end: number
  #highWatermark: number
  #sizeBytes: number
  /** Batches that have their offsets and whose commits are not settled. */
  #pending = 0
  /** Commits that failed: who waits for a batch that was staged before one of them waits in vain. */
  #failures = 0
  #reloading = false
  #state: 'open' | 'failed' | 'deleted' = 'open'
  #maintenance: Promise<unknown> = Promise.resolve()

  constructor(
    storage: StorageEngine,
    topic: string,
    partition: number,
    extent: { log: LogId; start: number; end: number; sizeBytes: number },
  ) {
    this.#storage = storage
    this.topic = topic
    this.partition = partition
    this.id = extent.log
    this.producers = new ProducerStates(extent.log)
    this.#start = extent.start
    this.#end = extent.end
    this.#highWatermark = extent.end
    this.#sizeBytes = extent.sizeBytes
  }

  /** First offset that may be read. */
  get start(): number {
    return this.#start
  }

  /** Offset that the next batch gets. Not durable yet from the high watermark on. */
  get end(): number {
    return this.#end
  }

  /** Offset after the last durable record: readers see what is below it. */
  get highWatermark(): number {
    return this.#highWatermark
  }

  /** Without transactions, the same as the high watermark. */
  get lastStableOffset(): number {
    return this.#highWatermark
  }

  /** Bytes of its durable batches. */
  get sizeBytes(): number {
    return this.#sizeBytes
  }

  get deleted(): boolean {
    return this.#state === 'deleted'
  }

  /**
   * Gives a batch its offsets, patching them into its bytes, and returns what must be committed.
   * @throws RafkaError `KAFKA_STORAGE_ERROR` while a failed commit is being cleared up, and what `ProducerStates.check` throws
   */
  stage(batch: ValidBatch, nowMs: number): StagedAppend {
    this.#assertOpen()
    const { bytes, header } = batch
    const idempotent = header.producerId >= 0
    const duplicate = idempotent ? this.producers.check(header) : undefined
    if (duplicate !== undefined) {
      const { baseOffset, lastOffset, timestamp } = duplicate
      return {
        log: this,
        baseOffset,
        lastOffset,
        logAppendTimeMs: timestamp,
        changes: [],
        sizeBytes: 0,
        duplicate: true,
      }
    }
    const baseOffset = this.#end
    const lastOffset = baseOffset + header.lastOffsetDelta
    stampBatch(bytes, baseOffset, LEADER_EPOCH)
    const stored: StoredBatch = { baseOffset, lastOffset, maxTimestamp: header.maxTimestamp, bytes }
    const changes: Change[] = [{ append: this.id, batch: stored }]
    if (idempotent) changes.push(this.producers.remember(header, baseOffset, header.maxTimestamp, nowMs))
    this.#end = lastOffset + 1
    this.#pending++
    const { logAppendTimeMs } = batch
    return { log: this, baseOffset, lastOffset, logAppendTimeMs, changes, sizeBytes: bytes.length, duplicate: false }
  }

  /** Reports how the commit of a staged batch ended. */
  settle(staged: StagedAppend, committed: boolean): void {
    this.#pending--
    if (committed) {
      this.#highWatermark = staged.lastOffset + 1
      this.#sizeBytes += staged.sizeBytes
      this.#tell(staged.sizeBytes)
    } else {
      this.#failures++
      if (this.#state === 'open') this.#state = 'failed'
      this.#tell(0)
    }
    if (this.#state === 'failed' && this.#pending === 0 && !this.#reloading) void this.#reload()
  }

  /**
   * Settles when what was staged below `offset` is durable.
   * @throws RafkaError `KAFKA_STORAGE_ERROR` when its commit failed, `UNKNOWN_TOPIC_OR_PARTITION` when the topic was deleted
   */
  async durable(offset: number): Promise<void> {
    const failures = this.#failures
    while (this.#highWatermark < offset) {
      // The offsets of a batch that was lost go to the next one: that they become durable says nothing of this one.
      if (this.#failures !== failures) throw failedError(this)
      this.#assertOpen()
      await new Promise<void>((resolve) => {
        const stop = this.listen(() => {
          stop()
          resolve()
        })
      })
    }
  }

  /** Whole batches from the one that holds `offset`, below the high watermark. */
  read(offset: number, maxBytes: number): Promise<StoredBatch[]> {
    if (offset >= this.#highWatermark) return Promise.resolve([])
    return this.#storage.read(this.id, Math.max(offset, this.#start), maxBytes, this.#highWatermark)
  }

  scan(offset: number, limit: number): Promise<BatchInfo[]> {
    return this.#storage.scan(this.id, offset, limit)
  }

  findByTimestamp(timestamp: number, fromOffset: number): Promise<BatchInfo | undefined> {
    return this.#storage.findByTimestamp(this.id, timestamp, fromOffset)
  }

  findMaxTimestamp(): Promise<BatchInfo | undefined> {
    return this.#storage.findMaxTimestamp(this.id)
  }

  /**
   * Moves the start to `before` (at most the high watermark) if that is further on.
   * @returns the new start
   */
  trim(before: number): Promise<number> {
    return this.maintain(async () => {
      const start = Math.min(before, this.#highWatermark)
      if (start <= this.#start) return this.#start
      const freedBytes = await bytesBelow(this.#storage, this.id, this.#start, start)
      this.#assertNotDeleted()
      await this.#storage.commit([{ trim: this.id, before: start }])
      this.#start = start
      this.#sizeBytes -= freedBytes
      return start
    })
  }

  /** Puts `batches` in the place of the `old` ones, which are all that lie in `[from, to)`: compaction. Call it within `maintain`. */
  async replace({ from, to, old, batches }: Replacement, also: readonly Change[]): Promise<void> {
    this.#assertOpen()
    await this.#storage.commit([{ replace: this.id, from, to, batches }, ...also])
    for (const { bytes } of batches) this.#sizeBytes += bytes.length
    for (const { bytes } of old) this.#sizeBytes -= bytes.length
  }

  /** Commits what concerns the log but is no change of its batches, unless it was deleted. */
  async note(changes: readonly Change[]): Promise<void> {
    this.#assertNotDeleted()
    await this.#storage.commit(changes)
  }

  /** Runs one piece of maintenance at a time: trimming and compaction never see each other half-way. */
  maintain<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#maintenance.then(() => {
      this.#assertNotDeleted()
      return work()
    })
    this.#maintenance = result.catch(() => {})
    return result
  }

  /** Changes that remove the log; from now on it refuses everything and wakes who waits. */
  delete(): Change[] {
    this.#state = 'deleted'
    this.#tell(0)
    return [{ drop: this.id }, { remove: entryKeys.cleaned(this.id) }, ...this.producers.removals()]
  }

  /** Takes a deletion back that could not be committed. */
  undelete(): void {
    this.#state = 'failed'
    if (this.#pending === 0 && !this.#reloading) void this.#reload()
  }

  /** Calls `listener` whenever bytes become readable or the log's state changes, until the returned function is called. */
  listen(listener: LogListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #tell(bytes: number): void {
    for (const listener of [...this.#listeners]) listener(bytes)
  }

  #assertOpen(): void {
    this.#assertNotDeleted()
    if (this.#state !== 'failed') return
    if (this.#pending === 0 && !this.#reloading) void this.#reload()
    throw failedError(this)
  }

  #assertNotDeleted(): void {
    if (this.#state === 'deleted') {
      throw new RafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic "${this.topic}" was deleted`)
    }
  }

  /** Makes memory as the store is. Nothing is pending, and while the state is `failed` nothing comes. */
  async #reload(): Promise<void> {
    this.#reloading = true
    try {
      const [extents, entries] = await Promise.all([
        this.#storage.logs(),
        this.#storage.entries(entryKeys.producersOf(this.id)),
      ])
      if (this.#state !== 'failed') return
      const extent = extents.find(({ log }) => log === this.id)
      if (extent !== undefined && extent.end !== this.#highWatermark) {
        // The commit was kept although it failed.
        this.#highWatermark = extent.end
        this.#sizeBytes = extent.sizeBytes
      }
      this.#end = this.#highWatermark
      this.producers.clear()
      for (const [key, value] of entries) {
        this.producers.restore(Number(key.slice(key.lastIndexOf('/') + 1)), parseEntry<ProducerState>(key, value))
      }
      this.#state = 'open'
    } catch {
      // The store cannot even be read: the log stays closed for writing, and the next attempt tries again.
    } finally {
      this.#reloading = false
    }
    this.#tell(0)
  }
}

function failedError({ topic, partition }: PartitionLog): RafkaError {
  return new RafkaError(
    'KAFKA_STORAGE_ERROR',
    `the last write to ${topic}/${partition} failed and is being cleared up; try again`,
  )
}
