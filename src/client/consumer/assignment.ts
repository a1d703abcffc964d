import type { Position, TopicPartition } from '../../core/consumer.ts'
import { RafkaError } from '../../core/errors.ts'
import { clientError } from '../client-error.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { TopicMetadata } from '../cluster/metadata.ts'
import { ending } from '../ending.ts'
import { AssignedPartition, partitionKey } from './assigned-partition.ts'
import type { ChunkBuffer } from './chunk-buffer.ts'
import type { ConsumerSettings } from './consumer-settings.ts'
import { Fetcher, type FetcherListener } from './fetcher.ts'
import { locate } from './locate.ts'
import { TopicWatch, type WatchListener } from './topic-watch.ts'

/** What an assignment tells its consumer. */
export interface AssignmentListener {
  /** It may have come to its end. */
  changed(): void
  failed(error: RafkaError): void
}

/** Longest look-up of positions, in ms: Java's `default.api.timeout.ms`. */
const LOCATE_TIMEOUT_MS = 60_000

/** The partitions that a consumer reads: which there are, from where to where, and which are paused. */
export class Assignment implements FetcherListener, WatchListener {
  readonly #cluster: Cluster
  readonly #settings: ConsumerSettings
  readonly #buffer: ChunkBuffer
  readonly #listener: AssignmentListener
  readonly #fetcher: Fetcher
  readonly #watch: TopicWatch
  readonly #partitions = new Map<string, AssignedPartition>()
  readonly #closing = ending()
  #pauseAll = false
  readonly #pausedKeys = new Set<string>()
  #started = false

  constructor(cluster: Cluster, settings: ConsumerSettings, buffer: ChunkBuffer, listener: AssignmentListener) {
    this.#cluster = cluster
    this.#settings = settings
    this.#buffer = buffer
    this.#listener = listener
    this.#fetcher = new Fetcher(cluster, settings, buffer, this)
    this.#watch = new TopicWatch(
      cluster,
      { ...settings, topics: [...settings.topics.keys()], follow: settings.to === undefined },
      this,
    )
  }

  /**
   * Finds the topics and the positions to begin at.
   * @throws what kept it from that
   */
  async start(): Promise<void> {
    await this.#watch.start()
    this.#started = true
  }

  /** Everything up to the end was fetched. Never true when following. */
  get finished(): boolean {
    if (this.#settings.to === undefined || !this.#started || this.#watch.waiting) return false
    return [...this.#partitions.values()].every((partition) => partition.finished)
  }

  /** There may be room to fetch more. */
  kick(): void {
    this.#fetcher.kick()
  }

  positions(): Array<TopicPartition & { readonly offset: number }> {
    return [...this.#partitions.values()]
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
      this.#moveTo(assigned, assigned.position)
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
    const [offset = 0] = await locate(this.#cluster, [{ partition: assigned, position }], this.#bounds)
    // A later seek has the last word.
    if (assigned.epoch !== epoch) return
    assigned.exact = typeof position === 'number'
    this.#moveTo(assigned, offset)
    this.#fetcher.interrupt([assigned])
    this.#listener.changed()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#watch.close()
    // What is being read of them ends too; their positions stay.
    for (const partition of this.#partitions.values()) partition.epoch += 1
    await this.#fetcher.close()
  }

  /** Part of `WatchListener`. */
  async found(topics: readonly TopicMetadata[], late: boolean): Promise<void> {
    const fresh = topics
      .flatMap((topic) => this.#wanted(topic).map((index) => new AssignedPartition(topic.name, topic.topicId, index)))
      .filter((partition) => !this.#partitions.has(partitionKey(partition)))
    if (fresh.length === 0) return
    const { to, ends: named } = this.#settings
    const begins = fresh.map((partition) => ({ partition, position: this.#beginOf(partition, late) }))
    const ends =
      to === undefined
        ? []
        : fresh.map((partition) => ({ partition, position: named.get(partitionKey(partition)) ?? to }))
    const offsets = await locate(this.#cluster, [...begins, ...ends], this.#bounds)
    if (this.#closing.signal.aborted) return
    fresh.forEach((partition, index) => {
      const key = partitionKey(partition)
      partition.exact = typeof begins[index]?.position === 'number'
      partition.paused = this.#pauseAll || this.#pausedKeys.has(key)
      partition.end = to === undefined ? undefined : offsets[fresh.length + index]
      partition.moveTo(offsets[index] ?? 0)
      this.#partitions.set(key, partition)
    })
    this.#fetcher.add(fresh)
    this.#listener.changed()
  }

  /** Part of `WatchListener`. */
  lost(topic: string): void {
    const gone = [...this.#partitions.values()].filter((partition) => partition.topic === topic)
    for (const partition of gone) {
      this.#partitions.delete(partitionKey(partition))
      this.#moveTo(partition, -1)
    }
    this.#fetcher.remove(gone)
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
    locate(this.#cluster, both, this.#bounds).then(
      ([start = 0, end = 0]) => {
        if (partition.epoch === epoch) this.#relocate(partition, fetchOffset, start, end)
      },
      (error: unknown) => this.failed(clientError(error)),
    )
  }

  /** Part of `FetcherListener`. */
  unknownTopic(partition: AssignedPartition): void {
    this.#watch.suspect(partition.topic)
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

  /** @throws RafkaError `UNKNOWN_TOPIC_OR_PARTITION` when a partition was named that the topic does not have */
  #wanted({ name, partitions }: TopicMetadata): number[] {
    const all = partitions.map(({ partition }) => partition)
    const named = this.#settings.topics.get(name)
    if (named === undefined) return all
    const absent = [...named].find((partition) => !all.includes(partition))
    if (absent === undefined) return [...named]
    const message = `topic "${name}" has ${all.length} partitions, 0 to ${all.length - 1}; ${absent} was asked for`
    throw new RafkaError('UNKNOWN_TOPIC_OR_PARTITION', message, { details: { topic: name, partition: absent } })
  }

  /** What came into being while it was waited for is read from its start: nothing of it is older than the wish to read it. */
  #beginOf(partition: AssignedPartition, late: boolean): Position {
    const position = this.#settings.positions.get(partitionKey(partition)) ?? this.#settings.from
    const moves = typeof position !== 'object' || 'fromEnd' in position
    return late && moves ? 'start' : position
  }

  #relocate(partition: AssignedPartition, offset: number, start: number, end: number): void {
    if (offset >= start && offset <= end) {
      partition.fetchOffset = offset
    } else if (offset < start && !partition.exact) {
      // What was fetched ahead still counts, so only the next fetch moves.
      partition.fetchOffset = start
      if (partition.position === offset) partition.position = start
    } else {
      this.failed(outOfRange(partition, offset, start, end))
      return
    }
    this.#fetcher.kick()
    this.#listener.changed()
  }
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
