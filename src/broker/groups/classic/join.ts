import { randomUUID } from 'node:crypto'
import { RafkaError } from '../../../core/errors.ts'
import { Waiting } from '../waiting.ts'
import { joined, joinRefused } from './answers.ts'
import type { ClassicGroup } from './classic-group.ts'
import { ClassicMember, type JoinAnswer, type MemberTerms } from './classic-member.ts'
import { type ClassicContext, completeJoinWhenAllAreThere, rebalance } from './rebalance.ts'
import { replaceStaticMember } from './static-join.ts'

/** Member ids that one group has handed out and not yet seen again: more than that is no honest crowd. */
const MAX_PENDING_MEMBERS = 10_000

/** Somebody who wants to be in the next generation. */
export interface Joining {
  /** Empty: it has none yet. */
  readonly memberId: string
  readonly instanceId: string | null
  readonly protocolType: string
  readonly terms: MemberTerms
  /** It can be told an id and sent away to join with it (KIP-394), which keeps those who never come back out of the group. */
  readonly canTakeId: boolean
  /** It understands that it leads without having to assign (version 9). */
  readonly canSkipAssignment: boolean
}

/**
 * Takes somebody into the group's next generation. The answer waits until all members have joined.
 * @throws RafkaError with Kafka's error
 */
export function joinMember(
  context: ClassicContext,
  group: ClassicGroup,
  joining: Joining,
): Promise<JoinAnswer> | JoinAnswer {
  assertRoom(context, group, joining.memberId)
  if (!group.accepts(joining.protocolType, joining.terms.protocols)) {
    throw new RafkaError(
      'INCONSISTENT_GROUP_PROTOCOL',
      `group "${group.id}": the member shares no protocol with the others, or its protocol type "${joining.protocolType}" is another`,
    )
  }
  if (joining.memberId === '') return admitNew(context, group, joining)
  if (takePending(group, joining.memberId)) return addMember(context, group, joining.memberId, joining)
  return admitKnown(context, group, joining)
}

function admitNew(context: ClassicContext, group: ClassicGroup, joining: Joining): Promise<JoinAnswer> | JoinAnswer {
  const memberId = `${joining.instanceId ?? joining.terms.clientId}-${randomUUID()}`
  if (joining.instanceId !== null) {
    const old = group.memberOfInstance(joining.instanceId)
    if (old !== undefined) return replaceStaticMember(context, group, old, { ...joining, memberId })
  } else if (joining.canTakeId) {
    expectPending(context, group, memberId, joining.terms.sessionTimeoutMs)
    return joinRefused(memberId, 'MEMBER_ID_REQUIRED')
  }
  return addMember(context, group, memberId, joining)
}

function admitKnown(context: ClassicContext, group: ClassicGroup, joining: Joining): Promise<JoinAnswer> | JoinAnswer {
  const member = group.member(joining.memberId, joining.instanceId)
  const unchanged = member.offers(joining.terms.protocols)
  // It may not have got the first answer, so it gets it again; in a stable group a leader joins to have partitions assigned anew.
  const again = unchanged && (group.state === 'CompletingRebalance' || !group.isLeader(member.id))
  if (group.state !== 'PreparingRebalance' && again) return joined(group, member)
  member.terms = joining.terms
  return waitForGeneration(context, group, member)
}

function addMember(
  context: ClassicContext,
  group: ClassicGroup,
  memberId: string,
  { instanceId, protocolType, terms }: Joining,
): Promise<JoinAnswer> {
  const member = new ClassicMember(memberId, instanceId, terms)
  member.isNew = true
  if (group.state === 'PreparingRebalance' && group.generation === 0) group.newMemberAdded = true
  group.add(member, protocolType)
  context.sessions.renew(group, member)
  return waitForGeneration(context, group, member)
}

function waitForGeneration(context: ClassicContext, group: ClassicGroup, member: ClassicMember): Promise<JoinAnswer> {
  // One that asks again has given up on its first request.
  member.answerJoin(joinRefused(member.id, 'REBALANCE_IN_PROGRESS'))
  const waiting = new Waiting<JoinAnswer>()
  member.join = waiting
  rebalance(context, group)
  return waiting.answer
}

/** @throws RafkaError `GROUP_MAX_SIZE_REACHED` */
function assertRoom({ configs }: ClassicContext, group: ClassicGroup, memberId: string): void {
  const most = configs.number('group.max.size')
  const known = group.members.get(memberId)
  if (group.state === 'Empty') return
  // In a rebalance it counts who has come already, for some of the members may be gone.
  const rebalances = group.state === 'PreparingRebalance'
  const hasPlace = rebalances ? (known?.join ?? null) !== null : known !== undefined
  if (hasPlace || (rebalances ? group.awaitingJoin : group.members.size) < most) return
  if (known !== undefined) group.remove(known)
  throw new RafkaError('GROUP_MAX_SIZE_REACHED', `group "${group.id}" has group.max.size=${most} members`)
}

/** @throws RafkaError `GROUP_MAX_SIZE_REACHED` */
function expectPending(context: ClassicContext, group: ClassicGroup, memberId: string, timeoutMs: number): void {
  if (group.pendingMembers.size >= MAX_PENDING_MEMBERS) {
    throw new RafkaError(
      'GROUP_MAX_SIZE_REACHED',
      `group "${group.id}" waits for ${MAX_PENDING_MEMBERS} members that were given an id and have not joined`,
    )
  }
  const timer = context.clock.after(timeoutMs, () => {
    group.pendingMembers.delete(memberId)
    completeJoinWhenAllAreThere(context, group)
  })
  group.pendingMembers.set(memberId, timer)
}

/** @returns whether the id was handed out and waits to be used */
function takePending(group: ClassicGroup, memberId: string): boolean {
  group.pendingMembers.get(memberId)?.cancel()
  return group.pendingMembers.delete(memberId)
}
