import type { ErrorName } from '../../../core/errors.ts'
import { joinGroup } from '../../../protocol/apis/join-group.ts'
import { syncGroup } from '../../../protocol/apis/sync-group.ts'
import { errorCode } from '../../../protocol/error-codes.ts'
import type { ClassicGroup } from './classic-group.ts'
import type { ClassicMember, JoinAnswer, SyncAnswer } from './classic-member.ts'

/** A join that ends with an error. */
export function joinRefused(memberId: string, error: ErrorName): JoinAnswer {
  return joinGroup.response.create({ errorCode: errorCode(error), protocolName: null, memberId })
}

/** A member's place in the current generation. The leader gets the members, for it assigns. */
export function joined(
  group: ClassicGroup,
  member: ClassicMember,
  { leaderId = group.leaderId, listed = group.isLeader(member.id), skipAssignment = false } = {},
): JoinAnswer {
  return joinGroup.response.create({
    generationId: group.generation,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    leader: leaderId ?? '',
    memberId: member.id,
    skipAssignment,
    members: listed ? membersForLeader(group) : [],
  })
}

/** A sync that ends with an error. */
export function syncRefused(error: ErrorName): SyncAnswer {
  return syncGroup.response.create({ errorCode: errorCode(error) })
}

/** What the leader gave to a member. */
export function synced(group: ClassicGroup, { assignment }: ClassicMember): SyncAnswer {
  return syncGroup.response.create({
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    assignment,
  })
}

function membersForLeader(group: ClassicGroup): JoinAnswer['members'] {
  return [...group.members.values()].map((member) => ({
    memberId: member.id,
    groupInstanceId: member.instanceId,
    metadata: member.metadataFor(group.protocolName),
  }))
}
