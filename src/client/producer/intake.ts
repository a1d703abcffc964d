import { RafkaError } from '../../core/errors.ts'
import type { Codec } from '../../records/compression.ts'
import { clientError } from '../client-error.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { topicError } from '../cluster/metadata.ts'
import { closedError, timedOut } from '../connection-errors.ts'
import { ending } from '../ending.ts'
import type { IdentitySource } from './identity-source.ts'
import { Linger } from './linger.ts'
import { MemoryBudget } from './memory-budget.ts'
import type { OutgoingBatch } from './outgoing-batch.ts'
import { Outstanding } from './outstanding.ts'
import type { PartitionQueue, QueueRules } from './partition-queue.ts'
import type { ProducerSettings } from './producer-settings.ts'
import { recordBytes } from './record-size.ts'
import { Sender } from './sender.ts'
import type { StagedRecord } from './staged-record.ts'
import { type TopicListener, TopicQueue } from './topic-queue.ts'

/** Longest wait for a topic to be known, in ms: Java's `max.block.ms`. */
const MAX_TOPIC_WAIT_MS = 60_000

/** Takes records in: finds their partitions, counts their memory, and keeps their order while they wait for either. */
export class Intake implements TopicListener {
  readonly memory: MemoryBudget
  readonly outstanding = new Outstanding()
  readonly #cluster: Cluster
  readonly #settings: ProducerSettings
  readonly #rules: QueueRules
  readonly #topics = new Map<string, TopicQueue>()
  /** Topics with staged records. */
  readonly #staged = new Set<TopicQueue>()
  readonly #linger: Linger
  readonly #sender: Sender
  readonly #closing = ending()
  #roomWaiters: Array<() => void> = []
  #fatal: RafkaError | undefined

  constructor(
    cluster: Cluster,
    settings: ProducerSettings,
    identities: IdentitySource,
    codec: Promise<Codec> | undefined,
  ) {
    this.#cluster = cluster
    this.#settings = settings
    this.memory = new MemoryBudget(settings.bufferBytes, () => this.#onRoom())
    this.#rules = {
      batchBytes: settings.batchBytes,
      maxRecordBatchBytes: settings.maxRequestBytes,
      idempotent: settings.idempotent,
      unanswered: settings.acks === 0,
      pool: this.memory.pool,
    }
    this.#linger = new Linger(settings.lingerMs)
    this.#sender = new Sender(cluster, settings, identities, codec, this.memory, this.outstanding)
    codec?.catch((error: unknown) => this.#fail(clientError(error)))
  }

  /** Throws what made sending impossible. */
  check(): void {
    if (this.#fatal !== undefined) throw this.#fatal
  }

  get maxRequestBytes(): number {
    return this.#settings.maxRequestBytes
  }

  topic(name: string): TopicQueue {
    const known = this.#topics.get(name)
    if (known !== undefined) return known
    const topic = new TopicQueue(name, this.#rules, this)
    this.#topics.set(name, topic)
    return topic
  }

  opened(queue: PartitionQueue): number {
    this.#linger.opened(queue, this.outstanding.awaited)
    return this.outstanding.enter()
  }

  sealed(queue: PartitionQueue): void {
    this.#sender.wake(queue)
  }

  aged(topic: TopicQueue): void {
    if (!topic.loading) void this.#load(topic)
  }

  /** Keeps a record until its topic's partitions are known and there is memory. */
  stage(topic: TopicQueue, record: Omit<StagedRecord, 'createdAt' | 'generation' | 'partitionMissed'>): void {
    const waits = { createdAt: performance.now(), generation: this.outstanding.enter(), partitionMissed: false }
    topic.staged.push({ ...record, ...waits })
    this.#staged.add(topic)
    this.#advance(topic)
  }

  /** Nothing waits for memory, or for partitions to be known. */
  get flows(): boolean {
    return this.memory.hasRoom && this.#staged.size === 0
  }

  /** Settles at the next chance that there is memory again, or that staged records have gone on. */
  room(): Promise<void> {
    this.#makeRoom()
    return new Promise((resolve) => this.#roomWaiters.push(resolve))
  }

  async flush(): Promise<void> {
    this.#sealAll()
    await this.outstanding.settled()
  }

  close(): void {
    this.#closing.abort()
    this.#fail(closedError('the producer'))
    this.#sender.close(closedError('the producer'))
    this.#linger.close()
  }

  /** When all memory is in open batches, waiting for more records makes no sense. */
  #makeRoom(): void {
    if (!this.memory.hasRoom && !this.#sender.busy) this.#sealAll()
  }

  #sealAll(): void {
    for (const topic of this.#topics.values()) {
      for (const queue of topic.queues) queue.seal()
    }
  }

  #onRoom(): void {
    for (const topic of this.#staged) this.#advance(topic)
    this.#wakeRoomWaiters()
  }

  #wakeRoomWaiters(): void {
    const waiters = this.#roomWaiters
    this.#roomWaiters = []
    for (const wake of waiters) wake()
  }

  /** Places staged records as far as it goes. */
  #advance(topic: TopicQueue): void {
    if (topic.loaded) this.#place(topic)
    if (topic.staged.length === 0) {
      this.#staged.delete(topic)
      this.#wakeRoomWaiters()
    } else if (!topic.loaded && !topic.loading) {
      void this.#load(topic)
    } else this.#makeRoom()
  }

  #place(topic: TopicQueue): void {
    let placed = 0
    for (const record of topic.staged) {
      if (!topic.loaded || !(record.counted || this.memory.hasRoom)) break
      if (!this.#placeOne(topic, record)) break
      placed += 1
    }
    topic.staged.splice(0, placed)
  }

  /** False: it has to wait, for its partition may have come into being since the cluster was last looked at. */
  #placeOne(topic: TopicQueue, record: StagedRecord): boolean {
    const { layout, timestamp, partition, headers, createdAt, generation } = record
    if (partition !== undefined && partition >= topic.partitionCount && !record.partitionMissed) {
      record.partitionMissed = true
      topic.distrust()
      return false
    }
    const { source, keyStart, keyEnd, valueStart, valueEnd } = layout
    const bytes = recordBytes(keyStart, keyEnd, valueStart, valueEnd)
    try {
      if (performance.now() - createdAt >= this.#settings.deliveryTimeoutMs) throw this.#tooLate(topic)
      const queue = topic.pick(partition, source, keyStart, keyEnd)
      const batch = queue.append(timestamp, source, keyStart, keyEnd, valueStart, valueEnd, headers)
      batch.createdAt = Math.min(batch.createdAt, createdAt)
      if (!record.counted) this.memory.usedBytes += bytes
      batch.memoryBytes += bytes
      record.placed(batch)
      this.#inherit(batch, generation)
    } catch (error) {
      if (record.counted) this.memory.usedBytes -= bytes
      record.failed(clientError(error))
      this.outstanding.leave(generation)
    }
    return true
  }

  /** A flush may wait for the record, and its batch may have begun after that flush: a batch is as old as its oldest record. */
  #inherit(batch: OutgoingBatch, generation: number): void {
    const younger = Math.max(batch.generation, generation)
    batch.generation = Math.min(batch.generation, generation)
    this.outstanding.leave(younger)
  }

