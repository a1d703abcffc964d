import type { ResponseOf } from '../../../protocol/api.ts'
import { consumerGroupHeartbeat } from '../../../protocol/apis/consumer-group-heartbeat.ts'
import { admit } from './admit.ts'
import { epochs, type HeartbeatRequest } from './check-heartbeat.ts'
import type { ConsumerContext } from './consumer-context.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import type { ConsumerMember, MemberTerms } from './consumer-member.ts'
import { leaveForNow, removeMember } from './leave.ts'
import { listed, partitionSet, samePartitions } from './partition-sets.ts'
import { nextStanding } from './reconcile.ts'
import { lookAtTopics } from './subscriptions.ts'
import { assign } from './target-assignment.ts'

type HeartbeatAnswer = ResponseOf<typeof consumerGroupHeartbeat>

/** Who sends a heartbeat, as its connection tells. */
export type Sender = Pick<MemberTerms, 'clientId' | 'clientHost'>

/**
 * A member joins, or lives: takes over what it says, shares out anew if something has changed, brings the member one step towards what it is to
 * have, and tells it. All that is durable before the answer.
 * @throws RafkaError with Kafka's error
 */
export async function heartbeatOf(
  context: ConsumerContext,
  group: ConsumerGroup,
  request: HeartbeatRequest,
  sender: Sender,
): Promise<HeartbeatAnswer> {
  const member = admit(context, group, request)
  takeTerms(context, group, member, request, sender)
  shareOut(context, group)
  reconcile(context, group, member, request)
  context.timers.renewSession(group, member)
  // What it is told is what it is now: another request may change it while the disk works.
  const { epoch, assigned } = member.standing
  await context.writer.save(group)
  const isTold = isFull(request) || member.told === undefined || !samePartitions(member.told, assigned)
  member.told = assigned
  announce(context, group)
  return consumerGroupHeartbeat.response.create({
    memberId: member.id,
    memberEpoch: epoch,
    heartbeatIntervalMs: context.configs.numberForGroup('consumer.heartbeat.interval.ms', group.id),
    assignment: isTold ? { topicPartitions: listed(assigned) } : null,
  })
}

/**
 * A member leaves, for good or (`memberEpoch` -2) for now.
 * @throws RafkaError `UNKNOWN_MEMBER_ID`, `FENCED_INSTANCE_ID`
 */
export async function leaveOf(
  context: ConsumerContext,
  group: ConsumerGroup,
  { memberId, instanceId, memberEpoch }: HeartbeatRequest,
): Promise<HeartbeatAnswer> {
  const member = group.member(memberId, instanceId)
  if (memberEpoch === epochs.leaveForNow) leaveForNow(context, group, member)
  else removeMember(context, group, member)
  await context.writer.save(group)
  return consumerGroupHeartbeat.response.create({ memberId, memberEpoch })
}

/** Where the member reads something else than before, the group's epoch grows. */
function takeTerms(
  context: ConsumerContext,
  group: ConsumerGroup,
  member: ConsumerMember,
  request: HeartbeatRequest,
  { clientId, clientHost }: Sender,
): void {
  const { terms } = member
  const { subscribedTopicNames: names } = request
  const next: MemberTerms = {
    clientId,
    clientHost,
    rackId: request.rackId ?? terms.rackId,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs === -1 ? terms.rebalanceTimeoutMs : request.rebalanceTimeoutMs,
    topicNames: names === null ? terms.topicNames : [...new Set(names)].sort(),
    topicRegex: request.subscribedTopicRegex ?? terms.topicRegex,
    serverAssignor: request.serverAssignor ?? terms.serverAssignor,
  }
  const readsElse =
    !sameNames(terms.topicNames, next.topicNames) || (terms.topicRegex ?? '') !== (next.topicRegex ?? '')
  member.terms = next
  if (readsElse) {
    group.seenRevision = -1
    raise(context, group)
  }
  if (readsElse || !sameTerms(terms, next)) context.writer.noteMember(group, member.id)
}

/** Where topics have changed, the group's epoch grows; where it has grown, everybody's target is found anew. */
function shareOut(context: ConsumerContext, group: ConsumerGroup): void {
  const before = group.epoch
  const hasChanged = lookAtTopics(context, group)
  if (hasChanged && before === group.assignmentEpoch) raise(context, group)
  if (hasChanged) context.writer.noteGroup(group)
  if (group.epoch === group.assignmentEpoch) return
  for (const { id } of assign(context, group)) context.writer.noteMember(group, id)
  context.writer.noteGroup(group)
}

function raise(context: ConsumerContext, group: ConsumerGroup): void {
  group.epoch++
  context.writer.noteGroup(group)
}

function reconcile(
  context: ConsumerContext,
  group: ConsumerGroup,
  member: ConsumerMember,
  { topicPartitions }: HeartbeatRequest,
): void {
  const next = nextStanding({
    standing: member.standing,
    target: member.target,
    assignmentEpoch: group.assignmentEpoch,
    owned: topicPartitions === null ? null : partitionSet(topicPartitions),
    isFree: (topicId, partition) => group.owners.isFreeFor(member.id, topicId, partition),
  })
  if (next === member.standing) return
  group.move(member, next)
  context.timers.watchRevocation(group, member)
  context.writer.noteMember(group, member.id)
}

/** Tells hooks of a rebalance that is through. */
function announce({ hooks }: ConsumerContext, group: ConsumerGroup): void {
  if (group.announcedEpoch === group.assignmentEpoch || group.state !== 'Stable') return
  group.announcedEpoch = group.assignmentEpoch
  hooks.look('onGroupRebalanced', {
    groupId: group.id,
    generation: group.assignmentEpoch,
    members: group.members.size,
  })
}

/** Whether it says all of itself, as one does that joins or does not know what was heard: it is told all in return. */
function isFull(request: HeartbeatRequest): boolean {
  const subscribes = request.subscribedTopicNames !== null || request.subscribedTopicRegex !== null
  return (
    request.memberEpoch === epochs.join ||
    (request.rebalanceTimeoutMs !== -1 && subscribes && request.topicPartitions !== null)
  )
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index])
}

function sameTerms(one: MemberTerms, other: MemberTerms): boolean {
  return (
    one.clientId === other.clientId &&
    one.clientHost === other.clientHost &&
    one.rackId === other.rackId &&
    one.rebalanceTimeoutMs === other.rebalanceTimeoutMs &&
    one.serverAssignor === other.serverAssignor
  )
}
