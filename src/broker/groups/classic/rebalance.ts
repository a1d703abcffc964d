import { entryKeys } from '../../entries.ts'
import type { GroupContext } from '../group-context.ts'
import { joined, joinRefused, syncRefused } from './answers.ts'
import type { ClassicGroup } from './classic-group.ts'
import type { ClassicMember } from './classic-member.ts'
import type { MemberSessions } from './member-sessions.ts'
import { putClassicGroup } from './stored-classic-group.ts'

/** What the rules of classic groups work with. */
export interface ClassicContext extends GroupContext {
  readonly sessions: MemberSessions
}

/**
 * Something in the group has changed: begins a rebalance or, when one has begun already, sees whether it can go on.
 * Kafka's `maybePrepareRebalanceOrCompleteJoin`.
 */
export function rebalance(context: ClassicContext, group: ClassicGroup): void {
  if (group.state === 'PreparingRebalance') completeJoinWhenAllAreThere(context, group)
  else prepareRebalance(context, group)
}

/** Asks all members to join again. The first rebalance of a group waits for more of them to come (KIP-134). */
export function prepareRebalance(context: ClassicContext, group: ClassicGroup): void {
  if (group.state === 'CompletingRebalance') refuseSyncs(context, group)
  group.syncTimer?.cancel()
  const isFirst = group.state === 'Empty'
  group.enter('PreparingRebalance', context.clock.now())
  if (isFirst) {
    const delayMs = context.configs.number('group.initial.rebalance.delay.ms')
    waitForMore(context, group, delayMs, Math.max(group.rebalanceTimeoutMs - delayMs, 0))
  } else if (group.allHaveJoined) {
    completeJoin(context, group)
  } else {
    group.joinTimer = context.clock.after(group.rebalanceTimeoutMs, () => completeJoin(context, group))
  }
}

/** Ends the join phase if everybody is there. The first rebalance of all ends by its timer alone. */
export function completeJoinWhenAllAreThere(context: ClassicContext, group: ClassicGroup): void {
  if (group.state === 'PreparingRebalance' && group.allHaveJoined && group.generation > 0) completeJoin(context, group)
}

/** Takes a member out. Whoever calls this begins a rebalance after it. */
export function removeMember(group: ClassicGroup, member: ClassicMember): void {
  group.remove(member)
  member.answerJoin(joinRefused(member.id, 'UNKNOWN_MEMBER_ID'))
  member.answerSync(syncRefused('UNKNOWN_MEMBER_ID'))
}

/** A member that is gone was taken out: those who are left share its partitions. */
export function rebalanceAfterRemoval(context: ClassicContext, group: ClassicGroup): void {
  if (group.state === 'Stable' || group.state === 'CompletingRebalance') prepareRebalance(context, group)
  else completeJoinWhenAllAreThere(context, group)
}

/** A member has synced: when the last one has, nobody is waited for any more. */
export function noteSync(group: ClassicGroup, memberId: string): void {
  group.pendingSyncs.delete(memberId)
  if (group.pendingSyncs.size === 0) group.syncTimer?.cancel()
}

/** Takes away what the leader has assigned, and tells those who wait for it to join again. */
export function refuseSyncs(context: ClassicContext, group: ClassicGroup): void {
  for (const member of group.members.values()) {
    member.assignment = Buffer.alloc(0)
    if (member.answerSync(syncRefused('REBALANCE_IN_PROGRESS'))) context.sessions.renew(group, member)
  }
}

function waitForMore(context: ClassicContext, group: ClassicGroup, delayMs: number, remainingMs: number): void {
  group.newMemberAdded = false
  group.joinTimer = context.clock.after(delayMs, () => {
    if (!group.newMemberAdded || remainingMs === 0) {
      completeJoin(context, group)
      return
    }
    const nextMs = Math.min(context.configs.number('group.initial.rebalance.delay.ms'), remainingMs)
    waitForMore(context, group, nextMs, Math.max(remainingMs - delayMs, 0))
  })
}

function completeJoin(context: ClassicContext, group: ClassicGroup): void {
  group.joinTimer?.cancel()
  for (const member of [...group.members.values()]) {
    // A static member may come back within its session, and finds its place kept.
    if (member.join === null && member.instanceId === null) removeMember(group, member)
  }
  if (group.members.size > 0 && !group.electJoinedLeader()) {
    group.joinTimer = context.clock.after(group.rebalanceTimeoutMs, () => completeJoin(context, group))
    return
  }
  group.beginGeneration(context.clock.now())
  if (group.members.size === 0) storeEmpty(context, group)
  else beginSyncs(context, group)
}

function beginSyncs(context: ClassicContext, group: ClassicGroup): void {
  for (const member of group.members.values()) {
    member.answerJoin(joined(group, member))
    member.isNew = false
    context.sessions.renew(group, member)
    group.pendingSyncs.add(member.id)
  }
  expectSyncs(context, group)
}

/** A member that has joined and does not sync in time is taken out. */
function expectSyncs(context: ClassicContext, group: ClassicGroup): void {
  group.syncTimer?.cancel()
  group.syncTimer = context.clock.after(group.rebalanceTimeoutMs, () => {
    for (const id of [...group.pendingSyncs]) {
      const member = group.members.get(id)
      if (member !== undefined) removeMember(group, member)
    }
    prepareRebalance(context, group)
  })
}

/** The last member has gone. Should the disk not take it, members that a restart brings back expire by themselves. */
function storeEmpty({ storage, logger, hooks }: ClassicContext, group: ClassicGroup): void {
  storage.commit([putClassicGroup(group)]).catch((error: Error) => {
    logger('error', `entry "${entryKeys.group(group.id)}" was not written: ${error.message}`)
  })
  hooks.look('onGroupRebalanced', { groupId: group.id, generation: group.generation, members: 0 })
}
