import type { PartitionDescription, TopicDescription } from '../../core/admin.ts'
import { type KafkaErrorName, RafkaError } from '../../core/errors.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import type { metadata } from '../../protocol/apis/metadata.ts'
import { errorName } from '../../protocol/error-codes.ts'
import type { NodeAddress } from '../transport.ts'

/** One topic, as Metadata tells it: with its error, if it has one. */
export interface TopicMetadata extends TopicDescription {
  readonly error: KafkaErrorName | 'NONE'
}

/** One answer to Metadata. */
export interface ClusterMetadata {
  readonly clusterId: string | null
  readonly controllerId: number
  readonly nodes: ReadonlyMap<number, NodeAddress>
  readonly topics: readonly TopicMetadata[]
}

/**
 * Reads an answer to Metadata.
 * @throws RafkaError when the whole request was refused
 */
export function readMetadata(response: ResponseOf<typeof metadata>): ClusterMetadata {
  const error = errorName(response.errorCode)
  if (error !== 'NONE') throw new RafkaError(error, `the broker refused to describe its cluster: ${error}`)
  return {
    clusterId: response.clusterId,
    controllerId: response.controllerId,
    nodes: new Map(response.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }])),
    topics: response.topics.map(readTopic),
  }
}

function readTopic(topic: ResponseOf<typeof metadata>['topics'][number]): TopicMetadata {
  const partitions = topic.partitions.map(
    (each): PartitionDescription => ({
      partition: each.partitionIndex,
      leader: each.leaderId,
      leaderEpoch: each.leaderEpoch,
      replicas: each.replicaNodes,
      isr: each.isrNodes,
    }),
  )
  return {
    name: topic.name ?? '',
    topicId: topic.topicId,
    internal: topic.isInternal,
    error: errorName(topic.errorCode),
    partitions: partitions.sort((a, b) => a.partition - b.partition),
  }
}

/** The error of a topic in an answer to Metadata, as a `RafkaError`; undefined when it has none. */
export function topicError({ name, error }: Pick<TopicMetadata, 'name' | 'error'>): RafkaError | undefined {
  if (error === 'NONE') return undefined
  return new RafkaError(error, messageOf(name, error), { details: { topic: name } })
}

function messageOf(name: string, error: KafkaErrorName): string {
  if (error === 'UNKNOWN_TOPIC_OR_PARTITION') return `topic "${name}" does not exist`
  if (error === 'INVALID_TOPIC_EXCEPTION') {
    return `"${name}" is not a legal topic name: 1 to 249 of the characters a-z, A-Z, 0-9, ".", "_" and "-", and not "." or ".."`
  }
  return `the broker answered ${error} for topic "${name}"`
}
