import { describe, expect, it } from 'vitest'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { FaultyEngine } from '../../support/faulty-engine.ts'
import { firstRoundMs, GroupClient, type Joined } from '../../support/group-client.ts'
import { isPending, quiet } from '../../support/pending.ts'

/** A group whose members have joined and not synced; the leader comes first. */
async function joinedGroup(group: GroupClient, count: number): Promise<Joined[]> {
  const joins = Array.from({ length: count }, () => group.joinNew())
  await quiet()
  group.broker.clock.advance(firstRoundMs)
  const members = await Promise.all(joins)
  return members.sort((a, b) => Number(b.memberId === b.leader) - Number(a.memberId === a.leader))
}

describe('syncing a classic group', () => {
  it('gives each member what the leader assigned to it, byte for byte', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [leader, ...followers] = await joinedGroup(group, 3)
    const assignments = Object.fromEntries(
      [leader!, ...followers].map(({ memberId }, index) => [memberId, Buffer.from([0, 255, index])]),
    )
    const early = group.sync(followers[0]!)
    expect(await isPending(early)).toBe(true)
    const ofLeader = await group.sync(leader!, assignments)
    const late = await group.sync(followers[1]!)
    expect(ofLeader).toMatchObject({ error: 'NONE', protocolType: 'consumer', protocolName: 'range' })
    const got = [ofLeader, await early, late].map(({ assignment }) => [...assignment])
    expect(got).toEqual([
      [0, 255, 0],
      [0, 255, 1],
      [0, 255, 2],
    ])
    expect(await group.state()).toBe('Stable')
  })

  it('G9: a sync during the join phase, of another generation or under another protocol is refused', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [leader, follower] = await joinedGroup(group, 2)
    expect((await group.sync({ ...follower!, generationId: 2 })).error).toBe('ILLEGAL_GENERATION')
    expect((await group.sync({ ...follower!, memberId: 'nobody' })).error).toBe('UNKNOWN_MEMBER_ID')
    expect((await group.sync(follower!, {}, { protocolType: 'connect' })).error).toBe('INCONSISTENT_GROUP_PROTOCOL')
    expect((await group.sync(follower!, {}, { protocolName: 'other' })).error).toBe('INCONSISTENT_GROUP_PROTOCOL')
    await group.syncAll([leader!, follower!])
    void group.joinNew()
    await quiet()
    expect((await group.sync(follower!)).error).toBe('REBALANCE_IN_PROGRESS')
  })

  it('G9: in a stable group a sync gives the assignment that there is; a member that the leader left out has none', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [leader, follower] = await joinedGroup(group, 2)
    await group.sync(leader!, { [leader!.memberId]: 'everything', stranger: 'ignored' })
    expect(await group.sync(follower!)).toMatchObject({ error: 'NONE', assignment: Buffer.alloc(0) })
    expect((await group.sync(leader!)).assignment.toString()).toBe('everything')
  })

  it('G9: a group without members, or that is not there, knows no member', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    expect((await group.sync({ memberId: 'm', generationId: 1 })).error).toBe('UNKNOWN_MEMBER_ID')
    const [only] = await group.form(1)
    await group.leave(only!)
    expect(await group.state()).toBe('Empty')
    expect((await group.sync(only!)).error).toBe('UNKNOWN_MEMBER_ID')
    expect((await new GroupClient(broker, '').sync(only!)).error).toBe('INVALID_GROUP_ID')
  })

  it('G10: a new rebalance sends all who wait for the leader away; none of them is given an assignment', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [leader, ...followers] = await joinedGroup(group, 3)
    const waiting = followers.map((follower) => group.sync(follower))
    await quiet()
    const newcomer = group.joinNew()
    expect((await Promise.all(waiting)).map(({ error }) => error)).toEqual([
      'REBALANCE_IN_PROGRESS',
      'REBALANCE_IN_PROGRESS',
    ])
    expect((await group.sync(leader!, { [leader!.memberId]: 'late' })).error).toBe('REBALANCE_IN_PROGRESS')
    const round = await Promise.all([
      newcomer,
      ...[leader!, ...followers].map(({ memberId }) => group.join({ memberId })),
    ])
    expect(round.map(({ generationId }) => generationId)).toEqual([2, 2, 2, 2])
  })

  it('answers when the assignments are durable, not before', async () => {
    const storage = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 20, durability: 'none' }))
    await using broker = await startBroker({ storage })
    const group = new GroupClient(broker)
    const [leader, follower] = await joinedGroup(group, 2)
    storage.stall()
    const syncs = [group.sync(leader!, { [leader!.memberId]: 'a' }), group.sync(follower!)]
    expect(await isPending(Promise.race(syncs))).toBe(true)
    expect(await group.state()).toBe('CompletingRebalance')
    storage.release()
    expect((await Promise.all(syncs)).map(({ error }) => error)).toEqual(['NONE', 'NONE'])
  })

  it('assignments that the store did not keep are given to nobody: the group rebalances', async () => {
    const storage = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 20, durability: 'none' }))
    await using broker = await startBroker({ storage })
    const group = new GroupClient(broker)
    const [leader, follower] = await joinedGroup(group, 2)
    storage.failCommits()
    const syncs = [group.sync(leader!, { [leader!.memberId]: 'a' }), group.sync(follower!)]
    expect((await Promise.all(syncs)).map(({ error }) => error)).toEqual([
      'REBALANCE_IN_PROGRESS',
      'REBALANCE_IN_PROGRESS',
    ])
    const round = await Promise.all([leader!, follower!].map(({ memberId }) => group.join({ memberId })))
    await group.syncAll(round)
    expect(await group.state()).toBe('Stable')
  })

  it('assignments that are durable only after the next rebalance has begun are dropped', async () => {
    const storage = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 20, durability: 'none' }))
    await using broker = await startBroker({ storage })
    const group = new GroupClient(broker)
    const [leader] = await joinedGroup(group, 1)
    storage.stall()
    const sync = group.sync(leader!, { [leader!.memberId]: 'old' })
    await quiet()
    const newcomer = group.joinNew()
    expect((await sync).error).toBe('REBALANCE_IN_PROGRESS')
    storage.release()
    await quiet()
    expect(await group.state()).toBe('PreparingRebalance')
    const round = await Promise.all([newcomer, group.join({ memberId: leader!.memberId })])
    expect(round.map(({ generationId }) => generationId)).toEqual([2, 2])
  })

  it('G16: metadata and assignments are opaque, and the same members may rebalance twice in a row (KIP-429)', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const metadata = (round: number) => Buffer.from([0, 1, 2, 255, round])
    const protocols = (round: number) => ({ 'cooperative-sticky': metadata(round) })
    let members = await group.form(2, { protocols: protocols(0) })
    for (const round of [1, 2]) {
      members = await Promise.all(members.map(({ memberId }) => group.join({ memberId, protocols: protocols(round) })))
      const leader = members.find((one) => one.memberId === one.leader)!
      expect(leader.members.map((one) => one.metadata)).toEqual([metadata(round), metadata(round)])
      const assignments = Object.fromEntries(members.map(({ memberId }, i) => [memberId, Buffer.from([i, 0, 254])]))
      const synced = await Promise.all(
        members.map((one) => group.sync(one, one.memberId === leader.memberId ? assignments : {})),
      )
      expect(synced.map(({ assignment }) => [...assignment])).toEqual([
        [0, 0, 254],
        [1, 0, 254],
      ])
    }
    expect(members.map(({ generationId }) => generationId)).toEqual([3, 3])
  })
})

describe('the hook onGroupRebalanced', () => {
  it('hears of each generation that got its assignments, and of a group that lost its last member', async () => {
    const seen: unknown[] = []
    const hooks = [{ name: 'look', onGroupRebalanced: (event: object) => void seen.push(event) }]
    await using broker = await startBroker({ hooks })
    const group = new GroupClient(broker)
    const [leader, follower] = await group.form(2)
    await group.leave(leader!, follower!)
    await quiet()
    expect(seen).toEqual([
      { groupId: 'g', generation: 1, members: 2 },
      { groupId: 'g', generation: 2, members: 0 },
    ])
  })
})
