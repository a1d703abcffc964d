import type { TopicPartition } from '../../../core/consumer.ts'
import { partitionKey } from '../../consumer/assigned-partition.ts'
import { type AssignorMember, type GroupAssignment, inOrder, wantedTopics } from './assignor.ts'

/** One partition to be given to somebody. */
interface Share extends TopicPartition {
  /** Who may have it. */
  readonly takers: readonly Holder[]
  holder: Holder | undefined
}

/** One member, and how many partitions it has. */
interface Holder {
  readonly memberId: string
  count: number
}

/**
 * Everybody keeps what they had as far as balance allows: then no partition can move to a member that has fewer by two or more. What nobody had goes to
 * who has least.
 *
 * Two members may say that they own the same partition, when one of them missed a rebalance: the younger generation is right, and of the same one, neither.
 */
export function stickyAssignment(
  members: readonly AssignorMember[],
  partitionCounts: ReadonlyMap<string, number>,
): GroupAssignment {
  const holders = new Map(inOrder(members).map(({ memberId }) => [memberId, { memberId, count: 0 }]))
  const shares = sharesOf(members, partitionCounts, holders)
  const owners = ownersOf(members)
  for (const share of shares) {
    const owner = holders.get(owners.get(partitionKey(share)) ?? '')
    if (owner !== undefined && share.takers.includes(owner)) give(share, owner)
  }
  // Those with the least choice first: the others can even out what they leave.
  const free = shares.filter(({ holder }) => holder === undefined).sort((a, b) => a.takers.length - b.takers.length)
  for (const share of free) give(share, leastOf(share.takers))
  balance(shares)
  return assignmentOf(members, shares)
}

function sharesOf(
  members: readonly AssignorMember[],
  partitionCounts: ReadonlyMap<string, number>,
  holders: ReadonlyMap<string, Holder>,
): Share[] {
  const subscribers = new Map<string, Set<string>>()
  for (const { memberId, topics } of members) {
    for (const topic of topics) {
      const theirs = subscribers.get(topic)
      if (theirs === undefined) subscribers.set(topic, new Set([memberId]))
      else theirs.add(memberId)
    }
  }
  return wantedTopics(members, partitionCounts).flatMap((topic) => {
    const takers = [...holders.values()].filter(({ memberId }) => subscribers.get(topic)?.has(memberId))
    return Array.from({ length: partitionCounts.get(topic) ?? 0 }, (_, partition) => ({
      topic,
      partition,
      takers,
      holder: undefined,
    }))
  })
}

/** Who had each partition last, by `partitionKey`; undefined where that is in doubt. */
function ownersOf(members: readonly AssignorMember[]): Map<string, string | undefined> {
  const owners = new Map<string, { memberId: string | undefined; generation: number }>()
  for (const { memberId, owned, generation } of members) {
    for (const key of new Set(owned.map(partitionKey))) {
      const known = owners.get(key)
      if (known === undefined || known.generation < generation) owners.set(key, { memberId, generation })
      else if (known.generation === generation) known.memberId = undefined
    }
  }
  return new Map([...owners].map(([key, { memberId }]) => [key, memberId]))
}

/** Each move brings two counts nearer to each other, so it comes to an end. */
function balance(shares: readonly Share[]): void {
  for (let moved = true; moved; ) {
    moved = false
    for (const share of shares) {
      const least = leastOf(share.takers)
      if (share.holder === undefined || share.holder.count - least.count < 2) continue
      give(share, least)
      moved = true
    }
  }
}

function leastOf(takers: readonly Holder[]): Holder {
  return takers.reduce((least, each) => (each.count < least.count ? each : least))
}

function give(share: Share, holder: Holder): void {
  if (share.holder !== undefined) share.holder.count -= 1
  share.holder = holder
  holder.count += 1
}

function assignmentOf(members: readonly AssignorMember[], shares: readonly Share[]): GroupAssignment {
  const assignment: GroupAssignment = new Map(members.map(({ memberId }) => [memberId, []]))
  for (const { topic, partition, holder } of shares) {
    assignment.get(holder?.memberId ?? '')?.push({ topic, partition })
  }
  return assignment
}
