import { errorCode } from '../../../protocol/error-codes.ts'
import { zeroUuid } from '../../../protocol/uuid.ts'
import type { GroupContext } from '../group-context.ts'
import type { GroupOffsets } from './group-offsets.ts'

/** Partitions of a topic to look up: by id where a version has ids, else by name. */
export interface AskedTopic {
  readonly name: string
  readonly topicId: string
  readonly partitionIndexes: readonly number[]
}

/** What OffsetFetch answers for one topic. Offset -1: nothing is committed. */
export interface FetchedTopic {
  readonly name: string
  readonly topicId: string
  readonly partitions: readonly FetchedOffset[]
}

interface FetchedOffset {
  readonly partitionIndex: number
  readonly committedOffset: number
  readonly committedLeaderEpoch: number
  readonly metadata: string
  readonly errorCode: number
}

/**
 * The committed offsets of a group; without a group nothing is committed, which is no error.
 * @param asked null: everything that is committed
 * @param requireStable an offset that waits for the end of a transaction is UNSTABLE_OFFSET_COMMIT instead of its old value (KIP-447)
 */
export function fetchOffsets(
  { topics }: Pick<GroupContext, 'topics'>,
  offsets: GroupOffsets | undefined,
  asked: readonly AskedTopic[] | null,
  requireStable: boolean,
): FetchedTopic[] {
  return (asked ?? allTopics(topics, offsets)).map(({ name, topicId, partitionIndexes }) => {
    const byId = topicId !== zeroUuid
    const topic = byId ? topics.byId(topicId) : topics.get(name)
    if (byId && topic === undefined) {
      const partitions = partitionIndexes.map((partition) => nothing(partition, errorCode('UNKNOWN_TOPIC_ID')))
      return { name, topicId, partitions }
    }
    return {
      name: topic?.name ?? name,
      topicId: topic?.id ?? topicId,
      partitions: partitionIndexes.map((partition) => fetchOne(offsets, topic?.id, partition, requireStable)),
    }
  })
}

function allTopics(topics: GroupContext['topics'], offsets: GroupOffsets | undefined): AskedTopic[] {
  const known: AskedTopic[] = []
  for (const [topicId, partitions] of offsets?.byTopic ?? []) {
    const topic = topics.byId(topicId)
    if (topic !== undefined) known.push({ name: topic.name, topicId, partitionIndexes: [...partitions.keys()] })
  }
  return known
}

function fetchOne(
  offsets: GroupOffsets | undefined,
  topicId: string | undefined,
  partition: number,
  requireStable: boolean,
): FetchedOffset {
  if (offsets === undefined || topicId === undefined) return nothing(partition)
  if (requireStable && offsets.pending.has(topicId, partition)) {
    return nothing(partition, errorCode('UNSTABLE_OFFSET_COMMIT'))
  }
  const committed = offsets.get(topicId, partition)
  if (committed === undefined) return nothing(partition)
  return {
    partitionIndex: partition,
    committedOffset: committed.offset,
    committedLeaderEpoch: committed.leaderEpoch,
    metadata: committed.metadata,
    errorCode: 0,
  }
}

function nothing(partitionIndex: number, code = 0): FetchedOffset {
  return { partitionIndex, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: code }
}
