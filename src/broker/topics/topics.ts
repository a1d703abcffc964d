import { RafkaError } from '../../core/errors.ts'
import type { Change, LogExtent, LogId, StorageEngine } from '../../core/storage-engine.ts'
import { type BrokerConfigs, type ConfigMap, topicSettings } from '../configs/config-values.ts'
import { entryKeys, parseEntry, putEntry, readEntry } from '../entries.ts'
import { PartitionLog } from '../logs/partition-log.ts'
import { Topic } from './topic.ts'
import { randomTopicId } from './topic-id.ts'
import { collisionKey } from './topic-name.ts'

/** A topic to be created: already validated. */
export interface TopicSpec {
  readonly name: string
  readonly partitions: number
  readonly configs: ConfigMap
}

/** A topic as it is stored. `logs[i]` is the log of partition i. */
interface StoredTopic {
  readonly name: string
  readonly logs: readonly number[]
  readonly configs: Readonly<Record<string, string>>
}

type StoredEntry = [key: string, value: Uint8Array]

/** Told after the fact. */
export interface TopicsListener {
  created(topic: Topic): void
  deleted(topic: Topic): void
}

/**
 * All topics, in memory and in the store. Changes run one at a time: each is checked, committed and then seen.
 */
export class Topics {
  readonly #storage: StorageEngine
  readonly #configs: BrokerConfigs
  readonly #listener: TopicsListener
  readonly #byName = new Map<string, Topic>()
  readonly #byId = new Map<string, Topic>()
  readonly #collisions = new Map<string, string>()
  readonly #logs = new Map<LogId, PartitionLog>()
  #nextLog = 1
  #revision = 0
  #turn: Promise<unknown> = Promise.resolve()

  constructor(storage: StorageEngine, configs: BrokerConfigs, listener: TopicsListener) {
    this.#storage = storage
    this.#configs = configs
    this.#listener = listener
  }

