import { RafkaError } from '../../../core/errors.ts'
import type { Committer } from '../classic/validate-commit.ts'
import type { Place } from '../offsets/group-offsets.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import type { ConsumerMember } from './consumer-member.ts'

/** First version of OffsetCommit whose clients know STALE_MEMBER_EPOCH. */
const FIRST_VERSION_WITH_MEMBER_EPOCH = 9

/**
 * Checks that a committer may commit offsets of these partitions: a member in its epoch, or in an earlier one since which the partitions are
 * its own (KIP-1251); anybody when there are no members.
 * @param transactional as part of a transaction, where old clients do not say who they are (KIP-447), and know of generations only
 * @throws RafkaError `UNKNOWN_MEMBER_ID`, `STALE_MEMBER_EPOCH` (transactional: `ILLEGAL_GENERATION`), `UNSUPPORTED_VERSION`
 */
export function validateConsumerCommit(
  group: ConsumerGroup,
  { memberId, groupInstanceId, generationIdOrMemberEpoch: epoch }: Committer,
  places: Iterable<Place>,
  { version, transactional }: { readonly version: number; readonly transactional: boolean },
): void {
  if (epoch < 0 && group.members.size === 0) return
  if (transactional && epoch === -1 && memberId === '' && groupInstanceId === null) return
  const member = group.member(memberId, null)
  if (!transactional && version < FIRST_VERSION_WITH_MEMBER_EPOCH) {
    throw new RafkaError('UNSUPPORTED_VERSION', `members of group "${group.id}" commit offsets with version 9 or later`)
  }
  if (epoch === member.epoch) return
  const isTooLate = epoch > member.epoch || [...places].some((place) => !isSince(member, place, epoch))
  if (isTooLate) throw stale(group, member, epoch, transactional ? 'ILLEGAL_GENERATION' : 'STALE_MEMBER_EPOCH')
}

/**
 * Checks that a member may read the group's offsets.
 * @param memberId null: it is no member, or does not say so
 * @throws RafkaError `UNKNOWN_MEMBER_ID`, `STALE_MEMBER_EPOCH`
 */
export function validateConsumerFetch(group: ConsumerGroup, memberId: string | null, epoch: number): void {
  if (memberId === null && epoch < 0) return
  const member = group.member(memberId ?? '', null)
  if (epoch !== member.epoch) throw stale(group, member, epoch, 'STALE_MEMBER_EPOCH')
}

function isSince({ standing }: ConsumerMember, { topicId, partition }: Place, epoch: number): boolean {
  const since = standing.assigned.get(topicId)?.get(partition) ?? standing.revoking.get(topicId)?.get(partition)
  return since !== undefined && since <= epoch
}

function stale(
  { id }: ConsumerGroup,
  member: ConsumerMember,
  epoch: number,
  code: 'STALE_MEMBER_EPOCH' | 'ILLEGAL_GENERATION',
): RafkaError {
  return new RafkaError(code, `group "${id}": member "${member.id}" is in epoch ${member.epoch}, not ${epoch}`)
}
