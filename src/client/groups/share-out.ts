import type { ResponseOf } from '../../protocol/api.ts'
import type { joinGroup } from '../../protocol/apis/join-group.ts'
import { decodeSubscription, encodeAssignment } from '../../protocol/consumer-protocol.ts'
import type { Assignor, AssignorMember } from './assignors/assignor.ts'
import { byTopic, fromTopics } from './topic-partitions.ts'

type JoinedMember = ResponseOf<typeof joinGroup>['members'][number]

/**
 * The members of a group as the answer to the leader's JoinGroup lists them.
 * @throws RafkaError `MALFORMED_MESSAGE` when a member's subscription cannot be read
 */
export function readMembers(members: readonly JoinedMember[]): AssignorMember[] {
  return members.map(({ memberId, groupInstanceId, metadata }) => {
    const { topics, ownedPartitions, generationId, userData } = decodeSubscription(metadata)
    return {
      memberId,
      instanceId: groupInstanceId,
      topics,
      owned: fromTopics(ownedPartitions),
      generation: generationId,
      userData,
    }
  })
}

/** What the leader sends with SyncGroup: the bytes for each member. */
export function shareOut(
  assignor: Assignor,
  members: readonly AssignorMember[],
  partitionCounts: ReadonlyMap<string, number>,
): Array<{ memberId: string; assignment: Buffer }> {
  return [...assignor.assign(members, partitionCounts)].map(([memberId, partitions]) => ({
    memberId,
    assignment: encodeAssignment({ assignedPartitions: byTopic(partitions) }),
  }))
}
