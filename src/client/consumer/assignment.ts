import type { Position, TopicPartition } from '../../core/consumer.ts'
import { RafkaError } from '../../core/errors.ts'
import { clientError } from '../client-error.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Isolation } from '../cluster/list-offsets.ts'
import { ending } from '../ending.ts'
import { AssignedPartition, partitionKey, type WhenGone } from './assigned-partition.ts'
import type { ChunkBuffer } from './chunk-buffer.ts'
import { Fetcher, type FetcherListener, type FetcherSettings } from './fetcher.ts'
import { locate } from './locate.ts'

/** What an assignment tells its consumer. */
export interface AssignmentListener {
  /** It may have come to its end. */
  changed(): void
  /** A broker does not know this topic any more. */
  unknownTopic(topic: string): void
  failed(error: RafkaError): void
}

/** A partition to be read. */
export interface NewPartition extends TopicPartition {
  readonly topicId: string
  readonly begin: Position
  /** undefined: for ever. */
  readonly end: Position | undefined
  readonly whenGone: WhenGone
  /** What the group has committed; -1, or left out: nothing. */
  readonly committed?: number
}

/** Longest look-up of positions, in ms: Java's `default.api.timeout.ms`. */
const LOCATE_TIMEOUT_MS = 60_000

/** The partitions that a consumer reads: from where to where, and which are paused. Which there are is for a `PartitionSource` to say. */
export class Assignment implements FetcherListener {
  readonly #cluster: Cluster
  readonly #isolation: Isolation
  readonly #buffer: ChunkBuffer
  readonly #listener: AssignmentListener
  readonly #fetcher: Fetcher
  readonly #partitions = new Map<string, AssignedPartition>()
  readonly #closing = ending()
  #pauseAll = false
  readonly #pausedKeys = new Set<string>()

  constructor(cluster: Cluster, settings: FetcherSettings, buffer: ChunkBuffer, listener: AssignmentListener) {
    this.#cluster = cluster
    this.#isolation = settings.isolation
    this.#buffer = buffer
    this.#listener = listener
    this.#fetcher = new Fetcher(cluster, settings, buffer, this)
  }

