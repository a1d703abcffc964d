import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { uniformAssignor } from '../../../../../src/broker/groups/consumer/assignors/uniform.ts'
import {
  afterwards,
  arbitraryGroup,
  countOf,
  givenTo,
  sameTargets,
  wantedPartitions,
} from '../../../../support/arbitrary-assignments.ts'

const either = fc.oneof(arbitraryGroup(), arbitraryGroup({ alike: true }))

describe('the uniform assignor', () => {
  it('gives each partition that somebody reads to exactly one who reads it', () => {
    fc.assert(
      fc.property(either, (group) => {
        const given = givenTo(uniformAssignor(group.members, group.partitionCounts))
        expect(given.map(([partition]) => partition).sort()).toEqual(wantedPartitions(group).sort())
        for (const [partition, memberId] of given) {
          const member = group.members.find(({ id }) => id === memberId)!
          expect(member.topicIds.has(partition.split('/')[0]!)).toBe(true)
        }
      }),
    )
  })

  it('gives all who read the same the same number, but for one', () => {
    fc.assert(
      fc.property(arbitraryGroup({ alike: true }), ({ members, partitionCounts }) => {
        const targets = uniformAssignor(members, partitionCounts)
        const counts = members.map(({ id }) => countOf(targets, id))
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('leaves no partition that could move to a reader with fewer by two or more', () => {
    fc.assert(
      fc.property(either, ({ members, partitionCounts }) => {
        const targets = uniformAssignor(members, partitionCounts)
        for (const [partition, holder] of givenTo(targets)) {
          const readers = members.filter(({ topicIds }) => topicIds.has(partition.split('/')[0]!))
          const least = Math.min(...readers.map(({ id }) => countOf(targets, id)))
          expect(countOf(targets, holder) - least).toBeLessThan(2)
        }
      }),
    )
  })

  it('changes nothing when nothing has changed', () => {
    fc.assert(
      fc.property(either, ({ members, partitionCounts }) => {
        const targets = uniformAssignor(members, partitionCounts)
        expect(sameTargets(uniformAssignor(afterwards(members, targets), partitionCounts), targets)).toBe(true)
      }),
    )
  })

  it('takes nothing from those who stay when one of them leaves', () => {
    fc.assert(
      fc.property(arbitraryGroup({ alike: true }), ({ members, partitionCounts }) => {
        const before = uniformAssignor(members, partitionCounts)
        const rest = afterwards(members, before).slice(1)
        const after = new Map(givenTo(uniformAssignor(rest, partitionCounts)))
        for (const [partition, holder] of givenTo(before)) {
          if (holder !== members[0]!.id) expect(after.get(partition)).toBe(holder)
        }
      }),
    )
  })

  it('moves no more than a newcomer gets', () => {
    fc.assert(
      fc.property(arbitraryGroup({ alike: true }), ({ members, partitionCounts }) => {
        const before = uniformAssignor(members, partitionCounts)
        const newcomer = { id: 'new', instanceId: null, topicIds: members[0]!.topicIds, target: new Map() }
        const after = uniformAssignor([...afterwards(members, before), newcomer], partitionCounts)
        const holders = new Map(givenTo(before))
        const moved = givenTo(after).filter(([partition, holder]) => holders.get(partition) !== holder)
        expect(moved.every(([, holder]) => holder === 'new')).toBe(true)
        expect(moved.length).toBe(countOf(after, 'new'))
      }),
    )
  })
})