  /** Reads every topic from the store. */
  async load(): Promise<void> {
    this.#nextLog = (await readEntry<number>(this.#storage, entryKeys.nextLog)) ?? 1
    const extents = new Map((await this.#storage.logs()).map((extent) => [extent.log, extent]))
    for (const [key, value] of await this.#storage.entries(entryKeys.topics)) {
      const stored = parseEntry<StoredTopic>(key, value)
      this.#add(this.#make(key.slice(entryKeys.topics.length), stored, extents))
    }
    await this.#restoreLogs()
  }

  get(name: string): Topic | undefined {
    return this.#byName.get(name)
  }

  byId(topicId: string): Topic | undefined {
    return this.#byId.get(topicId)
  }

  /** The log with this number, also while its deletion is on its way to the disk; undefined when there is none any more. */
  log(id: LogId): PartitionLog | undefined {
    return this.#logs.get(id)
  }

  /** Grows whenever there are other topics, or more partitions. */
  get revision(): number {
    return this.#revision
  }

  /** In order of name. */
  all(): Topic[] {
    return [...this.#byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** The name of an existing topic whose name collides with this one (`.` and `_` count as equal). */
  collision(name: string): string | undefined {
    return this.#collisions.get(collisionKey(name))
  }

  /** Runs `work` when no other change is under way: what it checks stays true until its commit. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => {})
    return result
  }

  /** Creates all in one commit. Call within `exclusively`, with names that do not exist. */
  async create(specs: readonly TopicSpec[]): Promise<Topic[]> {
    if (specs.length === 0) return []
    let nextLog = this.#nextLog
    const created = specs.map((spec) => {
      const logs = Array.from({ length: spec.partitions }, () => nextLog++)
      return this.#make(randomTopicId(), { name: spec.name, logs, configs: Object.fromEntries(spec.configs) })
    })
    await this.#storage.commit([putEntry(entryKeys.nextLog, nextLog), ...created.map(putTopic)])
    this.#nextLog = nextLog
    for (const topic of created) {
      this.#add(topic)
      this.#listener.created(topic)
    }
    return created
  }

  /** Deletes a topic with all that is in it. Call within `exclusively`. */
  async delete(topic: Topic): Promise<void> {
    const changes: Change[] = [{ remove: entryKeys.topic(topic.id) }, ...topic.logs.flatMap((log) => log.delete())]
    this.#remove(topic)
    try {
      await this.#storage.commit(changes)
    } catch (error) {
      for (const log of topic.logs) log.undelete()
      this.#add(topic)
      throw error
    }
    for (const log of topic.logs) this.#logs.delete(log.id)
    this.#listener.deleted(topic)
  }

  /** Gives a topic more partitions, up to `total`. Call within `exclusively`. */
  async addPartitions(topic: Topic, total: number): Promise<void> {
    const first = topic.logs.length
    const logs = Array.from({ length: total - first }, (_, index) =>
      this.#makeLog(topic.name, first + index, this.#nextLog + index),
    )
    const stored = storedTopic(topic)
    const nextLog = this.#nextLog + logs.length
    const grown: StoredTopic = { ...stored, logs: [...stored.logs, ...logs.map((log) => log.id)] }
    await this.#storage.commit([putEntry(entryKeys.nextLog, nextLog), putEntry(entryKeys.topic(topic.id), grown)])
    this.#nextLog = nextLog
    topic.addLogs(logs)
    this.#revision++
    for (const log of logs) this.#logs.set(log.id, log)
  }

  /** Sets the whole of a topic's own configs. Call within `exclusively`. */
  async configure(topic: Topic, configs: ConfigMap): Promise<void> {
    const stored: StoredTopic = { ...storedTopic(topic), configs: Object.fromEntries(configs) }
    await this.#storage.commit([putEntry(entryKeys.topic(topic.id), stored)])
    topic.configure(configs, topicSettings(this.#configs, configs))
  }

  /** Makes the broker's changed configs count for every topic. */
  refreshSettings(): void {
    for (const topic of this.#byName.values()) {
      topic.configure(topic.configs, topicSettings(this.#configs, topic.configs))
    }
  }

  #make(id: string, stored: StoredTopic, extents?: ReadonlyMap<number, LogExtent>): Topic {
    const configs: ConfigMap = new Map(Object.entries(stored.configs))
    const logs = stored.logs.map((log, partition) => this.#makeLog(stored.name, partition, log, extents?.get(log)))
    return new Topic(id, stored.name, logs, configs, topicSettings(this.#configs, configs))
  }

  #makeLog(topic: string, partition: number, log: number, extent?: LogExtent): PartitionLog {
    return new PartitionLog(this.#storage, topic, partition, extent ?? { log, start: 0, end: 0, sizeBytes: 0 })
  }

  #add(topic: Topic): void {
    this.#revision++
    this.#byName.set(topic.name, topic)
    this.#byId.set(topic.id, topic)
    this.#collisions.set(collisionKey(topic.name), topic.name)
    for (const log of topic.logs) this.#logs.set(log.id, log)
  }

  #remove(topic: Topic): void {
    this.#revision++
    this.#byName.delete(topic.name)
    this.#byId.delete(topic.id)
    this.#collisions.delete(collisionKey(topic.name))
  }

  /** Gives each log what was stored of its producers and transactions. Entries of logs that are gone are passed over. */
  async #restoreLogs(): Promise<void> {
    const producers = await this.#entriesByLog(entryKeys.producers)
    const aborted = await this.#entriesByLog(entryKeys.aborted)
    for (const [id, log] of this.#logs) {
      if (producers.has(id) || aborted.has(id)) log.restore(producers.get(id) ?? [], aborted.get(id) ?? [])
    }
  }

  async #entriesByLog(prefix: string): Promise<Map<LogId, StoredEntry[]>> {
    const byLog = new Map<LogId, StoredEntry[]>()
    for (const entry of await this.#storage.entries(prefix)) {
      const [, log, rest] = entry[0].split('/').map(Number)
      if (!Number.isSafeInteger(log) || !Number.isSafeInteger(rest)) {
        throw new RafkaError('STORAGE_CORRUPT', `entry "${entry[0]}" names nothing of a log; restore a backup`)
      }
      const entries = byLog.get(log!)
      if (entries === undefined) byLog.set(log!, [entry])
      else entries.push(entry)
    }
    return byLog
  }
}

function storedTopic(topic: Topic): StoredTopic {
  return { name: topic.name, logs: topic.logs.map((log) => log.id), configs: Object.fromEntries(topic.configs) }
}

function putTopic(topic: Topic): Change {
  return putEntry(entryKeys.topic(topic.id), storedTopic(topic))
}
