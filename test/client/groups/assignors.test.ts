import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { partitionKey } from '../../../src/client/consumer/assigned-partition.ts'
import type { Assignor, AssignorMember, GroupAssignment } from '../../../src/client/groups/assignors/assignor.ts'
import { assignorsNamed } from '../../../src/client/groups/assignors/index.ts'
import type { TopicPartition } from '../../../src/core/consumer.ts'
import type { AssignorName } from '../../../src/core/rafka.ts'

const names: readonly AssignorName[] = ['range', 'round-robin', 'sticky', 'cooperative-sticky']

function assignor(name: AssignorName): Assignor {
  return assignorsNamed([name])[0]!
}

function member(memberId: string, topics: readonly string[], extra: Partial<AssignorMember> = {}): AssignorMember {
  return { memberId, topics, instanceId: null, owned: [], generation: -1, userData: null, ...extra }
}

/** `t` with partitions 0, 2 is `t0`, `t2`. */
function short(partitions: readonly TopicPartition[] | undefined): string[] {
  return (partitions ?? []).map(({ topic, partition }) => `${topic}${partition}`)
}

function parts(topic: string, ...partitions: number[]): TopicPartition[] {
  return partitions.map((partition) => ({ topic, partition }))
}

/** What the members have now, as they tell it the next time. */
function rejoin(using: Assignor, members: readonly AssignorMember[], had: GroupAssignment, generation: number) {
  return members.map((each) => {
    const owned = had.get(each.memberId) ?? []
    const userData = using.userData(owned, generation)
    // Who gives up everything before it rejoins owns nothing.
    return { ...each, owned: using.cooperative ? owned : [], generation, userData }
  })
}

const topicNames = ['a', 'b', 'c', 'd']
const counts = fc
  .tuple(...topicNames.map(() => fc.integer({ min: 0, max: 12 })))
  .map((sizes) => new Map(topicNames.map((topic, index) => [topic, sizes[index] ?? 0] as const)))
const groups = fc
  .uniqueArray(
    fc.record({
      memberId: fc.string({ minLength: 1, maxLength: 3 }),
      instanceId: fc.option(fc.string({ minLength: 1, maxLength: 3 })),
      topics: fc.subarray(topicNames, { minLength: 1 }),
    }),
    { selector: ({ memberId }) => memberId, minLength: 1, maxLength: 9 },
  )
  .map((members) => members.map((each) => member(each.memberId, each.topics, { instanceId: each.instanceId })))
const equalGroups = groups.map((members) => members.map((each) => ({ ...each, topics: topicNames })))

/** Every partition that somebody wants, each once. */
function wanted(members: readonly AssignorMember[], sizes: ReadonlyMap<string, number>): string[] {
  return topicNames
    .filter((topic) => members.some(({ topics }) => topics.includes(topic)))
    .flatMap((topic) => Array.from({ length: sizes.get(topic) ?? 0 }, (_, partition) => `${topic}${partition}`))
}

function sizesOf(assignment: GroupAssignment): number[] {
  return [...assignment.values()].map(({ length }) => length)
}

describe.each(names)('%s', (name) => {
  const using = assignor(name)

  test('gives each partition to one member that wants its topic', () => {
    fc.assert(
      fc.property(groups, counts, (members, sizes) => {
        const assignment = using.assign(members, sizes)
        expect([...assignment.keys()].sort()).toEqual(members.map(({ memberId }) => memberId).sort())
        const given = [...assignment.values()].flat()
        expect(short(given).sort()).toEqual(wanted(members, sizes).sort())
        for (const { memberId, topics } of members) {
          for (const { topic } of assignment.get(memberId) ?? []) expect(topics).toContain(topic)
        }
      }),
    )
  })

  test('does not depend on the order in which the members joined', () => {
    fc.assert(
      fc.property(equalGroups, counts, (members, sizes) => {
        const forward = using.assign(members, sizes)
        const backward = using.assign([...members].reverse(), sizes)
        const instances = members.map(({ instanceId }) => instanceId).filter((id) => id !== null)
        fc.pre(new Set(instances).size === instances.length)
        for (const { memberId } of members) expect(short(forward.get(memberId))).toEqual(short(backward.get(memberId)))
      }),
    )
  })
})

