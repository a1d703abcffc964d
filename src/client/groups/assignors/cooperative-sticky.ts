import { partitionKey } from '../../consumer/assigned-partition.ts'
import type { Assignor, AssignorMember, GroupAssignment } from './assignor.ts'
import { stickyAssignment } from './sticky-assignment.ts'

/** As Java's CooperativeStickyAssignor writes it: one int32, the generation. */
const USER_DATA_BYTES = 4

/** Keeps what members have, and takes away only what must move: that goes to its new owner in the rebalance after the one in which the old one lost it. */
export const cooperativeSticky: Assignor = {
  name: 'cooperative-sticky',
  cooperative: true,
  userData(_owned, generation) {
    const userData = Buffer.alloc(USER_DATA_BYTES)
    userData.writeInt32BE(generation)
    return userData
  },
  assign(members, partitionCounts) {
    const known = members.map(withGeneration)
    return withoutMoving(known, stickyAssignment(known, partitionCounts))
  },
}

/** Subscriptions before version 2 have the generation in the user data alone. */
function withGeneration(member: AssignorMember): AssignorMember {
  const { generation, userData } = member
  if (generation >= 0 || userData === null || userData.length < USER_DATA_BYTES) return member
  return { ...member, generation: userData.readInt32BE(0) }
}

/** What somebody else still has is nobody's in this round. */
function withoutMoving(members: readonly AssignorMember[], assignment: GroupAssignment): GroupAssignment {
  const owners = new Map<string, Set<string>>()
  for (const { memberId, owned } of members) {
    for (const key of owned.map(partitionKey)) {
      const theirs = owners.get(key)
      if (theirs === undefined) owners.set(key, new Set([memberId]))
      else theirs.add(memberId)
    }
  }
  const isFree = (memberId: string, key: string) => {
    const theirs = owners.get(key)
    return theirs === undefined || theirs.has(memberId)
  }
  return new Map(
    [...assignment].map(([memberId, partitions]) => [
      memberId,
      partitions.filter((partition) => isFree(memberId, partitionKey(partition))),
    ]),
  )
}
