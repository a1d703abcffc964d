import { RafkaError } from '../../../core/errors.ts'
import type { Topic } from '../../topics/topic.ts'
import type { GroupContext } from '../group-context.ts'
import type { OffsetCommit } from './committed-offset.ts'

/** An offset that a client commits. */
export interface OffsetToCommit {
  readonly partitionIndex: number
  readonly committedOffset: number
  readonly committedLeaderEpoch: number
  readonly committedMetadata: string | null
}

/**
 * The topic that offsets are committed for, by id where it has one, else by name.
 * @throws RafkaError `UNKNOWN_TOPIC_ID`, `UNKNOWN_TOPIC_OR_PARTITION`
 */
export function topicToCommitTo(
  { topics }: Pick<GroupContext, 'topics'>,
  by: { readonly name: string } | { readonly topicId: string },
): Topic {
  const topic = 'topicId' in by ? topics.byId(by.topicId) : topics.get(by.name)
  if (topic !== undefined) return topic
  if ('topicId' in by) throw new RafkaError('UNKNOWN_TOPIC_ID', `no topic has the id ${by.topicId}`)
  throw new RafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic "${by.name}" does not exist`)
}

/**
 * Checks one offset. Any offset may be committed, also one that the partition does not have.
 * @param retentionMs how long it is kept whatever the group does; -1: as the broker's configs say
 * @throws RafkaError `UNKNOWN_TOPIC_OR_PARTITION`, `OFFSET_METADATA_TOO_LARGE`
 */
export function checkedOffset(
  { clock, configs }: Pick<GroupContext, 'clock' | 'configs'>,
  topic: Topic,
  given: OffsetToCommit,
  retentionMs = -1,
): OffsetCommit {
  const { partitionIndex: partition, committedMetadata: metadata } = given
  if (topic.logs[partition] === undefined) {
    throw new RafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic "${topic.name}" has no partition ${partition}`)
  }
  const most = configs.number('offset.metadata.max.bytes')
  if (metadata !== null && metadata.length > most) {
    throw new RafkaError(
      'OFFSET_METADATA_TOO_LARGE',
      `the metadata for ${topic.name}/${partition} has ${metadata.length} characters; offset.metadata.max.bytes is ${most}`,
    )
  }
  const nowMs = clock.now()
  return {
    topicId: topic.id,
    partition,
    offset: given.committedOffset,
    leaderEpoch: given.committedLeaderEpoch,
    metadata: metadata ?? '',
    committedAtMs: nowMs,
    expiresAtMs: retentionMs < 0 ? null : nowMs + retentionMs,
  }
}