describe.each(['round-robin', 'sticky', 'cooperative-sticky'] as const)('%s among equals', (name) => {
  test('gives nobody two more than another', () => {
    fc.assert(
      fc.property(equalGroups, counts, (members, sizes) => {
        const given = sizesOf(assignor(name).assign(members, sizes))
        expect(Math.max(...given) - Math.min(...given)).toBeLessThanOrEqual(1)
      }),
    )
  })
})

describe.each(['sticky', 'cooperative-sticky'] as const)('%s', (name) => {
  const using = assignor(name)

  test('leaves no partition with a member that has two more than another who wants it', () => {
    fc.assert(
      fc.property(groups, counts, (members, sizes) => {
        const assignment = using.assign(members, sizes)
        for (const [memberId, partitions] of assignment) {
          for (const { topic } of partitions) {
            const takers = members.filter(({ topics }) => topics.includes(topic))
            const least = Math.min(...takers.map((taker) => assignment.get(taker.memberId)?.length ?? 0))
            expect(partitions.length - least, `${memberId} has ${topic}`).toBeLessThan(2)
          }
        }
      }),
    )
  })

  test('changes nothing when nothing changed', () => {
    fc.assert(
      fc.property(groups, counts, (members, sizes) => {
        const first = using.assign(members, sizes)
        const second = using.assign(rejoin(using, members, first, 1), sizes)
        for (const [memberId, had] of first) expect(short(second.get(memberId)).sort()).toEqual(short(had).sort())
      }),
    )
  })

  test('moves only what balance demands when a member comes or goes', () => {
    fc.assert(
      fc.property(equalGroups, counts, fc.boolean(), (members, sizes, goes) => {
        const first = using.assign(members, sizes)
        const rejoined = rejoin(using, members, first, 1)
        const changed = goes ? rejoined.slice(1) : [...rejoined, member('newcomer', topicNames)]
        fc.pre(changed.length > 0)
        const total = [...first.values()].flat().length
        const least = Math.floor(total / changed.length)
        const second = using.assign(changed, sizes)
        for (const { memberId } of changed) {
          const [had, has] = [first.get(memberId) ?? [], second.get(memberId) ?? []]
          const kept = had.filter((each) => has.some((other) => partitionKey(other) === partitionKey(each)))
          // A member that stays keeps all that it may keep, and is only ever cut down to its fair share.
          expect(kept.length).toBeGreaterThanOrEqual(Math.min(had.length, least))
        }
      }),
    )
  })
})

test('cooperative-sticky gives away in a second round what somebody still has', () => {
  fc.assert(
    fc.property(equalGroups, counts, (members, sizes) => {
      const using = assignor('cooperative-sticky')
      const grown = [...members, member('newcomer', topicNames)]
      let had = using.assign(members, sizes)
      for (let generation = 1; generation <= 2; generation += 1) {
        const given = using.assign(rejoin(using, grown, had, generation), sizes)
        for (const [memberId, partitions] of given) {
          const others = [...had].filter(([other]) => other !== memberId).flatMap(([, theirs]) => short(theirs))
          for (const each of short(partitions)) expect(others).not.toContain(each)
        }
        had = given
      }
      const settled = sizesOf(had)
      expect(short([...had.values()].flat()).sort()).toEqual(wanted(grown, sizes).sort())
      expect(Math.max(...settled) - Math.min(...settled)).toBeLessThanOrEqual(1)
    }),
  )
})

