import { describe, expect, it } from 'vitest'
import { startBroker } from '../../../support/broker-fixture.ts'
import { ConsumerGroupMember, describedGroup, partitionsOf, settle } from '../../../support/consumer-group-client.ts'

describe('N3: a partition is handed on only when it was given up', () => {
  it('one gives up and says so, then the other gets it', async () => {
    await using broker = await startBroker()
    const topicId = await broker.createTopic('t', { partitions: 2 })
    const first = new ConsumerGroupMember(broker, 'a')
    const second = new ConsumerGroupMember(broker, 'b')
    await first.join(['t'])
    expect(await second.join(['t'])).toMatchObject({ epoch: 3, assigned: {} })
    expect((await describedGroup(broker)).groupState).toBe('Reconciling')
    // It is told what to keep, in the epoch in which it had more.
    const told = await first.beat()
    expect(told).toMatchObject({ epoch: 2 })
    expect(told.assigned![topicId]).toHaveLength(1)
    // As long as it does not say that it gave up the other, nobody gets that.
    expect(await first.send({ topicPartitions: partitionsOf({ [topicId]: [0, 1] }) })).toMatchObject({ epoch: 2 })
    expect(await first.beat()).toMatchObject({ epoch: 2, assigned: null })
    expect(await second.beat()).toMatchObject({ epoch: 3, assigned: null })
    expect(await first.tell()).toMatchObject({ epoch: 3, assigned: null })
    const got = await second.beat()
    expect(got).toMatchObject({ epoch: 3 })
    expect([...first.owned[topicId]!, ...got.assigned![topicId]!].sort()).toEqual([0, 1])
    expect((await describedGroup(broker)).groupState).toBe('Stable')
  })

  it('a member that leaves frees what it had: the others get it with their next heartbeat', async () => {
    await using broker = await startBroker()
    const topicId = await broker.createTopic('t', { partitions: 4 })
    const members = ['a', 'b', 'c'].map((id) => new ConsumerGroupMember(broker, id))
    for (const member of members) await member.join(['t'])
    await settle(...members)
    await members[2]!.leave()
    expect((await describedGroup(broker)).groupState).toBe('Assigning')
    await settle(members[0]!, members[1]!)
    const all = members.slice(0, 2).flatMap(({ owned }) => owned[topicId] ?? [])
    expect(all.sort()).toEqual([0, 1, 2, 3])
    expect((await describedGroup(broker)).groupState).toBe('Stable')
  })

  it('a target that changes again meanwhile is gone to from where the member stands', async () => {
    await using broker = await startBroker()
    const topicId = await broker.createTopic('t', { partitions: 6 })
    const members = ['a', 'b', 'c', 'd'].map((id) => new ConsumerGroupMember(broker, id))
    await members[0]!.join(['t'])
    await members[1]!.join(['t'])
    await members[0]!.beat()
    await members[2]!.join(['t'])
    await members[1]!.leave()
    await members[3]!.join(['t'])
    const rest = [members[0]!, members[2]!, members[3]!]
    await settle(...rest)
    expect(rest.map(({ owned }) => owned[topicId]?.length)).toEqual([2, 2, 2])
    expect(rest.flatMap(({ owned }) => owned[topicId]!).sort()).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('one that subscribes to something else gives up the one and gets the other', async () => {
    await using broker = await startBroker()
    const [t, u] = [await broker.createTopic('t'), await broker.createTopic('u')]
    const member = new ConsumerGroupMember(broker, 'a')
    await member.join(['t'])
    expect(await member.beat({ subscribedTopicNames: ['u'] })).toMatchObject({ epoch: 2, assigned: {} })
    expect(await member.tell()).toMatchObject({ epoch: 3, assigned: { [u]: [0] } })
    expect(t).not.toBe(u)
  })

  it('the assignor that most members ask for shares out', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t', { partitions: 3 })
    const members = ['a', 'b', 'c'].map((id) => new ConsumerGroupMember(broker, id))
    await members[0]!.join(['t'])
    expect((await describedGroup(broker)).assignorName).toBe('uniform')
    await members[1]!.join(['t'], { serverAssignor: 'range' })
    expect((await describedGroup(broker)).assignorName).toBe('range')
    await members[2]!.join(['t'], { serverAssignor: 'uniform' })
    await members[0]!.beat({ serverAssignor: 'uniform' })
    expect((await describedGroup(broker)).assignorName).toBe('uniform')
  })

  it('hooks are told of a rebalance that is through, and of the last member that goes', async () => {
    const seen: unknown[] = []
    const hooks = [{ name: 'h', onGroupRebalanced: (event: unknown) => void seen.push(event) }]
    await using broker = await startBroker({ hooks })
    await broker.createTopic('t', { partitions: 2 })
    const [first, second] = [new ConsumerGroupMember(broker, 'a'), new ConsumerGroupMember(broker, 'b')]
    await first.join(['t'])
    await second.join(['t'])
    await settle(first, second)
    await first.leave()
    await second.leave()
    expect(seen).toEqual([
      { groupId: 'g', generation: 2, members: 1 },
      { groupId: 'g', generation: 3, members: 2 },
      { groupId: 'g', generation: 5, members: 0 },
    ])
  })
})
