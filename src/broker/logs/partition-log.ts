import { RafkaError } from '../../core/errors.ts'
import type { BatchInfo, Change, LogId, StorageEngine, StoredBatch } from '../../core/storage-engine.ts'
import { type BatchHeader, stampBatch } from '../../records/header.ts'
import { entryKeys, parseEntry } from '../entries.ts'
import { type ProducerState, ProducerStates } from './producer-states.ts'

/** One node never elects another leader. */
export const LEADER_EPOCH = 0

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

/** A batch that was validated and may be given its offsets. */
export interface ValidBatch {
  readonly bytes: Buffer
  readonly header: BatchHeader
  /** The time that the broker set, or -1. */
  readonly logAppendTimeMs: number
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
  #pending = 0
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
      return
    }
    if (this.#state === 'open') this.#state = 'failed'
    if (this.#state === 'failed' && this.#pending === 0) void this.#reload()
  }

  /** Settles when everything below `offset` is durable; rejects when it cannot become so. */
  async durable(offset: number): Promise<void> {
    while (this.#highWatermark < offset) {
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
    return this.#storage.read(this.id, Math.max(offset, this.#start), maxBytes)
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
      await this.#storage.commit([{ trim: this.id, before: start }])
      this.#start = start
      await this.#refreshSize()
      return start
    })
  }

  /** Puts `batches` in the place of those in `[from, to)`: compaction. Call it within `maintain`. */
  async replace(from: number, to: number, batches: readonly StoredBatch[], also: readonly Change[]): Promise<void> {
    this.#assertOpen()
    await this.#storage.commit([{ replace: this.id, from, to, batches }, ...also])
    await this.#refreshSize()
  }

  /** Runs one piece of maintenance at a time: trimming and compaction never see each other half-way. */
  maintain<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#maintenance.then(() => {
      if (this.deleted) throw deletedError(this)
      return work()
    })
    this.#maintenance = result.catch(() => {})
    return result
  }

  /** The changes that remove the log; from now on it refuses everything and wakes who waits. */
  delete(): Change[] {
    this.#state = 'deleted'
    this.#tell(0)
    return [{ drop: this.id }, { remove: entryKeys.cleaned(this.id) }, ...this.producers.removals()]
  }

  /** Takes a deletion back that could not be committed. */
  undelete(): void {
    this.#state = 'failed'
    void this.#reload()
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
    if (this.#state === 'open') return
    if (this.#state === 'deleted') throw deletedError(this)
    throw new RafkaError(
      'KAFKA_STORAGE_ERROR',
      `the last write to ${this.topic}/${this.partition} failed and is being cleared up; try again`,
    )
  }

  async #refreshSize(): Promise<void> {
    const extent = (await this.#storage.logs()).find(({ log }) => log === this.id)
    if (extent !== undefined) this.#sizeBytes = extent.sizeBytes
  }

  /** Makes memory as the store is. Nothing is pending, so the store's end is the high watermark. */
  async #reload(): Promise<void> {
    try {
      const entries = await this.#storage.entries(entryKeys.producersOf(this.id))
      if (this.#state !== 'failed') return
      this.producers.clear()
      for (const [key, value] of entries) {
        this.producers.restore(Number(key.slice(key.lastIndexOf('/') + 1)), parseEntry<ProducerState>(key, value))
      }
      this.#end = this.#highWatermark
      this.#state = 'open'
    } catch {
      // The store cannot even be read: the log stays closed for writing, and each attempt says so.
    }
    this.#tell(0)
  }
}

function deletedError(log: PartitionLog): RafkaError {
  return new RafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic "${log.topic}" was deleted`)
}
