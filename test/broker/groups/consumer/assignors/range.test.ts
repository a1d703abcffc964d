import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rangeAssignor } from '../../../../../src/broker/groups/consumer/assignors/range.ts'
import { arbitraryGroup, givenTo, sameTargets, wantedPartitions } from '../../../../support/arbitrary-assignments.ts'

describe('the range assignor', () => {
  it('gives each partition that somebody reads to exactly one who reads it', () => {
    fc.assert(
      fc.property(arbitraryGroup(), (group) => {
        const given = givenTo(rangeAssignor(group.members, group.partitionCounts))
        expect(given.map(([partition]) => partition).sort()).toEqual(wantedPartitions(group).sort())
        for (const [partition, memberId] of given) {
          const member = group.members.find(({ id }) => id === memberId)!
          expect(member.topicIds.has(partition.split('/')[0]!)).toBe(true)
        }
      }),
    )
  })

  it('gives neighbours of each topic, as many to each as to the others but for one, the first ones more', () => {
    fc.assert(
      fc.property(arbitraryGroup(), ({ members, partitionCounts }) => {
        const targets = rangeAssignor(members, partitionCounts)
        for (const [topicId, count] of partitionCounts) {
          const name = ({ instanceId, id }: (typeof members)[number]) => instanceId ?? id
          const readers = members.filter(({ topicIds }) => topicIds.has(topicId))
          readers.sort((a, b) => (name(a) < name(b) ? -1 : 1))
          const inOrder = readers.map(({ id }) => [...(targets.get(id)?.get(topicId) ?? [])])
          if (readers.length > 0) expect(inOrder.flat()).toEqual(Array.from({ length: count }, (_, index) => index))
          const sizes = inOrder.map(({ length }) => length)
          expect(sizes).toEqual([...sizes].sort((a, b) => b - a))
          expect(sizes[0] ?? 0).toBeLessThanOrEqual((sizes.at(-1) ?? 0) + 1)
        }
      }),
    )
  })

  it('shares topics of as many partitions with the same readers out alike, in whatever order members come', () => {
    fc.assert(
      fc.property(arbitraryGroup({ alike: true }), ({ members, partitionCounts }) => {
        const alike = new Map([...partitionCounts.keys()].map((topicId) => [topicId, 5]))
        const targets = rangeAssignor(members, alike)
        for (const topics of targets.values()) {
          const each = [...topics.values()].map((partitions) => [...partitions])
          for (const partitions of each) expect(partitions).toEqual(each[0])
        }
        expect(sameTargets(rangeAssignor([...members].reverse(), alike), targets)).toBe(true)
      }),
    )
  })
})
