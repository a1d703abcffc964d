import type { TopicPartition } from '../../../core/consumer.ts'

/** A member of a group, as its leader sees it. */
export interface AssignorMember {
  readonly memberId: string
  /** Of a static member (KIP-345). */
  readonly instanceId: string | null
  readonly topics: readonly string[]
  /** Partitions that it says it has. */
  readonly owned: readonly TopicPartition[]
  /** Of the assignment that `owned` comes from; -1: not known. */
  readonly generation: number
  readonly userData: Buffer | null
}

/** Which partitions each member gets, by member id: an entry for every member. */
export type GroupAssignment = Map<string, TopicPartition[]>

/** A way to share out partitions among the members of a group. The group's leader runs it, so it decides alone. */
export interface Assignor {
  /** On the wire: the members of a group choose one by this name. */
  readonly name: string
  /** Members keep what they have while they rejoin; what moves is given up first and given away in a second round (KIP-429). */
  readonly cooperative: boolean
  /** What a member tells its leader beside topics and owned partitions. */
  userData(owned: readonly TopicPartition[], generation: number): Buffer | null
  /**
   * Shares out.
   * @param partitionCounts of the topics that exist
   */
  assign(members: readonly AssignorMember[], partitionCounts: ReadonlyMap<string, number>): GroupAssignment
}

/** Static members by their instance id, then the others by their member id: the order stays when a static member comes back under a new id. */
export function inOrder(members: readonly AssignorMember[]): AssignorMember[] {
  return [...members].sort((a, b) => {
    if (a.instanceId !== null && b.instanceId !== null) return compare(a.instanceId, b.instanceId)
    if (a.instanceId !== null) return -1
    if (b.instanceId !== null) return 1
    return compare(a.memberId, b.memberId)
  })
}

/** Topics that exist and that somebody wants, in order. */
export function wantedTopics(
  members: readonly AssignorMember[],
  partitionCounts: ReadonlyMap<string, number>,
): string[] {
  const topics = new Set(members.flatMap((member) => member.topics))
  return [...topics].filter((topic) => (partitionCounts.get(topic) ?? 0) > 0).sort(compare)
}

/** Nothing for everybody. */
export function emptyAssignment(members: readonly AssignorMember[]): GroupAssignment {
  return new Map(members.map(({ memberId }) => [memberId, []]))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
