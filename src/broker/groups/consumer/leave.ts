import { RafkaError } from '../../../core/errors.ts'
import type { Leaving } from '../classic/leave.ts'
import type { ConsumerContext } from './consumer-context.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { AWAY_EPOCH, type ConsumerMember, type Standing } from './consumer-member.ts'
import { type Holdings, noHoldings } from './partition-sets.ts'

/** Takes a member out: the others share what it had, with their next heartbeats. */
export function removeMember(context: ConsumerContext, group: ConsumerGroup, member: ConsumerMember): void {
  group.remove(member)
  group.epoch++
  context.writer.noteMember(group, member.id)
  context.writer.noteGroup(group)
  if (group.members.size > 0) return
  group.topics = new Set()
  group.announcedEpoch = group.epoch
  context.hooks.look('onGroupRebalanced', { groupId: group.id, generation: group.epoch, members: 0 })
}

/**
 * Takes members out for an administrator: by member id, or a static member by its instance id alone.
 * @returns for each the error with which it is still there, or null
 */
export async function removeMembers(
  context: ConsumerContext,
  group: ConsumerGroup,
  leaving: readonly Leaving[],
): Promise<Array<RafkaError | null>> {
  const outcomes = leaving.map(({ memberId, groupInstanceId }) => {
    try {
      const byInstance =
        memberId === '' && groupInstanceId !== null ? group.memberOfInstance(groupInstanceId) : undefined
      removeMember(context, group, byInstance ?? group.member(memberId, groupInstanceId))
      return null
    } catch (error) {
      if (error instanceof RafkaError) return error
      throw error
    }
  })
  await context.writer.save(group)
  return outcomes
}

/** A static member goes and is to come back within its session: its place is kept. */
export function leaveForNow(context: ConsumerContext, group: ConsumerGroup, member: ConsumerMember): void {
  const standing: Standing = {
    ...member.standing,
    epoch: AWAY_EPOCH,
    assigned: sinceEver(member.standing.assigned),
    revoking: noHoldings,
  }
  group.move(member, standing)
  member.rebalanceTimer?.cancel()
  context.writer.noteMember(group, member.id)
}

/** A member has to go. Should the disk not take it, one that a restart brings back goes by itself. */
export function expireMember(
  context: ConsumerContext,
  group: ConsumerGroup,
  member: ConsumerMember,
  why: string,
): void {
  if (group.members.get(member.id) !== member) return
  context.logger('info', `member "${member.id}" of group "${group.id}" ${why}: it was taken out`)
  removeMember(context, group, member)
  context.writer.save(group).catch((error: Error) => {
    context.logger('error', error.message)
  })
}

/** It comes back in a lower epoch than it was given them. */
function sinceEver(holdings: Holdings): Holdings {
  return new Map(
    [...holdings].map(([topicId, partitions]) => [topicId, new Map([...partitions.keys()].map((one) => [one, 0]))]),
  )
}
