import type { TopicPartition } from '../../../core/consumer.ts'
import { array, int32, string } from '../../../protocol/field.ts'
import { message } from '../../../protocol/message.ts'
import { Reader } from '../../../protocol/reader.ts'
import { Writer } from '../../../protocol/writer.ts'
import { byTopic, fromTopics } from '../topic-partitions.ts'
import type { Assignor, AssignorMember } from './assignor.ts'
import { stickyAssignment } from './sticky-assignment.ts'

/** As Java's StickyAssignor writes it: version 0 has no generation. Nothing says which version it is but its length. */
const stickyUserData = message(
  'StickyAssignor user data',
  { versions: [0, 1], flexibleSince: null },
  {
    previousAssignment: array({ topic: string, partitions: array(int32) }),
    generation: int32.since(1).default(-1),
  },
)

/** Entries of all lists of one member's user data, at most. */
const MAX_ELEMENTS = 1_000_000

/** Keeps what members had, though they give up everything before they rejoin: they tell the leader what it was. */
export const sticky: Assignor = {
  name: 'sticky',
  cooperative: false,
  userData: encodeUserData,
  assign: (members, partitionCounts) => stickyAssignment(members.map(withPrevious), partitionCounts),
}

function encodeUserData(owned: readonly TopicPartition[], generation: number): Buffer | null {
  if (owned.length === 0) return null
  const writer = new Writer()
  stickyUserData.codec(1).write(writer, { previousAssignment: byTopic(owned), generation })
  return Buffer.concat(writer.finish())
}

function withPrevious(member: AssignorMember): AssignorMember {
  const { userData } = member
  if (userData === null || userData.length === 0) return { ...member, owned: [], generation: -1 }
  try {
    const { previousAssignment, generation } = decodeUserData(userData)
    return { ...member, owned: fromTopics(previousAssignment), generation }
  } catch {
    // What cannot be read is another client's affair: that member is given partitions as a new one is.
    return { ...member, owned: [], generation: -1 }
  }
}

function decodeUserData(userData: Buffer) {
  try {
    return stickyUserData.codec(1).read(new Reader(userData, 0, MAX_ELEMENTS))
  } catch {
    return stickyUserData.codec(0).read(new Reader(userData, 0, MAX_ELEMENTS))
  }
}
