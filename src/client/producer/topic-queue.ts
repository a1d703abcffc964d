import { RafkaError } from '../../core/errors.ts'
import type { RecordSlices } from '../../core/producer.ts'
import { partitionOfKey } from './murmur2.ts'
import { PartitionQueue, type QueueListener, type QueueRules } from './partition-queue.ts'
import type { StagedRecord } from './staged-record.ts'

/** How old the number of partitions may be before it is asked for anew, in ms: Java's `metadata.max.age.ms`. */
const MAX_AGE_MS = 300_000

/** What a topic tells its producer. */
export interface TopicListener extends QueueListener {
  /** Its number of partitions may have grown since it was last asked for. */
  aged(topic: TopicQueue): void
}

/**
 * The partitions of one topic, and which of them a record goes to: the named one, that of its key as Java picks it, or for records
 * without a key one for as long as a batch lasts (KIP-480).
 */
export class TopicQueue implements QueueListener {
  readonly name: string
  /** Records that wait for the partitions to be known, or for memory: in the order of the calls. */
  readonly staged: StagedRecord[] = []
  /** The partitions are being asked for. */
  loading = false
  readonly #rules: QueueRules
  readonly #listener: TopicListener
  readonly #queues: PartitionQueue[] = []
  #partitionCount = 0
  #adoptedAt = 0
  #sticky = 0
  #stale = false

  constructor(name: string, rules: QueueRules, listener: TopicListener) {
    this.name = name
    this.#rules = rules
    this.#listener = listener
  }

  /** The partitions are known. */
  get loaded(): boolean {
    return this.#partitionCount > 0 && !this.#stale
  }

  /** A record may go to its partition at once. */
  get direct(): boolean {
    return this.#partitionCount > 0 && !this.#stale && this.staged.length === 0
  }

  get partitionCount(): number {
    return this.#partitionCount
  }

  /** Of all partitions that ever were. */
  get queues(): readonly PartitionQueue[] {
    return this.#queues
  }

  /** What is known of the partitions may be wrong: ask anew. */
  distrust(): void {
    this.#stale = true
  }

  /** The number of partitions is known. It is smaller than before when the topic was deleted and made anew. */
  adopt(partitionCount: number): void {
    this.#stale = false
    this.#adoptedAt = performance.now()
    this.#partitionCount = partitionCount
    for (let partition = this.#queues.length; partition < partitionCount; partition += 1) {
      this.#queues.push(new PartitionQueue(this.name, partition, this.#rules, this))
    }
    this.#moveOn()
  }

  /**
   * The queue of a record.
   * @throws RafkaError `UNKNOWN_TOPIC_OR_PARTITION` when the named partition does not exist
   */
  pick(partition: number | undefined, source: Buffer, keyStart: number, keyEnd: number): PartitionQueue {
    const count = this.#partitionCount
    const byKey = keyStart >= 0 && count > 1
    const index = partition ?? (byKey ? partitionOfKey(source, keyStart, keyEnd, count) : this.#sticky)
    const queue = this.#queues[index]
    if (queue === undefined || index >= count) throw this.#noPartition(index)
    return queue
  }

  /** Where the records end, from `first` on, that `pick` gives to the same queue; at most `end`. */
  endOfRun(
    queue: PartitionQueue,
    partition: number | undefined,
    source: Buffer,
    slices: RecordSlices,
    first: number,
    end: number,
  ): number {
    if (partition !== undefined || this.#partitionCount === 1) return end
    let next = first
    while (next < end && this.pick(undefined, source, slices[next * 4]!, slices[next * 4 + 1]!) === queue) next += 1
    return next
  }

  opened(queue: PartitionQueue): number {
    if (performance.now() - this.#adoptedAt > MAX_AGE_MS) this.#listener.aged(this)
    return this.#listener.opened(queue)
  }

  sealed(queue: PartitionQueue): void {
    if (queue.partition === this.#sticky) this.#moveOn()
    this.#listener.sealed(queue)
  }

  /** To any other partition than the last. */
  #moveOn(): void {
    const count = this.#partitionCount
    if (count < 2) this.#sticky = 0
    else this.#sticky = (this.#sticky + 1 + Math.floor(Math.random() * (count - 1))) % count
  }

  #noPartition(partition: number): RafkaError {
    const count = this.#partitionCount
    const has = count === 1 ? 'one partition, 0' : `partitions 0 to ${count - 1}`
    return new RafkaError(
      'UNKNOWN_TOPIC_OR_PARTITION',
      `topic "${this.name}" has ${has}; a record for partition ${partition} was given`,
      { details: { topic: this.name, partition } },
    )
  }
}
