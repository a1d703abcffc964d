import type { TopicPartition } from './consumer.ts'
import type { ErrorName } from './errors.ts'
import type { GroupAdmin } from './group-admin.ts'
import type { TransactionAdmin } from './transaction-admin.ts'
import type { UserAdmin } from './user-admin.ts'

/** One topic, as Metadata tells it. */
export interface TopicDescription {
  readonly name: string
  /** Kafka's form of a UUID: 22 characters of base64url. */
  readonly topicId: string
  readonly internal: boolean
  readonly partitions: readonly PartitionDescription[]
}

export interface PartitionDescription {
  readonly partition: number
  readonly leader: number
  readonly leaderEpoch: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
}

/** Where a config value comes from, most specific first. */
export type ConfigSource =
  | 'topic'
  | 'group'
  | 'dynamic-broker'
  | 'dynamic-default-broker'
  | 'static-broker'
  | 'default'
  | 'unknown'

export interface ConfigEntry {
  readonly name: string
  /** null when it is sensitive. */
  readonly value: string | null
  readonly source: ConfigSource
  readonly isDefault: boolean
  readonly readOnly: boolean
  readonly sensitive: boolean
  readonly documentation: string | null
}

/** A topic or the broker, as the owner of configs. */
export type ConfigResource =
  | { readonly type: 'topic'; readonly name: string }
  | { readonly type: 'broker'; readonly name: string }

export type ConfigOperation = 'set' | 'delete' | 'append' | 'subtract'

export interface ConfigChange {
  readonly name: string
  readonly operation: ConfigOperation
  readonly value: string | null
}

/** What became of one item of an admin call. `error` is null when it was done. */
export interface ItemResult {
  readonly name: string
  readonly error: { readonly code: ErrorName; readonly message: string } | null
}

export interface NewTopic {
  readonly name: string
  /** -1 or left out: the broker's `num.partitions`. */
  readonly partitions?: number | undefined
  /** -1 or left out: the broker's default. */
  readonly replicationFactor?: number | undefined
  readonly configs?: Readonly<Record<string, string>> | undefined
}

export interface CreatedTopic extends ItemResult {
  readonly topicId: string | null
  readonly partitions: number | null
  readonly replicationFactor: number | null
}

export interface ClusterDescription {
  readonly clusterId: string | null
  readonly controllerId: number
  readonly brokers: ReadonlyArray<{ readonly id: number; readonly host: string; readonly port: number }>
}

/** Which offset of a partition to ask for. */
export type OffsetQuery = 'start' | 'end' | 'max-timestamp' | { readonly timestamp: number }

/** Header of one stored batch, as fetched. */
export interface BatchDescription {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly records: number
  readonly sizeBytes: number
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly compression: string
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly transactional: boolean
  readonly control: boolean
  readonly crcValid: boolean
}

/** Manages topics, configs, groups and transactions. Made by `rafka.admin()`. Calls throw for the whole request; what concerns one item stands in its result. */
export interface Admin extends GroupAdmin, TransactionAdmin, UserAdmin {
  listTopics(): Promise<TopicDescription[]>
  /** @throws RafkaError `UNKNOWN_TOPIC_OR_PARTITION` naming the first that does not exist. Creates none. */
  describeTopics(names: readonly string[]): Promise<TopicDescription[]>
  createTopics(topics: readonly NewTopic[], options?: { readonly validateOnly?: boolean }): Promise<CreatedTopic[]>
  deleteTopics(names: readonly string[]): Promise<ItemResult[]>
  /** `total` is the new number of partitions. */
  createPartitions(
    topics: ReadonlyArray<{ readonly name: string; readonly total: number }>,
    options?: { readonly validateOnly?: boolean },
  ): Promise<ItemResult[]>
  /** Removes records before an offset (`end`: all); the result has the new start. */
  deleteRecords(
    partitions: ReadonlyArray<TopicPartition & { readonly before: number | 'end' }>,
  ): Promise<Array<TopicPartition & { readonly start: number; readonly error: ItemResult['error'] }>>
  describeConfigs(resource: ConfigResource, options?: { readonly documentation?: boolean }): Promise<ConfigEntry[]>
  /** The value of one config of each topic that the broker tells of: by the topic's name. */
  topicConfig(topics: readonly string[], config: string): Promise<Map<string, string | null>>
  alterConfigs(
    resource: ConfigResource,
    changes: readonly ConfigChange[],
    options?: { readonly validateOnly?: boolean },
  ): Promise<void>
  describeCluster(): Promise<ClusterDescription>
  /** Offset and timestamp per partition; offset -1 where there is none. With `read_committed`, the end is where the first open transaction begins. */
  listOffsets(
    partitions: readonly TopicPartition[],
    query: OffsetQuery,
    options?: { readonly isolation?: 'read_uncommitted' | 'read_committed' },
  ): Promise<Array<TopicPartition & { readonly offset: number; readonly timestamp: number }>>
  /** Bytes of partitions as their leaders store them; null where a broker cannot tell, or may not. */
  partitionSizes(
    partitions: readonly TopicPartition[],
  ): Promise<Array<TopicPartition & { readonly sizeBytes: number | null }>>
  /** The batches of a partition from `offset` on, header by header, up to the end at the time of the call. */
  batches(partition: TopicPartition, offset?: number): AsyncIterable<BatchDescription>
}
