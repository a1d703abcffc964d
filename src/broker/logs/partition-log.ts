import { RafkaError } from '../../core/errors.ts'
import type { BatchInfo, Change, LogId, ReadMemory, StorageEngine, StoredBatch } from '../../core/storage-engine.ts'
import { buildTransactionMarker, type TransactionMarker } from '../../records/control-batch.ts'
import { entryKeys } from '../entries.ts'
import { bytesBelow } from './bytes-below.ts'
import type { Replacement, ValidBatch } from './log-input.ts'
import { LOOK_AGAIN, type LogListener, LogListeners } from './log-listeners.ts'
import { LogTransactions } from './log-transactions.ts'
import { ProducerStates } from './producer-states.ts'
import { duplicateAppend, type StagedAppend, stageAppend } from './staged-append.ts'

type StoredEntries = ReadonlyArray<readonly [key: string, value: Uint8Array]>

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
  readonly transactions: LogTransactions
  readonly #storage: StorageEngine
  readonly #listeners = new LogListeners()
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
    this.transactions = new LogTransactions(extent.log)
    this.#start = extent.start
    this.#end = extent.end
    this.#highWatermark = extent.end
    this.#sizeBytes = extent.sizeBytes
  }

  /** Puts back what was stored of its producers and transactions. */
  restore(producers: StoredEntries, aborted: StoredEntries): void {
    this.producers.restore(producers)
    this.transactions.restore(this.producers.openTransactions(), aborted)
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

  /** Offset of the first record of an open transaction, else the high watermark: `read_committed` readers see what is below it. */
  get lastStableOffset(): number {
    const unstable = this.transactions.firstUnstable ?? this.#highWatermark
    return Math.max(this.#start, Math.min(unstable, this.#highWatermark))
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
    if (duplicate !== undefined) return duplicateAppend(this, duplicate)
    const baseOffset = this.#end
    const also = idempotent ? [this.producers.remember(header, baseOffset, header.maxTimestamp, nowMs)] : []
    if (header.transactional && this.producers.transactionStart(header.producerId) === baseOffset) {
      this.transactions.open(baseOffset, header.producerId)
    }
    return this.#hold(stageAppend(this, bytes, header, also, { logAppendTimeMs: batch.logAppendTimeMs }))
  }

  /**
   * The same for the marker that ends a producer's transaction.
   * @throws RafkaError as `stage`, and what `ProducerStates.assertMarker` throws
   */
  stageMarker(marker: TransactionMarker, nowMs: number): StagedAppend {
    this.#assertOpen()
    this.producers.assertMarker(marker)
    const start = this.producers.transactionStart(marker.producerId)
    const { ended, change = undefined } =
      start === undefined ? { ended: undefined } : this.transactions.end(start, this.#end, marker.type)
    const also = [this.producers.endTransaction(marker, nowMs), ...(change === undefined ? [] : [change])]
    const bytes = buildTransactionMarker(marker, nowMs)
    const extent = { lastOffsetDelta: 0, maxTimestamp: nowMs }
    return this.#hold(stageAppend(this, bytes, extent, also, { logAppendTimeMs: -1, ended }))
  }

  #hold(staged: StagedAppend): StagedAppend {
    this.#end = staged.lastOffset + 1
    this.#pending++
    return staged
  }

  /** Reports how the commit of a staged batch ended. */
  settle(staged: StagedAppend, committed: boolean): void {
    this.#pending--
    if (committed) {
      const stableBefore = this.lastStableOffset
      this.#highWatermark = staged.lastOffset + 1
      this.#sizeBytes += staged.sizeBytes
      if (staged.ended !== undefined) this.transactions.ended(staged.ended)
      const stable = this.lastStableOffset
      const stableBytes = staged.ended === undefined ? staged.sizeBytes : LOOK_AGAIN
      this.#listeners.tell(staged.sizeBytes, stable === stableBefore ? 0 : stableBytes)
    } else {
      this.#failures++
      if (this.#state === 'open') this.#state = 'failed'
      this.#listeners.tell()
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
      await this.#listeners.next()
    }
  }

  /** Whole batches from the one that holds `offset`, below `before`, which is at most the high watermark. */
  read(offset: number, maxBytes: number, before = this.#highWatermark, memory?: ReadMemory): Promise<StoredBatch[]> {
    if (offset >= before) return Promise.resolve([])
    return this.#storage.read(this.id, Math.max(offset, this.#start), maxBytes, before, memory)
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
      await this.#storage.commit([{ trim: this.id, before: start }, ...this.transactions.forgetting(start)])
      this.transactions.forget(start)
      this.#start = start
      this.#sizeBytes -= freedBytes
      return start
    })
  }

  /** Puts `batches` in the place of the `old` ones, which are all that lie in `[from, to)`: compaction. Call it within `maintain`. */
  async replace({ from, to, old, batches, goneMarkers }: Replacement, also: readonly Change[]): Promise<void> {
    this.#assertOpen()
    const forgotten = goneMarkers.flatMap((offset) => this.transactions.forgettingOne(offset))
    await this.#storage.commit([{ replace: this.id, from, to, batches }, ...forgotten, ...also])
    for (const offset of goneMarkers) this.transactions.forgetOne(offset)
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
    this.#listeners.tell()
    return [
      { drop: this.id },
      { remove: entryKeys.cleaned(this.id) },
      ...this.producers.removals(),
      ...this.transactions.removals(),
    ]
  }

  /** Takes a deletion back that could not be committed. */
  undelete(): void {
    this.#state = 'failed'
    if (this.#pending === 0 && !this.#reloading) void this.#reload()
  }

  /** Calls `listener` whenever bytes become readable or the log's state changes, until the returned function is called. */
  listen(listener: LogListener): () => void {
    return this.#listeners.add(listener)
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
      const [extents, producers, aborted] = await Promise.all([
        this.#storage.logs(),
        this.#storage.entries(entryKeys.producersOf(this.id)),
        this.#storage.entries(entryKeys.abortedOf(this.id)),
      ])
      if (this.#state !== 'failed') return
      const extent = extents.find(({ log }) => log === this.id)
      if (extent !== undefined && extent.end !== this.#highWatermark) {
        // The commit was kept although it failed.
        this.#highWatermark = extent.end
        this.#sizeBytes = extent.sizeBytes
      }
      this.#end = this.#highWatermark
      this.restore(producers, aborted)
      this.#state = 'open'
    } catch {
      // The store cannot even be read: the log stays closed for writing, and the next attempt tries again.
    } finally {
      this.#reloading = false
    }
    this.#listeners.tell()
  }
}

function failedError({ topic, partition }: PartitionLog): RafkaError {
  return new RafkaError(
    'KAFKA_STORAGE_ERROR',
    `the last write to ${topic}/${partition} failed and is being cleared up; try again`,
  )
}