  /** Everything up to the ends was fetched. */
  get finished(): boolean {
    return [...this.#partitions.values()].every((partition) => partition.finished)
  }

  /** There may be room to fetch more. */
  kick(): void {
    this.#fetcher.kick()
  }

  has(partition: TopicPartition): boolean {
    return this.#partitions.has(partitionKey(partition))
  }

  /** Those of `partitions` that are read, or all. */
  among(partitions: Iterable<TopicPartition> = this.#partitions.values()): AssignedPartition[] {
    return [...partitions].flatMap((each) => this.#partitions.get(partitionKey(each)) ?? [])
  }

  /**
   * Begins to read; what is read already goes on as it is.
   * @throws what kept the positions from being found
   */
  async add(partitions: readonly NewPartition[], signal: AbortSignal = this.#closing.signal): Promise<void> {
    const fresh = partitions.filter((each) => !this.has(each))
    if (fresh.length === 0) return
    const begins = fresh.map((each) => ({ partition: each, position: each.begin }))
    const ends = fresh.flatMap(({ end, ...partition }) => (end === undefined ? [] : [{ partition, position: end }]))
    const bounds = { timeoutMs: LOCATE_TIMEOUT_MS, signal }
    const offsets = await locate(this.#cluster, [...begins, ...ends], this.#isolation, bounds)
    if (signal.aborted || this.#closing.signal.aborted) return
    const beginOffsets = offsets.splice(0, fresh.length)
    const added = fresh.map(({ topic, topicId, partition, end, whenGone, committed = -1 }, index) => {
      const assigned = new AssignedPartition(topic, topicId, partition)
      const key = partitionKey(assigned)
      assigned.whenGone = whenGone
      assigned.committed = committed
      assigned.paused = this.#pauseAll || this.#pausedKeys.has(key)
      assigned.end = end === undefined ? undefined : offsets.shift()
      assigned.moveTo(beginOffsets[index] ?? 0)
      this.#partitions.set(key, assigned)
      return assigned
    })
    this.#fetcher.add(added)
    this.#listener.changed()
  }

  /** Gives nothing more of these, and fetches nothing: they are about to be removed. */
  hold(partitions: readonly AssignedPartition[]): void {
    for (const partition of partitions) {
      partition.held = true
      this.#buffer.drop(partition)
    }
  }

  remove(partitions: readonly TopicPartition[]): void {
    const gone = this.among(partitions)
    for (const partition of gone) {
      this.#partitions.delete(partitionKey(partition))
      this.#moveTo(partition, -1)
    }
    this.#fetcher.remove(gone)
    this.#listener.changed()
  }

  positions(): Array<TopicPartition & { readonly offset: number }> {
    return this.among()
      .filter(({ position }) => position >= 0)
      .map(({ topic, partition, position }) => ({ topic, partition, offset: position }))
  }

  pause(partitions: readonly TopicPartition[] | undefined): void {
    if (partitions === undefined) this.#pauseAll = true
    for (const each of partitions ?? this.#partitions.values()) {
      this.#pausedKeys.add(partitionKey(each))
      const assigned = this.#partitions.get(partitionKey(each))
      if (assigned === undefined || assigned.paused) continue
      assigned.paused = true
      // What was fetched ahead is fetched again after the pause: it would take the room of the others meanwhile.
      const { handled } = assigned
      this.#moveTo(assigned, assigned.position)
      assigned.handled = handled
    }
  }

  resume(partitions: readonly TopicPartition[] | undefined): void {
    if (partitions === undefined) {
      this.#pauseAll = false
      this.#pausedKeys.clear()
    }
    const resumed: AssignedPartition[] = []
    for (const each of partitions ?? this.#partitions.values()) {
      this.#pausedKeys.delete(partitionKey(each))
      const assigned = this.#partitions.get(partitionKey(each))
      if (assigned === undefined || !assigned.paused) continue
      assigned.paused = false
      resumed.push(assigned)
    }
    this.#fetcher.interrupt(resumed)
  }

  async seek(partition: TopicPartition, position: Position): Promise<void> {
    const assigned = this.#partitions.get(partitionKey(partition))
    if (assigned === undefined) throw notAssigned(partition)
    this.#moveTo(assigned, -1)
    const { epoch } = assigned
    const [offset = 0] = await locate(this.#cluster, [{ partition: assigned, position }], this.#isolation, this.#bounds)
    // A later seek has the last word.
    if (assigned.epoch !== epoch) return
    assigned.whenGone = typeof position === 'number' ? 'fail' : 'forward'
    this.#moveTo(assigned, offset)
    this.#fetcher.interrupt([assigned])
    this.#listener.changed()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    // What is being read of them ends too; their positions stay.
    for (const partition of this.#partitions.values()) partition.epoch += 1
    await this.#fetcher.close()
  }

  /** Part of `FetcherListener`. */
  outOfRange(partition: AssignedPartition): void {
    const { epoch, fetchOffset } = partition
    // Not fetched until it is known where to go on.
    partition.fetchOffset = -1
    const both = [
      { partition, position: 'start' as const },
      { partition, position: 'end' as const },
    ]
    locate(this.#cluster, both, this.#isolation, this.#bounds).then(
      ([start = 0, end = 0]) => {
        if (partition.epoch === epoch) this.#relocate(partition, fetchOffset, start, end)
      },
      (error: unknown) => {
        if (partition.epoch === epoch) this.failed(clientError(error))
      },
    )
  }

  /** Part of `FetcherListener`. */
  unknownTopic({ topic }: AssignedPartition): void {
    this.#listener.unknownTopic(topic)
  }

  /** Something outside of it changed that `finished` depends on. */
  changed(): void {
    this.#listener.changed()
  }

  failed(error: RafkaError): void {
    if (!this.#closing.signal.aborted) this.#listener.failed(error)
  }

  get #bounds(): { timeoutMs: number; signal: AbortSignal } {
    return { timeoutMs: LOCATE_TIMEOUT_MS, signal: this.#closing.signal }
  }

  #moveTo(partition: AssignedPartition, offset: number): void {
    partition.moveTo(offset)
    this.#buffer.drop(partition)
  }

  #relocate(partition: AssignedPartition, offset: number, start: number, end: number): void {
    const next = offset >= start && offset <= end ? offset : nextOffset(partition.whenGone, offset, start, end)
    if (next === undefined) {
      this.failed(outOfRange(partition, offset, start, end))
      return
    }
    // What was fetched ahead still counts, so only the next fetch moves.
    partition.fetchOffset = next
    if (partition.position === offset) partition.position = next
    if (partition.handled === offset) partition.handled = next
    this.#fetcher.kick()
    this.#listener.changed()
  }
}

function nextOffset(whenGone: WhenGone, offset: number, start: number, end: number): number | undefined {
  if (whenGone === 'start') return start
  if (whenGone === 'end') return end
  return whenGone === 'forward' && offset < start ? start : undefined
}

function notAssigned({ topic, partition }: TopicPartition): RafkaError {
  const message = `this consumer does not read ${topic}-${partition}; name it in topics, and wait until its topic exists`
  return new RafkaError('INVALID_ARGUMENT', message, { details: { topic, partition } })
}

function outOfRange({ topic, partition }: TopicPartition, offset: number, start: number, end: number): RafkaError {
  const held = start === end ? `it is empty, and its next offset is ${end}` : `it holds ${start} to ${end - 1}`
  return new RafkaError('OFFSET_OUT_OF_RANGE', `${topic}-${partition} has no offset ${offset}: ${held}`, {
    details: { topic, partition, offset, start, end },
  })
}
