import type { TopicPartition } from '../../core/consumer.ts'
import { RafkaError } from '../../core/errors.ts'
import { listOffsets } from '../../protocol/apis/list-offsets.ts'
import { errorName } from '../../protocol/error-codes.ts'
import type { Cluster } from './cluster.ts'
import { absent, type RetryBounds } from './retrying.ts'

/** Which offset to ask for, as on the wire: one of these, or a timestamp in ms for the first record at or after it. */
export const offsetTimes = { end: -1, start: -2, maxTimestamp: -3 } as const

/** Whether records of open and aborted transactions count: where a partition ends depends on it. */
export type Isolation = 'read_uncommitted' | 'read_committed'

/** Kafka's `IsolationLevel`. */
export const isolationLevels: Readonly<Record<Isolation, number>> = { read_uncommitted: 0, read_committed: 1 }

/** Where a partition has what was asked for; offset -1 when there is none. */
export interface FoundOffset extends TopicPartition {
  readonly offset: number
  /** In ms; -1 when the answer has none. */
  readonly timestamp: number
}

/**
 * Asks the leaders of partitions for offsets, and again while that may help.
 * @returns in the order of `partitions`
 * @throws RafkaError `UNKNOWN_TOPIC_OR_PARTITION` when a partition does not exist, or what kept the leaders from answering
 */
export async function findOffsets(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  time: number,
  bounds: Pick<RetryBounds, 'timeoutMs' | 'signal'> & { readonly isolation?: Isolation },
): Promise<FoundOffset[]> {
  const found = new Map<TopicPartition, FoundOffset>()
  const awaited = `the offsets of ${describePartitions(partitions)}`
  if (partitions.length === 0) return []
  await cluster.retry({ ...bounds, awaited }, async (remainingMs) => {
    const missing = partitions.filter((partition) => !found.has(partition))
    const answers = await Promise.allSettled(
      [...(await byLeader(cluster, missing, remainingMs))].map(([leader, theirs]) =>
        askLeader(cluster, leader, theirs, time, { ...bounds, timeoutMs: remainingMs }, found),
      ),
    )
    const failure = answers.find((answer) => answer.status === 'rejected')
    if (failure === undefined) return
    await cluster.refresh({ topics: topicsOf(missing), timeoutMs: remainingMs }).catch(() => undefined)
    throw failure.reason
  })
  return partitions.map((partition) => found.get(partition) ?? { ...partition, offset: -1, timestamp: -1 })
}

/** The partitions for messages: a few by name, or how many. */
function describePartitions(partitions: readonly TopicPartition[]): string {
  if (partitions.length > 3) return `${partitions.length} partitions`
  return partitions.map(({ topic, partition }) => `${topic}-${partition}`).join(', ')
}

/** Partitions by the node that leads them. Asks once for topics that are not known. */
export async function byLeader<Partition extends TopicPartition>(
  cluster: Cluster,
  partitions: readonly Partition[],
  timeoutMs: number,
): Promise<Map<number, Partition[]>> {
  const unknown = partitions.filter(({ topic, partition }) => cluster.leaderOf(topic, partition) === undefined)
  if (unknown.length > 0) await cluster.refresh({ topics: topicsOf(unknown), timeoutMs })
  const leaders = new Map<number, Partition[]>()
  for (const each of partitions) {
    const leader = cluster.leaderOf(each.topic, each.partition)
    if (leader === undefined) throw withoutLeader(cluster, each)
    const theirs = leaders.get(leader)
    if (theirs === undefined) leaders.set(leader, [each])
    else theirs.push(each)
  }
  return leaders
}

function withoutLeader(cluster: Cluster, { topic, partition }: TopicPartition): RafkaError {
  const partitions = cluster.topic(topic)?.partitions
  const details = { topic, partition, [absent]: true }
  if (partitions === undefined) {
    return new RafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic "${topic}" does not exist`, { details })
  }
  if (partitions.some((each) => each.partition === partition)) {
    return new RafkaError('LEADER_NOT_AVAILABLE', `${topic}-${partition} has no leader at the moment`, {
      details: { topic, partition },
    })
  }
  const message = `topic "${topic}" has partitions 0 to ${partitions.length - 1}; ${partition} was asked for`
  return new RafkaError('UNKNOWN_TOPIC_OR_PARTITION', message, { details })
}

async function askLeader(
  cluster: Cluster,
  leader: number,
  partitions: readonly TopicPartition[],
  time: number,
  { timeoutMs, signal, isolation }: { timeoutMs: number; signal?: AbortSignal | undefined; isolation?: Isolation },
  found: Map<TopicPartition, FoundOffset>,
): Promise<void> {
  const topics = topicsOf(partitions).map((name) => ({
    name,
    partitions: partitions
      .filter(({ topic }) => topic === name)
      .map(({ partition }) => ({ partitionIndex: partition, currentLeaderEpoch: -1, timestamp: time })),
  }))
  const body = listOffsets.request.create({
    replicaId: -1,
    isolationLevel: isolationLevels[isolation ?? 'read_uncommitted'],
    topics,
  })
  const response = await cluster.main.request(leader, listOffsets, body, { timeoutMs, signal })
  const answers = new Map(
    response.topics.flatMap(({ name, partitions: each }) =>
      each.map((answer) => [`${answer.partitionIndex}/${name}`, answer] as const),
    ),
  )
  let failure: RafkaError | undefined
  for (const each of partitions) {
    const answer = answers.get(`${each.partition}/${each.topic}`)
    const error = answer === undefined ? 'UNKNOWN_SERVER_ERROR' : errorName(answer.errorCode)
    if (answer === undefined || error !== 'NONE') failure ??= refused(each, error)
    else
      found.set(each, {
        topic: each.topic,
        partition: each.partition,
        offset: answer.offset,
        timestamp: answer.timestamp,
      })
  }
  if (failure !== undefined) throw failure
}

function refused({ topic, partition }: TopicPartition, error: ReturnType<typeof errorName>): RafkaError {
  const code = error === 'NONE' ? 'UNKNOWN_SERVER_ERROR' : error
  return new RafkaError(code, `the broker answered ${code} for the offsets of ${topic}-${partition}`, {
    details: { topic, partition },
  })
}

function topicsOf(partitions: readonly TopicPartition[]): string[] {
  return [...new Set(partitions.map(({ topic }) => topic))]
}
