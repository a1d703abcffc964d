import { describe, expect, it } from 'vitest'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { FaultyEngine } from '../../support/faulty-engine.ts'
import { firstRoundMs, GroupClient } from '../../support/group-client.ts'
import { isPending, quiet } from '../../support/pending.ts'

const fixed = (index: number) => ({ instanceId: `i${index}` })

describe('static members of a classic group (KIP-345)', () => {
  it('G14: an instance that comes back takes its old place: same generation, same assignment, nobody rebalances', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [leader, follower] = await group.form(2, fixed)
    const instanceId = follower!.memberId.slice(0, 2)
    const back = await group.join({ instanceId })
    expect(back).toMatchObject({ error: 'NONE', generationId: 1, leader: leader!.memberId, members: [] })
    expect(back.memberId).not.toBe(follower!.memberId)
    expect(await group.state()).toBe('Stable')
    expect((await group.sync({ ...back, instanceId })).assignment.toString()).toBe(follower!.memberId)
    expect(await group.heartbeat({ ...back, instanceId })).toBe('NONE')
  })

  it('G14: a leader that comes back is told to assign nothing: from version 9 on in words, before by another leader', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [leader] = await group.form(2, fixed)
    const instanceId = leader!.memberId.slice(0, 2)
    const back = await group.join({ instanceId })
    expect(back).toMatchObject({ leader: back.memberId, skipAssignment: true, generationId: 1 })
    expect(back.members).toHaveLength(2)
    const old = await group.join({ instanceId, version: 8 })
    expect(old).toMatchObject({ leader: back.memberId, skipAssignment: false, members: [], generationId: 1 })
    expect(old.memberId).not.toBe(back.memberId)
    expect(await group.state()).toBe('Stable')
  })

  it('G14: the former self is fenced in everything that it does', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const group = new GroupClient(broker)
    const [, follower] = await group.form(2, fixed)
    const instanceId = follower!.memberId.slice(0, 2)
    const former = { ...follower!, instanceId }
    await group.join({ instanceId })
    expect((await group.join({ memberId: former.memberId, instanceId })).error).toBe('FENCED_INSTANCE_ID')
    expect((await group.sync(former)).error).toBe('FENCED_INSTANCE_ID')
    expect(await group.heartbeat(former)).toBe('FENCED_INSTANCE_ID')
    expect(await group.commit(1, { member: former })).toBe('FENCED_INSTANCE_ID')
    expect(await group.leave(former)).toEqual(['FENCED_INSTANCE_ID'])
    expect(await group.heartbeat(follower!)).toBe('UNKNOWN_MEMBER_ID')
  })

  it('G14: a former self that waits for the join phase is fenced at once', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const first = group.join({ instanceId: 'one' })
    await quiet()
    const second = group.join({ instanceId: 'one' })
    expect((await first).error).toBe('FENCED_INSTANCE_ID')
    broker.clock.advance(firstRoundMs)
    expect(await second).toMatchObject({ error: 'NONE', generationId: 1 })
  })

  it('G14: before the leader has synced, an instance that comes back makes all join again', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const joins = [0, 1].map((index) => group.join(fixed(index)))
    await quiet()
    broker.clock.advance(firstRoundMs)
    const round = await Promise.all(joins)
    const follower = round.find(({ memberId, leader }) => memberId !== leader)!
    const sync = group.sync({ ...follower, instanceId: follower.memberId.slice(0, 2) })
    await quiet()
    const back = group.join({ instanceId: follower.memberId.slice(0, 2) })
    expect((await sync).error).toBe('FENCED_INSTANCE_ID')
    expect(await isPending(back)).toBe(true)
    const rejoin = group.join({ memberId: follower.leader, instanceId: follower.leader.slice(0, 2) })
    expect((await Promise.all([back, rejoin])).map(({ generationId }) => generationId)).toEqual([2, 2])
  })

  it('G14: an instance that comes back with protocols that change the choice makes all join again', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [leader, follower] = await group.form(2, (index) => ({ ...fixed(index), protocols: { a: '', b: '' } }))
    const back = group.join({ instanceId: follower!.memberId.slice(0, 2), protocols: { b: '' } })
    expect(await isPending(back)).toBe(true)
    const again = { memberId: leader!.memberId, instanceId: leader!.memberId.slice(0, 2), protocols: { a: '', b: '' } }
    const round = await Promise.all([back, group.join(again)])
    expect(round.map(({ generationId, protocolName }) => [generationId, protocolName])).toEqual([
      [2, 'b'],
      [2, 'b'],
    ])
  })

  it('G14: an instance that nobody has is unknown when it names a member id', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [member] = await group.form(1)
    expect((await group.join({ memberId: member!.memberId, instanceId: 'x' })).error).toBe('UNKNOWN_MEMBER_ID')
    expect(await group.heartbeat({ ...member!, instanceId: 'x' })).toBe('UNKNOWN_MEMBER_ID')
  })

  it('G14: a place that the store did not keep is not taken: the former self goes on', async () => {
    const storage = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 20, durability: 'none' }))
    await using broker = await startBroker({ storage })
    const group = new GroupClient(broker)
    const [, follower] = await group.form(2, fixed)
    const instanceId = follower!.memberId.slice(0, 2)
    storage.failCommits()
    expect((await group.join({ instanceId })).error).toBe('COORDINATOR_NOT_AVAILABLE')
    expect(await group.heartbeat({ ...follower!, instanceId })).toBe('NONE')
  })

  it('G15: a static member that says nothing keeps its place until its session ends', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const terms = { sessionTimeoutMs: 30_000 }
    const [leader, follower] = await group.form(2, (index) => ({ ...fixed(index), ...terms }))
    const alive = { ...leader!, instanceId: leader!.memberId.slice(0, 2) }
    broker.clock.advance(29_999)
    expect(await group.heartbeat(alive)).toBe('NONE')
    expect((await group.describe()).members).toHaveLength(2)
    broker.clock.advance(1)
    expect(await group.heartbeat(alive)).toBe('REBALANCE_IN_PROGRESS')
    const { members } = await group.describe()
    expect(members.map(({ memberId }) => memberId)).not.toContain(follower!.memberId)
  })

  it('a static member that misses a rebalance stays in the group while its session lasts', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const terms = { sessionTimeoutMs: 300_000 }
    const [leader, follower] = await group.form(2, (index) => ({ ...fixed(index), ...terms }))
    const rejoin = group.join({ memberId: leader!.memberId, instanceId: leader!.memberId.slice(0, 2), ...terms })
    await quiet()
    broker.clock.advance(60_000)
    const round = await rejoin
    expect(round.generationId).toBe(2)
    expect(round.members.map(({ memberId }) => memberId)).toContain(follower!.memberId)
  })
})
