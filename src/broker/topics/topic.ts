import type { ConfigMap, TopicSettings } from '../configs/config-values.ts'
import type { PartitionLog } from '../logs/partition-log.ts'
import { isInternalTopic } from './topic-name.ts'

/** A topic: its name, its id, its configs and one log per partition. */
export class Topic {
  readonly id: string
  readonly name: string
  readonly internal: boolean
  #logs: readonly PartitionLog[]
  #configs: ConfigMap
  #settings: TopicSettings

  constructor(id: string, name: string, logs: readonly PartitionLog[], configs: ConfigMap, settings: TopicSettings) {
    this.id = id
    this.name = name
    this.internal = isInternalTopic(name)
    this.#logs = logs
    this.#configs = configs
    this.#settings = settings
  }

  /** The log of each partition, by number. */
  get logs(): readonly PartitionLog[] {
    return this.#logs
  }

  /** Configs that were set on it. */
  get configs(): ConfigMap {
    return this.#configs
  }

  /** What its configs and the broker's give. */
  get settings(): TopicSettings {
    return this.#settings
  }

  addLogs(logs: readonly PartitionLog[]): void {
    this.#logs = [...this.#logs, ...logs]
  }

  configure(configs: ConfigMap, settings: TopicSettings): void {
    this.#configs = configs
    this.#settings = settings
  }
}
