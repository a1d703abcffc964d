import type { TopicPartition } from '../../core/consumer.ts'
import { type ErrorName, RafkaError } from '../../core/errors.ts'
import type { CommittedOffset, GroupOffsetResult } from '../../core/group-admin.ts'
import { offsetDelete } from '../../protocol/apis/offset-delete.ts'
import { errorName } from '../../protocol/error-codes.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { Coordinator } from '../cluster/coordinator.ts'
import { partitionKey } from '../consumer/assigned-partition.ts'
import { commitOffsets, fetchOffsets, type OffsetToCommit, outsider } from '../groups/group-offsets.ts'
import { byTopic } from '../groups/topic-partitions.ts'
import { leftOut } from './item-result.ts'

/** See `GroupAdmin.listGroupOffsets`. */
export async function listGroupOffsetsOn(
  cluster: Cluster,
  group: string,
  partitions: readonly TopicPartition[] | undefined,
): Promise<CommittedOffset[]> {
  const found = await fetchOffsets(new Coordinator(cluster, 'group', group), outsider, partitions, false)
  if (partitions === undefined) {
    return found
      .filter(({ offset }) => offset >= 0)
      .sort((a, b) => compare(a.topic, b.topic) || a.partition - b.partition)
  }
  const byKey = new Map(found.map((each) => [partitionKey(each), each]))
  return partitions.map((each) => byKey.get(partitionKey(each)) ?? { ...place(each), offset: -1, metadata: null })
}

/** See `GroupAdmin.alterGroupOffsets`. */
export async function alterGroupOffsetsOn(
  cluster: Cluster,
  group: string,
  offsets: readonly OffsetToCommit[],
): Promise<GroupOffsetResult[]> {
  if (offsets.length === 0) return []
  const errors = await commitOffsets(new Coordinator(cluster, 'group', group), outsider, offsets)
  return offsets.map((each) => resultOf(group, each, errors.get(partitionKey(each))))
}

/** See `GroupAdmin.deleteGroupOffsets`. */
export async function deleteGroupOffsetsOn(
  cluster: Cluster,
  group: string,
  partitions: readonly TopicPartition[],
): Promise<GroupOffsetResult[]> {
  const topics = byTopic(partitions).map(({ topic, partitions: theirs }) => ({
    name: topic,
    partitions: theirs.map((partitionIndex) => ({ partitionIndex })),
  }))
  const body = offsetDelete.request.create({ groupId: group, topics })
  const response = await new Coordinator(cluster, 'group', group).call(offsetDelete, body, {
    errorOf: ({ errorCode }) => errorCode,
  })
  const error = errorName(response.errorCode)
  if (error !== 'NONE') {
    throw new RafkaError(error, `offsets of group "${group}" were not deleted: ${reasonOf(group, error)}`, {
      details: { group },
    })
  }
  const errors = new Map(
    response.topics.flatMap(({ name, partitions: theirs }) =>
      theirs.map(({ partitionIndex, errorCode }) => [
        partitionKey({ topic: name, partition: partitionIndex }),
        errorName(errorCode),
      ]),
    ),
  )
  return partitions.map((each) => resultOf(group, each, errors.get(partitionKey(each))))
}

function resultOf(group: string, partition: TopicPartition, error: ErrorName | 'NONE' | undefined): GroupOffsetResult {
  if (error === 'NONE') return { ...place(partition), error: null }
  if (error === undefined) return { ...place(partition), error: leftOut(`${partition.topic}-${partition.partition}`) }
  return { ...place(partition), error: { code: error, message: reasonOf(group, error) } }
}

function reasonOf(group: string, error: ErrorName): string {
  if (error === 'GROUP_ID_NOT_FOUND') return `group "${group}" does not exist`
  if (error === 'GROUP_SUBSCRIBED_TO_TOPIC') return `members of group "${group}" read the topic`
  if (error === 'UNKNOWN_MEMBER_ID') return `group "${group}" has members: end them first`
  return `the broker answered ${error} for group "${group}"`
}

function place({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
