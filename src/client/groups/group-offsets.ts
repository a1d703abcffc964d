import type { TopicPartition } from '../../core/consumer.ts'
import { type ErrorName, RafkaError } from '../../core/errors.ts'
import type { CommittedOffset } from '../../core/group-admin.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import { offsetCommit } from '../../protocol/apis/offset-commit.ts'
import { offsetFetch } from '../../protocol/apis/offset-fetch.ts'
import { errorCode, errorName } from '../../protocol/error-codes.ts'
import { zeroUuid } from '../../protocol/uuid.ts'
import type { Coordinator } from '../cluster/coordinator.ts'
import { partitionKey } from '../consumer/assigned-partition.ts'
import { defaultRequestTimeoutMs } from '../transport.ts'
import { byTopic } from './topic-partitions.ts'

/** Topics go by id from version 10 on; here they go by name. */
const LAST_VERSION_BY_NAME = 9

/** Who commits or asks: a member of a group, or somebody from outside. */
export interface Committer {
  /** Of a classic member its generation, of one of the new protocol its epoch; -1 from outside. */
  readonly generation: number
  readonly memberId: string
  readonly instanceId: string | null
}

/** Somebody who is no member. */
export const outsider: Committer = { generation: -1, memberId: '', instanceId: null }

/** An offset to be committed. */
export interface OffsetToCommit extends TopicPartition {
  readonly offset: number
  readonly metadata?: string | undefined
}

/** How long to try, and for whom. */
export interface OffsetCallBounds {
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Commits offsets.
 * @returns the error of each, by `partitionKey`
 */
export async function commitOffsets(
  coordinator: Coordinator,
  { generation, memberId, instanceId }: Committer,
  offsets: readonly OffsetToCommit[],
  { timeoutMs = defaultRequestTimeoutMs, signal }: OffsetCallBounds = {},
): Promise<Map<string, ErrorName | 'NONE'>> {
  const wanted = new Map(offsets.map((each) => [partitionKey(each), each]))
  const body = offsetCommit.request.create({
    groupId: coordinator.key,
    generationIdOrMemberEpoch: generation,
    memberId,
    groupInstanceId: instanceId,
    topics: byTopic(wanted.values()).map(({ topic, partitions }) => ({
      name: topic,
      topicId: zeroUuid,
      partitions: partitions.map((partition) => {
        const { offset = 0, metadata = '' } = wanted.get(partitionKey({ topic, partition })) ?? {}
        return {
          partitionIndex: partition,
          committedOffset: offset,
          committedLeaderEpoch: -1,
          committedMetadata: metadata,
        }
      }),
    })),
  })
  const response = await coordinator.call(offsetCommit, body, {
    errorOf: ({ topics }) => topics.flatMap(codesOf).find((code) => code !== 0) ?? 0,
    maxVersion: LAST_VERSION_BY_NAME,
    timeoutMs,
    signal,
  })
  return new Map(
    response.topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, errorCode }) => [
        partitionKey({ topic: name, partition: partitionIndex }),
        errorName(errorCode),
      ]),
    ),
  )
}

/**
 * What a group has committed: of the partitions that are asked for, or of all.
 * @param stable waits for offsets that a transaction has yet to decide about (KIP-447)
 * @throws RafkaError for the first partition whose offset could not be read
 */
export async function fetchOffsets(
  coordinator: Coordinator,
  { generation, memberId }: Committer,
  partitions: readonly TopicPartition[] | undefined,
  stable: boolean,
  { timeoutMs = defaultRequestTimeoutMs, signal }: OffsetCallBounds = {},
): Promise<CommittedOffset[]> {
  const groupId = coordinator.key
  const topics =
    partitions === undefined
      ? null
      : byTopic(partitions).map((each) => ({ name: each.topic, topicId: zeroUuid, partitionIndexes: each.partitions }))
  const body = offsetFetch.request.create({
    groupId,
    topics,
    groups: [{ groupId, memberId: memberId === '' ? null : memberId, memberEpoch: generation, topics }],
    requireStable: stable,
  })
  const response = await coordinator.call(offsetFetch, body, {
    errorOf: (answer) => wholeError(answer) || unstableError(answer),
    maxVersion: LAST_VERSION_BY_NAME,
    timeoutMs,
    signal,
  })
  const error = errorName(wholeError(response))
  if (error !== 'NONE') throw refused(groupId, error, {})
  return topicsOf(response).flatMap(({ name, partitions: theirs }) =>
    theirs.map(({ partitionIndex, errorCode, committedOffset, metadata }) => {
      const code = errorName(errorCode)
      if (code !== 'NONE') throw refused(groupId, code, { topic: name, partition: partitionIndex })
      return { topic: name, partition: partitionIndex, offset: committedOffset, metadata }
    }),
  )
}

type FetchAnswer = ResponseOf<typeof offsetFetch>

/** From version 8 on there is an answer per group. */
function topicsOf({ groups: [group], topics }: FetchAnswer): FetchAnswer['topics'] {
  return group?.topics ?? topics
}

function wholeError({ errorCode: code, groups: [group] }: FetchAnswer): number {
  return code || (group?.errorCode ?? 0)
}

/** That of partitions about whose offsets a transaction has yet to decide. */
function unstableError(answer: FetchAnswer): number {
  const unstable = errorCode('UNSTABLE_OFFSET_COMMIT')
  return topicsOf(answer).flatMap(codesOf).includes(unstable) ? unstable : 0
}

function codesOf({ partitions }: { readonly partitions: ReadonlyArray<{ readonly errorCode: number }> }): number[] {
  return partitions.map((each) => each.errorCode)
}

function refused(group: string, code: ErrorName, place: Partial<TopicPartition>): RafkaError {
  const of = place.topic === undefined ? '' : ` of ${place.topic}-${place.partition}`
  return new RafkaError(code, `the broker answered ${code} for the committed offsets${of} of group "${group}"`, {
    details: { group, ...place },
  })
}
