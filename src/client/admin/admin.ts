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
import type { CommittedOffset, GroupDescription, GroupListing, GroupOffsetResult } from '../../core/group-admin.ts'
import type { ScramMechanism } from '../../core/sasl.ts'
import type {
  PartitionProducers,
  ProducerState,
  TransactionDescription,
  TransactionListing,
} from '../../core/transaction-admin.ts'
import type { NewCredential, UserDescription } from '../../core/user-admin.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { type FoundOffset, findOffsets, type Isolation, offsetTimes } from '../cluster/list-offsets.ts'
import type { OffsetToCommit } from '../groups/group-offsets.ts'
import { defaultRequestTimeoutMs } from '../transport.ts'
import { readBatches } from './batches.ts'
import { alterConfigsOn, describeConfigsOn, topicConfigOn } from './configs.ts'
import { type DeleteBefore, type DeletedRecords, deleteRecordsOn } from './delete-records.ts'
import { describeGroupsOn } from './describe-groups.ts'
import { alterGroupOffsetsOn, deleteGroupOffsetsOn, listGroupOffsetsOn } from './group-offsets.ts'
import { deleteGroupsOn, type GroupFilter, listGroupsOn } from './groups.ts'
import { partitionSizesOn } from './partition-sizes.ts'
import { askMetadata, createPartitionsOn, createTopicsOn, deleteTopicsOn, describeTopics } from './topics.ts'
import { abortTransactionOn, describeProducersOn, describeTransactionsOn, listTransactionsOn } from './transactions.ts'
import { deleteCredentialsOn, describeUsersOn, setCredentialsOn } from './users.ts'

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

  topicConfig(topics: readonly string[], config: string): Promise<Map<string, string | null>> {
    return topicConfigOn(this.#cluster, topics, config)
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

  listOffsets(
    partitions: readonly TopicPartition[],
    query: OffsetQuery,
    options: { readonly isolation?: Isolation } = {},
  ): Promise<FoundOffset[]> {
    return findOffsets(this.#cluster, partitions, timeOf(query), { timeoutMs: defaultRequestTimeoutMs, ...options })
  }

  partitionSizes(
    partitions: readonly TopicPartition[],
  ): Promise<Array<TopicPartition & { readonly sizeBytes: number | null }>> {
    return partitionSizesOn(this.#cluster, partitions)
  }

  batches(partition: TopicPartition, offset?: number): AsyncIterable<BatchDescription> {
    return readBatches(this.#cluster, partition, offset)
  }

  listGroups(filter: GroupFilter = {}): Promise<GroupListing[]> {
    return listGroupsOn(this.#cluster, filter)
  }

  describeGroups(groups: readonly string[]): Promise<GroupDescription[]> {
    return describeGroupsOn(this.#cluster, groups)
  }

  deleteGroups(groups: readonly string[]): Promise<ItemResult[]> {
    return deleteGroupsOn(this.#cluster, groups)
  }

  listGroupOffsets(group: string, partitions?: readonly TopicPartition[]): Promise<CommittedOffset[]> {
    return listGroupOffsetsOn(this.#cluster, group, partitions)
  }

  alterGroupOffsets(group: string, offsets: readonly OffsetToCommit[]): Promise<GroupOffsetResult[]> {
    return alterGroupOffsetsOn(this.#cluster, group, offsets)
  }

  deleteGroupOffsets(group: string, partitions: readonly TopicPartition[]): Promise<GroupOffsetResult[]> {
    return deleteGroupOffsetsOn(this.#cluster, group, partitions)
  }

  listTransactions(
    filter: { readonly states?: readonly string[]; readonly producerIds?: readonly number[] } = {},
  ): Promise<TransactionListing[]> {
    return listTransactionsOn(this.#cluster, filter)
  }

  describeTransactions(transactionalIds: readonly string[]): Promise<TransactionDescription[]> {
    return describeTransactionsOn(this.#cluster, transactionalIds)
  }

  describeProducers(partitions: readonly TopicPartition[]): Promise<PartitionProducers[]> {
    return describeProducersOn(this.#cluster, partitions)
  }

  abortTransaction(partition: TopicPartition, producer: ProducerState): Promise<void> {
    return abortTransactionOn(this.#cluster, partition, producer)
  }

  describeUsers(users?: readonly string[]): Promise<UserDescription[]> {
    return describeUsersOn(this.#cluster, users)
  }

  setCredentials(credentials: readonly NewCredential[]): Promise<ItemResult[]> {
    return setCredentialsOn(this.#cluster, credentials)
  }

  deleteCredentials(
    credentials: ReadonlyArray<{ readonly user: string; readonly mechanism: ScramMechanism }>,
  ): Promise<ItemResult[]> {
    return deleteCredentialsOn(this.#cluster, credentials)
  }
}

function timeOf(query: OffsetQuery): number {
  if (query === 'start') return offsetTimes.start
  if (query === 'end') return offsetTimes.end
  if (query === 'max-timestamp') return offsetTimes.maxTimestamp
  return query.timestamp
}
