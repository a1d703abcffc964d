import fc from 'fast-check'
import type { AssignorMember, Targets } from '../../src/broker/groups/consumer/assignors/assignor.ts'
import { samePartitions } from '../../src/broker/groups/consumer/partition-sets.ts'

/** A group to share partitions out in. */
export interface ArbitraryGroup {
  readonly members: readonly AssignorMember[]
  readonly partitionCounts: ReadonlyMap<string, number>
}

/** Groups of up to eight members and six topics; `alike`: all read the same topics. */
export function arbitraryGroup({ alike = false } = {}): fc.Arbitrary<ArbitraryGroup> {
  const topics = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 })
  return topics.chain((counts) => {
    const topicIds = counts.map((_, index) => `topic-${index}`)
    const member = fc.record({ static: fc.boolean(), reads: fc.subarray(topicIds), had: fc.infiniteStream(fc.nat(9)) })
    return fc.array(member, { minLength: 1, maxLength: 8 }).map((drawn) => ({
      partitionCounts: new Map(topicIds.map((id, index) => [id, counts[index]!])),
      members: withTargets(
        drawn.map(({ static: isStatic, reads }, index) => ({
          id: `member-${index}`,
          instanceId: isStatic ? `instance-${index}` : null,
          topicIds: new Set(alike ? topicIds : reads),
        })),
        counts,
        drawn[0]!.had,
      ),
    }))
  })
}

/** Members as they are when they were given `targets`. */
export function afterwards(members: readonly AssignorMember[], targets: Targets): AssignorMember[] {
  return members.map((member) => ({ ...member, target: targets.get(member.id) ?? new Map() }))
}

/** Every partition that is given, as `topic/partition`, with whom it is given to. */
export function givenTo(targets: Targets): Array<readonly [partition: string, memberId: string]> {
  return [...targets].flatMap(([memberId, topics]) =>
    [...topics].flatMap(([topicId, partitions]) =>
      [...partitions].map((partition) => [`${topicId}/${partition}`, memberId] as const),
    ),
  )
}

export function countOf(targets: Targets, memberId: string): number {
  return givenTo(targets).filter(([, holder]) => holder === memberId).length
}

/** Every partition of a topic that somebody reads. */
export function wantedPartitions({ members, partitionCounts }: ArbitraryGroup): string[] {
  const read = new Set(members.flatMap(({ topicIds }) => [...topicIds]))
  return [...partitionCounts].flatMap(([topicId, count]) =>
    read.has(topicId) ? Array.from({ length: count }, (_, partition) => `${topicId}/${partition}`) : [],
  )
}

export function sameTargets(one: Targets, other: Targets): boolean {
  const ids = new Set([...one.keys(), ...other.keys()])
  return [...ids].every((id) => samePartitions(one.get(id) ?? new Map(), other.get(id) ?? new Map()))
}

/** What members had before: some of the partitions, each with one of them, also of topics that they read no longer. */
function withTargets(
  members: ReadonlyArray<Omit<AssignorMember, 'target'>>,
  counts: readonly number[],
  choices: Iterator<number>,
): AssignorMember[] {
  const targets = members.map(() => new Map<string, Set<number>>())
  counts.forEach((count, topic) => {
    for (let partition = 0; partition < count + 1; partition++) {
      const target = targets[choices.next().value as number]
      if (target === undefined) continue
      const partitions = target.get(`topic-${topic}`) ?? new Set<number>()
      target.set(`topic-${topic}`, partitions.add(partition))
    }
  })
  return members.map((member, index) => ({ ...member, target: targets[index]! }))
}
