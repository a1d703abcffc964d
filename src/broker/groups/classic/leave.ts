import { RafkaError } from '../../../core/errors.ts'
import type { ClassicGroup } from './classic-group.ts'
import type { ClassicMember } from './classic-member.ts'
import { type ClassicContext, rebalanceAfterRemoval, removeMember } from './rebalance.ts'

/** Who shall leave: by member id, or a static member by its instance id alone. */
export interface Leaving {
  readonly memberId: string
  readonly groupInstanceId: string | null
}

/**
 * Takes members out of the group, in one rebalance.
 * @returns for each the error with which it is still there, or null
 */
export function leaveMembers(
  context: ClassicContext,
  group: ClassicGroup,
  leaving: readonly Leaving[],
): Array<RafkaError | null> {
  const outcomes = leaving.map((one) => leave(group, one))
  if (outcomes.includes(null)) rebalanceAfterRemoval(context, group)
  return outcomes
}

/** A member was not heard of for too long. */
export function expireMember(context: ClassicContext, group: ClassicGroup, member: ClassicMember): void {
  removeMember(group, member)
  rebalanceAfterRemoval(context, group)
}

function leave(group: ClassicGroup, { memberId, groupInstanceId }: Leaving): RafkaError | null {
  const pending = group.pendingMembers.get(memberId)
  if (pending !== undefined) {
    pending.cancel()
    group.pendingMembers.delete(memberId)
    return null
  }
  try {
    removeMember(group, find(group, memberId, groupInstanceId))
    return null
  } catch (error) {
    if (error instanceof RafkaError) return error
    throw error
  }
}

function find(group: ClassicGroup, memberId: string, instanceId: string | null): ClassicMember {
  const byInstance = memberId === '' && instanceId !== null ? group.memberOfInstance(instanceId) : undefined
  return byInstance ?? group.member(memberId, instanceId)
}