  #tooLate(topic: TopicQueue): RafkaError {
    const { deliveryTimeoutMs, bufferBytes } = this.#settings
    const memory = `memory for a record for topic "${topic.name}" (bufferBytes is ${bufferBytes})`
    return timedOut(memory, deliveryTimeoutMs)
  }

  async #load(topic: TopicQueue): Promise<void> {
    topic.loading = true
    try {
      topic.adopt(await this.#partitionCount(topic.name))
    } catch (error) {
      // A topic that was known stays so: the broker has the last word on each batch.
      if (!topic.loaded) this.#failStaged(topic, clientError(error))
    }
    topic.loading = false
    this.#advance(topic)
  }

  /** Asks for a topic until it is there and can be led; a broker that creates topics on demand creates it. */
  #partitionCount(name: string): Promise<number> {
    const timeoutMs = Math.min(MAX_TOPIC_WAIT_MS, this.#settings.deliveryTimeoutMs)
    const bounds = { awaited: `the partitions of topic "${name}"`, timeoutMs, signal: this.#closing.signal }
    return this.#cluster.retry(bounds, async (remainingMs) => {
      const query = { topics: [name], create: true, timeoutMs: Math.min(remainingMs, this.#settings.requestTimeoutMs) }
      const { topics } = await this.#cluster.refresh(query)
      const found = topics.find((each) => each.name === name) ?? { name, error: 'UNKNOWN_TOPIC_OR_PARTITION' as const }
      const error = topicError(found)
      if (error !== undefined) throw error
      const last = 'partitions' in found ? found.partitions.at(-1) : undefined
      if (last === undefined) throw new RafkaError('LEADER_NOT_AVAILABLE', `topic "${name}" has no partitions yet`)
      return last.partition + 1
    })
  }

  #failStaged(topic: TopicQueue, error: RafkaError): void {
    for (const record of topic.staged.splice(0)) {
      const { keyStart, keyEnd, valueStart, valueEnd } = record.layout
      if (record.counted) this.memory.usedBytes -= recordBytes(keyStart, keyEnd, valueStart, valueEnd)
      record.failed(error)
      this.outstanding.leave(record.generation)
    }
  }

  /** Nothing can be sent any more. */
  #fail(error: RafkaError): void {
    this.#fatal = error
    this.drop(error)
  }

  /** Gives up all that is not on the way. */
  drop(error: RafkaError): void {
    for (const topic of this.#topics.values()) {
      this.#failStaged(topic, error)
      for (const queue of topic.queues) this.#sender.giveUp(queue, error)
    }
    this.#wakeRoomWaiters()
  }
}
