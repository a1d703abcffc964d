import { type AssignorMember, readersByTopic, type Targets, TargetsBuilder } from './assignor.ts'
import { give, type Holder, type Share } from './share.ts'
import { shareEqually } from './share-equally.ts'
import { shareMixed } from './share-mixed.ts'

/**
 * As many partitions to each as to the others, and everybody keeps what they had as far as that allows. Where members read different topics,
 * no partition can move to a reader that has fewer by two or more.
 */
export function uniformAssignor(
  members: readonly AssignorMember[],
  partitionCounts: ReadonlyMap<string, number>,
): Targets {
  const holders = new Map(members.map(({ id }) => [id, { id, shares: new Set<Share>() }]))
  const shares = sharesOf(members, partitionCounts, holders)
  if (readAlike(members)) shareEqually(shares, [...holders.values()])
  else shareMixed(shares)
  const built = new TargetsBuilder()
  for (const { topicId, partition, holder } of shares) {
    if (holder !== undefined) built.give(holder.id, topicId, partition)
  }
  return built.targets
}

/** All partitions that somebody reads, each with whom it was with before if that one still reads it. */
function sharesOf(
  members: readonly AssignorMember[],
  partitionCounts: ReadonlyMap<string, number>,
  holders: ReadonlyMap<string, Holder>,
): Share[] {
  const former = new TargetOwners(members)
  return [...readersByTopic(members)].flatMap(([topicId, readers]) => {
    const ofTopic = readers.map(({ id }) => holders.get(id)!)
    return Array.from({ length: partitionCounts.get(topicId) ?? 0 }, (_, partition) => {
      const share: Share = { topicId, partition, readers: ofTopic, holder: undefined }
      const owner = former.of(topicId, partition)
      if (owner?.topicIds.has(topicId) === true) give(share, holders.get(owner.id)!)
      return share
    })
  })
}

function readAlike(members: readonly AssignorMember[]): boolean {
  const [first] = members
  return members.every(
    ({ topicIds }) =>
      topicIds === first!.topicIds ||
      (topicIds.size === first!.topicIds.size && [...topicIds].every((topicId) => first!.topicIds.has(topicId))),
  )
}

/** Who was to have each partition. */
class TargetOwners {
  readonly #owners = new Map<string, Map<number, AssignorMember>>()

  constructor(members: readonly AssignorMember[]) {
    for (const member of members) {
      for (const [topicId, partitions] of member.target) {
        const owners = this.#owners.get(topicId) ?? new Map<number, AssignorMember>()
        for (const partition of partitions) owners.set(partition, member)
        this.#owners.set(topicId, owners)
      }
    }
  }

  of(topicId: string, partition: number): AssignorMember | undefined {
    return this.#owners.get(topicId)?.get(partition)
  }
}
