import { randomUUID } from 'node:crypto'
import { RafkaError } from '../../../core/errors.ts'
import { epochs, type HeartbeatRequest } from './check-heartbeat.ts'
import type { ConsumerContext } from './consumer-context.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { AWAY_EPOCH, ConsumerMember } from './consumer-member.ts'
import { isWithin, partitionSet } from './partition-sets.ts'

/**
 * The member that a heartbeat is of, made now when it joins.
 * @throws RafkaError `GROUP_MAX_SIZE_REACHED`, `UNKNOWN_MEMBER_ID`, `FENCED_MEMBER_EPOCH`, `FENCED_INSTANCE_ID`, `UNRELEASED_INSTANCE_ID`
 */
export function admit(context: ConsumerContext, group: ConsumerGroup, request: HeartbeatRequest): ConsumerMember {
  const { memberEpoch, instanceId } = request
  const memberId = request.memberId === '' ? randomUUID() : request.memberId
  assertRoom(context, group, memberId)
  if (memberEpoch !== epochs.join) {
    const member = group.member(memberId, instanceId)
    assertEpoch(group, member, request)
    return member
  }
  const known = instanceId === null ? group.members.get(memberId) : group.memberOfInstance(instanceId)
  if (known !== undefined && instanceId !== null) return takePlace(context, group, known, memberId)
  // It may not have got its first answer, or was fenced: it begins again, without any partition.
  return known ?? addMember(context, group, new ConsumerMember(memberId, instanceId))
}

function addMember(context: ConsumerContext, group: ConsumerGroup, member: ConsumerMember): ConsumerMember {
  // Somebody of another instance may have chosen the same id.
  const former = group.members.get(member.id)
  if (former !== undefined) group.remove(former)
  group.add(member)
  context.writer.noteMember(group, member.id)
  return member
}

/** A static member is back under its instance id, and has what its former self had. */
function takePlace(
  context: ConsumerContext,
  group: ConsumerGroup,
  former: ConsumerMember,
  memberId: string,
): ConsumerMember {
  if (former.epoch !== AWAY_EPOCH) {
    throw new RafkaError(
      'UNRELEASED_INSTANCE_ID',
      `group "${group.id}": instance "${former.instanceId}" is in use by member "${former.id}", which has not left`,
    )
  }
  const { terms, target } = former
  const standing = { ...former.standing, epoch: 0, previousEpoch: 0, progress: 'stable' } as const
  group.remove(former)
  context.writer.noteMember(group, former.id)
  return addMember(context, group, new ConsumerMember(memberId, former.instanceId, { terms, standing, target }))
}

/**
 * The epoch must be the member's, or the one before when the answer with the new one may have been lost: then it has nothing but what it was
 * told to have.
 */
function assertEpoch(
  { id }: ConsumerGroup,
  member: ConsumerMember,
  { memberEpoch, topicPartitions }: HeartbeatRequest,
): void {
  const { epoch, previousEpoch, assigned } = member.standing
  if (memberEpoch === epoch) return
  const isLate =
    memberEpoch < epoch &&
    memberEpoch === previousEpoch &&
    topicPartitions !== null &&
    isWithin(partitionSet(topicPartitions), assigned)
  if (isLate) return
  throw new RafkaError(
    'FENCED_MEMBER_EPOCH',
    `group "${id}": member "${member.id}" is in epoch ${epoch}, not ${memberEpoch}: it gives up all partitions and joins again`,
  )
}

function assertRoom({ configs }: ConsumerContext, group: ConsumerGroup, memberId: string): void {
  const most = configs.number('group.consumer.max.size')
  if (group.members.size < most || group.members.has(memberId)) return
  throw new RafkaError('GROUP_MAX_SIZE_REACHED', `group "${group.id}" has group.consumer.max.size=${most} members`)
}
