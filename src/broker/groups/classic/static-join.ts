import { Waiting } from '../waiting.ts'
import { joined, joinRefused, syncRefused } from './answers.ts'
import type { ClassicGroup } from './classic-group.ts'
import { ClassicMember, type JoinAnswer, type MemberTerms } from './classic-member.ts'
import { type ClassicContext, completeJoinWhenAllAreThere, prepareRebalance, rebalance } from './rebalance.ts'
import { putClassicGroup } from './stored-classic-group.ts'

/**
 * A static member has come back under its instance id, without knowing its member id (KIP-345): it takes the place of its former self,
 * who is fenced from now on. In a stable group that keeps its protocol nothing else changes, so nobody rebalances.
 */
export function replaceStaticMember(
  context: ClassicContext,
  group: ClassicGroup,
  old: ClassicMember,
  joining: { readonly memberId: string; readonly terms: MemberTerms; readonly canSkipAssignment: boolean },
): Promise<JoinAnswer> {
  const formerLeaderId = group.leaderId
  const next = new ClassicMember(joining.memberId, old.instanceId, joining.terms)
  next.assignment = old.assignment
  const waiting = new Waiting<JoinAnswer>()
  group.replace(old, next)
  old.sessionTimer?.cancel()
  old.answerJoin(joinRefused(old.id, 'FENCED_INSTANCE_ID'))
  old.answerSync(syncRefused('FENCED_INSTANCE_ID'))
  context.sessions.renew(group, next)
  next.join = waiting
  if (group.state === 'PreparingRebalance') {
    completeJoinWhenAllAreThere(context, group)
  } else if (group.state === 'Stable' && group.nextProtocol() === group.protocolName) {
    void keepPlace(context, group, { old, next, formerLeaderId, canSkipAssignment: joining.canSkipAssignment })
  } else if (group.state === 'Stable') {
    rebalance(context, group)
  } else {
    // The leader may have been told of the old member id already, and would assign to it.
    prepareRebalance(context, group)
  }
  return waiting.answer
}

async function keepPlace(
  context: ClassicContext,
  group: ClassicGroup,
  place: {
    readonly old: ClassicMember
    readonly next: ClassicMember
    readonly formerLeaderId: string | null
    readonly canSkipAssignment: boolean
  },
): Promise<void> {
  const { old, next, formerLeaderId, canSkipAssignment } = place
  const failure = await context.storage.commit([putClassicGroup(group)]).then(
    () => undefined,
    (error: Error) => error,
  )
  // A rebalance that began meanwhile answers the join with its new generation.
  if (group.state !== 'Stable' || group.members.get(next.id) !== next) return
  if (failure !== undefined) {
    context.logger('error', `member "${next.id}" of group "${group.id}" was not written: ${failure.message}`)
    next.sessionTimer?.cancel()
    group.replace(next, old)
    context.sessions.renew(group, old)
    next.answerJoin(joinRefused(next.id, 'COORDINATOR_NOT_AVAILABLE'))
    return
  }
  // An old client that is told that it leads would assign anew, which nobody waits for: it is told of its former self.
  const listed = canSkipAssignment && group.isLeader(next.id)
  const answer = canSkipAssignment
    ? joined(group, next, { listed, skipAssignment: listed })
    : joined(group, next, { listed: false, leaderId: formerLeaderId })
  next.answerJoin(answer)
  context.sessions.renew(group, next)
}
