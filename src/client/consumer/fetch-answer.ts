import type { ResponseOf } from '../../protocol/api.ts'
import { fetch } from '../../protocol/apis/fetch.ts'
import { zeroUuid } from '../../protocol/uuid.ts'
import { type Isolation, isolationLevels } from '../cluster/list-offsets.ts'
import type { AssignedPartition } from './assigned-partition.ts'

/** Limits of one Fetch. */
export interface FetchLimits {
  readonly maxWaitMs: number
  readonly minBytes: number
  readonly maxBytes: number
  readonly maxPartitionBytes: number
  readonly isolation: Isolation
}

/** The last version in which topics go by name. */
const LAST_VERSION_BY_NAME = 12

/** What an answer says of one partition. */
export type PartitionAnswer = ResponseOf<typeof fetch>['responses'][number]['partitions'][number]

/** A fetch without a session (KIP-227) from each partition's `fetchOffset`; the first in the list are served first. */
export function fetchRequest(partitions: readonly AssignedPartition[], limits: FetchLimits) {
  const topics = new Map<string, AssignedPartition[]>()
  for (const each of partitions) {
    const same = topics.get(each.topic)
    if (same === undefined) topics.set(each.topic, [each])
    else same.push(each)
  }
  return fetch.request.create({
    maxWaitMs: limits.maxWaitMs,
    minBytes: limits.minBytes,
    maxBytes: limits.maxBytes,
    isolationLevel: isolationLevels[limits.isolation],
    topics: [...topics].map(([topic, theirs]) => ({
      topic,
      topicId: theirs[0]?.topicId ?? zeroUuid,
      partitions: theirs.map((each) => ({
        partition: each.partition,
        currentLeaderEpoch: -1,
        fetchOffset: each.fetchOffset,
        lastFetchedEpoch: -1,
        logStartOffset: -1,
        partitionMaxBytes: limits.maxPartitionBytes,
        replicaDirectoryId: zeroUuid,
      })),
    })),
  })
}

/** Topics go by id from version 13 on, which a cluster that has none cannot answer. */
export function maxFetchVersion(partitions: readonly AssignedPartition[]): number | undefined {
  return partitions.some(({ topicId }) => topicId === zeroUuid) ? LAST_VERSION_BY_NAME : undefined
}

/** Finds what an answer says of a partition, by the topic's name or by its id. */
export function readFetchResponse(
  response: ResponseOf<typeof fetch>,
): (partition: AssignedPartition) => PartitionAnswer | undefined {
  const byName = new Map<string, Map<number, PartitionAnswer>>()
  const byId = new Map<string, Map<number, PartitionAnswer>>()
  for (const { topic, topicId, partitions } of response.responses) {
    const answers = new Map(partitions.map((each) => [each.partitionIndex, each]))
    if (topicId !== zeroUuid) byId.set(topicId, answers)
    else byName.set(topic, answers)
  }
  return ({ topic, topicId, partition }) => (byId.get(topicId) ?? byName.get(topic))?.get(partition)
}
