import type {
  Admin,
  BatchDescription,
  ClusterDescription,
  ConfigChange,
  ConfigEntry,
  ConfigResource,
  CreatedTopic,
  ItemResult,
  NewTopic,
  OffsetQuery,
  TopicDescription,
} from '../../core/admin.ts'
import type { TopicPartition } from '../../core/consumer.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { type FoundOffset, findOffsets, offsetTimes } from '../cluster/list-offsets.ts'
import { defaultRequestTimeoutMs } from '../transport.ts'
import { readBatches } from './batches.ts'
import { alterConfigsOn, describeConfigsOn } from './configs.ts'
import { type DeleteBefore, type DeletedRecords, deleteRecordsOn } from './delete-records.ts'
import { askMetadata, createPartitionsOn, createTopicsOn, deleteTopicsOn, describeTopics } from './topics.ts'

/** The admin of the client. */
export class ClientAdmin implements Admin {
  readonly #cluster: Cluster

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  listTopics(): Promise<TopicDescription[]> {
    return describeTopics(this.#cluster, null)
  }

  describeTopics(names: readonly string[]): Promise<TopicDescription[]> {
    return describeTopics(this.#cluster, names)
  }

  createTopics(
    topics: readonly NewTopic[],
    options: { readonly validateOnly?: boolean } = {},
  ): Promise<CreatedTopic[]> {
    return createTopicsOn(this.#cluster, topics, options.validateOnly ?? false)
  }

  deleteTopics(names: readonly string[]): Promise<ItemResult[]> {
    return deleteTopicsOn(this.#cluster, names)
  }

  createPartitions(
    topics: ReadonlyArray<{ readonly name: string; readonly total: number }>,
    options: { readonly validateOnly?: boolean } = {},
  ): Promise<ItemResult[]> {
    return createPartitionsOn(this.#cluster, topics, options.validateOnly ?? false)
  }

  deleteRecords(partitions: readonly DeleteBefore[]): Promise<DeletedRecords[]> {
    return deleteRecordsOn(this.#cluster, partitions)
  }

  describeConfigs(
    resource: ConfigResource,
    options: { readonly documentation?: boolean } = {},
  ): Promise<ConfigEntry[]> {
    return describeConfigsOn(this.#cluster, resource, options.documentation ?? false)
  }

  alterConfigs(
    resource: ConfigResource,
    changes: readonly ConfigChange[],
    options: { readonly validateOnly?: boolean } = {},
  ): Promise<void> {
    return alterConfigsOn(this.#cluster, resource, changes, options.validateOnly ?? false)
  }

  async describeCluster(): Promise<ClusterDescription> {
    const { clusterId, controllerId, nodes } = await askMetadata(this.#cluster, [])
    return { clusterId, controllerId, brokers: [...nodes].map(([id, address]) => ({ id, ...address })) }
  }

  listOffsets(partitions: readonly TopicPartition[], query: OffsetQuery): Promise<FoundOffset[]> {
    return findOffsets(this.#cluster, partitions, timeOf(query), { timeoutMs: defaultRequestTimeoutMs })
  }

  batches(partition: TopicPartition, offset?: number): AsyncIterable<BatchDescription> {
    return readBatches(this.#cluster, partition, offset)
  }
}

function timeOf(query: OffsetQuery): number {
  if (query === 'start') return offsetTimes.start
  if (query === 'end') return offsetTimes.end
  if (query === 'max-timestamp') return offsetTimes.maxTimestamp
  return query.timestamp
}
