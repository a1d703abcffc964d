import { describe, expect, it } from 'vitest'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { firstRoundMs, GroupClient } from '../../support/group-client.ts'
import { lasting } from '../../support/lasting-engine.ts'
import { isPending, quiet } from '../../support/pending.ts'

/** Starts broker after broker on one store. */
async function onOneStore(): Promise<{ start: () => Promise<BrokerFixture> }> {
  const engine = await openMemoryEngine({ maxBytes: 2 ** 22, durability: 'none' })
  return { start: () => startBroker({ storage: lasting(engine) }) }
}

describe('groups across a restart of the broker', () => {
  it('a stable group goes on: same members, generation and assignments, nobody rebalances', async () => {
    const store = await onOneStore()
    const before = await store.start()
    await before.createTopic('t')
    const members = await new GroupClient(before).form(3, (index) => (index === 2 ? { instanceId: 'fixed' } : {}))
    await before.broker.close()
    await using after = await store.start()
    const group = new GroupClient(after)
    const described = await group.describe()
    expect(described).toMatchObject({ groupState: 'Stable', protocolType: 'consumer', protocolData: 'range' })
    expect(described.members.map(({ memberId }) => memberId).sort()).toEqual(members.map((one) => one.memberId).sort())
    for (const member of members) {
      expect(await group.heartbeat(member)).toBe('NONE')
      expect((await group.sync(member)).assignment.toString()).toBe(member.memberId)
      expect(await group.commit(1, { member })).toBe('NONE')
    }
    const follower = members.find(({ memberId, leader }) => memberId !== leader)!
    const again = { memberId: follower.memberId, instanceId: follower.memberId.startsWith('fixed') ? 'fixed' : null }
    expect(await group.join(again)).toMatchObject({ error: 'NONE', generationId: 1 })
    expect(await group.state()).toBe('Stable')
  })

  it('a member that does not come back loses its place when its session ends, counted from the start', async () => {
    const store = await onOneStore()
    const before = await store.start()
    const [leader, follower] = await new GroupClient(before).form(2)
    await before.broker.close()
    await using after = await store.start()
    const group = new GroupClient(after)
    after.clock.advance(9_999)
    expect(await group.heartbeat(leader!)).toBe('NONE')
    after.clock.advance(1)
    expect(await group.heartbeat(leader!)).toBe('REBALANCE_IN_PROGRESS')
    expect(await group.heartbeat(follower!)).toBe('UNKNOWN_MEMBER_ID')
  })

  it('a rebalance that was under way is begun again from the last generation that was assigned', async () => {
    const store = await onOneStore()
    const before = await store.start()
    const [leader] = await new GroupClient(before).form(1)
    const rejoin = new GroupClient(before).join({ memberId: leader!.memberId })
    await quiet()
    await before.broker.close()
    expect((await rejoin).error).toBe('NONE')
    await using after = await store.start()
    const group = new GroupClient(after)
    expect(await group.heartbeat({ ...leader!, generationId: 2 })).toBe('ILLEGAL_GENERATION')
    expect(await group.join({ memberId: leader!.memberId })).toMatchObject({ error: 'NONE', generationId: 2 })
  })

  it('an empty group keeps its generation, and what it was', async () => {
    const store = await onOneStore()
    const before = await store.start()
    await before.createTopic('t')
    const [member] = await new GroupClient(before).form(1)
    await new GroupClient(before).commit(4, { member: member! })
    await new GroupClient(before).leave(member!)
    await quiet()
    await before.broker.close()
    await using after = await store.start()
    const group = new GroupClient(after)
    expect(await group.describe()).toMatchObject({ groupState: 'Empty', protocolType: 'consumer' })
    expect(await group.committed()).toMatchObject([{ offset: 4 }])
    const join = group.joinNew()
    await quiet()
    after.clock.advance(firstRoundMs)
    expect(await join).toMatchObject({ generationId: 3 })
  })

  it('O10: committed offsets are there again, whatever the group and the topic are called', async () => {
    const store = await onOneStore()
    const before = await store.start()
    await before.createTopic('t', { partitions: 12 })
    const ids = ['g', 'a/b', '"quoted"', 'two\nlines', 'ünï☃', '', '/', '\ud800']
    for (const [index, id] of ids.entries()) {
      await new GroupClient(before, id).commit(index, { partition: 11, metadata: `of ${index}`, leaderEpoch: index })
    }
    await before.broker.close()
    await using after = await store.start()
    for (const [index, id] of ids.entries()) {
      const group = new GroupClient(after, id)
      expect(await group.committed()).toEqual([
        { topic: 't', partition: 11, offset: index, leaderEpoch: index, metadata: `of ${index}`, error: 'NONE' },
      ])
    }
  })

  it('O10: offsets of a topic that was deleted just before are gone', async () => {
    const engine = await openMemoryEngine({ maxBytes: 2 ** 22, durability: 'none' })
    const before = await startBroker({ storage: lasting(engine) })
    const topicId = await before.createTopic('t')
    await new GroupClient(before).commit(4)
    await before.broker.close()
    // As after a crash between the two commits of a deletion.
    await engine.commit([{ remove: `topic/${topicId}` }])
    await using after = await startBroker({ storage: lasting(engine) })
    expect(await new GroupClient(after).committed()).toEqual([])
    expect(await engine.entries('offset/')).toEqual([])
  })

  it('a static member that took its place just before keeps it', async () => {
    const store = await onOneStore()
    const before = await store.start()
    const group = new GroupClient(before)
    const [, follower] = await group.form(2, (index) => ({ instanceId: `i${index}` }))
    const instanceId = follower!.memberId.slice(0, 2)
    const back = await group.join({ instanceId })
    await before.broker.close()
    await using after = await store.start()
    const again = new GroupClient(after)
    expect(await again.heartbeat({ ...back, instanceId })).toBe('NONE')
    expect(await again.heartbeat({ ...follower!, instanceId })).toBe('FENCED_INSTANCE_ID')
    expect(await isPending(again.join({ instanceId: 'new' }))).toBe(true)
  })
})