test('range gives neighbours, and the same numbers of each topic to the same member', () => {
  const members = [member('m2', ['a', 'b']), member('m1', ['a', 'b']), member('m3', ['b'])]
  const assignment = assignor('range').assign(
    members,
    new Map([
      ['a', 3],
      ['b', 3],
    ]),
  )
  expect(short(assignment.get('m1'))).toEqual(['a0', 'a1', 'b0'])
  expect(short(assignment.get('m2'))).toEqual(['a2', 'b1'])
  expect(short(assignment.get('m3'))).toEqual(['b2'])
})

test('round-robin passes over members that do not want a topic', () => {
  const members = [member('m1', ['a']), member('m2', ['a', 'b']), member('m3', ['a', 'b', 'c'])]
  const sizes = new Map([
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ])
  const assignment = assignor('round-robin').assign(members, sizes)
  expect(short(assignment.get('m1'))).toEqual(['a0'])
  expect(short(assignment.get('m2'))).toEqual(['b0'])
  expect(short(assignment.get('m3'))).toEqual(['b1', 'c0', 'c1', 'c2'])
})

test('static members stand in the order of their instance ids, before the others', () => {
  const members = [
    member('zz', ['a'], { instanceId: '1' }),
    member('aa', ['a']),
    member('yy', ['a'], { instanceId: '0' }),
  ]
  const assignment = assignor('range').assign(members, new Map([['a', 3]]))
  expect([...assignment].map(([memberId, partitions]) => [memberId, ...short(partitions)]).sort()).toEqual([
    ['aa', 'a2'],
    ['yy', 'a0'],
    ['zz', 'a1'],
  ])
})

test('of two owners the younger generation keeps the partition, and of one generation neither has a claim', () => {
  const using = assignor('cooperative-sticky')
  const older = member('older', ['a'], { owned: parts('a', 0, 1), generation: 4 })
  const younger = member('younger', ['a'], { owned: parts('a', 0, 1), generation: 5 })
  const kept = using.assign([older, younger], new Map([['a', 4]]))
  expect(short(kept.get('younger'))).toEqual(['a0', 'a1'])
  const twins = using.assign([{ ...older, generation: 5 }, younger], new Map([['a', 2]]))
  expect(sizesOf(twins)).toEqual([1, 1])
})

test('sticky reads user data of both versions, and takes no notice of what it cannot read', () => {
  const using = assignor('sticky')
  const mine = using.userData(parts('a', 1, 3), 7)
  expect(mine?.toString('hex')).toBe('00000001000161000000020000000100000003' + '00000007')
  const sizes = new Map([['a', 4]])
  for (const userData of [mine, mine!.subarray(0, -4)]) {
    const kept = using.assign([member('m1', ['a']), member('m2', ['a'], { userData })], sizes)
    expect(short(kept.get('m2'))).toEqual(['a1', 'a3'])
  }
  const garbled = using.assign([member('m1', ['a'], { userData: Buffer.from('what?') })], sizes)
  expect(short(garbled.get('m1'))).toHaveLength(4)
})

test('cooperative-sticky tells its generation in four bytes, and reads it where the subscription has none', () => {
  const using = assignor('cooperative-sticky')
  expect(using.userData([], 258)?.toString('hex')).toBe('00000102')
  const [old, young] = [Buffer.from('00000001', 'hex'), Buffer.from('00000002', 'hex')]
  const kept = using.assign(
    [
      member('m1', ['a'], { owned: parts('a', 0), userData: old }),
      member('m2', ['a'], { owned: parts('a', 0), userData: young }),
    ],
    new Map([['a', 1]]),
  )
  expect(short(kept.get('m2'))).toEqual(['a0'])
})

test('names that are none are refused', () => {
  expect(() => assignorsNamed([])).toThrow(/at least one assignor/)
  expect(() => assignorsNamed(['best' as AssignorName])).toThrow(/"best"/)
  expect(assignorsNamed(['round-robin']).map(({ name }) => name)).toEqual(['roundrobin', 'RoundRobinAssigner'])
})
