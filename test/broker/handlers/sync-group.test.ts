import { describe, expect, it } from 'vitest'
import { startBroker } from '../../support/broker-fixture.ts'
import { firstRoundMs, GroupClient } from '../../support/group-client.ts'
import { isPending, quiet } from '../../support/pending.ts'

describe('SyncGroup', () => {
  it('G9: waits for the leader, gives each what is its own, and nothing to whom the leader left out', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const joins = [group.joinNew(), group.joinNew()]
    await quiet()
    broker.clock.advance(firstRoundMs)
    const members = await Promise.all(joins)
    const leader = members.find(({ memberId, leader: id }) => memberId === id)!
    const follower = members.find((member) => member !== leader)!
    const waiting = group.sync(follower)
    expect(await isPending(waiting)).toBe(true)
    const own = await group.sync(leader, { [leader.memberId]: 'all' })
    expect({ error: own.error, assignment: own.assignment.toString() }).toEqual({ error: 'NONE', assignment: 'all' })
    const other = await waiting
    expect({ error: other.error, assignment: other.assignment.toString() }).toEqual({ error: 'NONE', assignment: '' })
    expect((await group.sync(leader)).assignment.toString()).toBe('all')
  })

  it('G9: refuses a wrong generation, a stranger, another protocol, and an unknown group', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [member] = await group.form(1)
    const { memberId, generationId } = member!
    expect((await group.sync({ memberId, generationId: generationId + 1 })).error).toBe('ILLEGAL_GENERATION')
    expect((await group.sync({ memberId: 'stranger', generationId })).error).toBe('UNKNOWN_MEMBER_ID')
    expect((await group.sync(member!, {}, { protocolType: 'other' })).error).toBe('INCONSISTENT_GROUP_PROTOCOL')
    expect((await group.sync(member!, {}, { protocolName: 'other' })).error).toBe('INCONSISTENT_GROUP_PROTOCOL')
    expect((await new GroupClient(broker, 'nowhere').sync(member!)).error).toBe('UNKNOWN_MEMBER_ID')
  })

  it('G9, G10: a rebalance sends away who waits and who comes', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const joins = [group.joinNew(), group.joinNew()]
    await quiet()
    broker.clock.advance(firstRoundMs)
    const members = await Promise.all(joins)
    const follower = members.find(({ memberId, leader }) => memberId !== leader)!
    const waiting = group.sync(follower)
    await quiet()
    const third = group.joinNew()
    expect((await waiting).error).toBe('REBALANCE_IN_PROGRESS')
    expect((await group.sync(follower)).error).toBe('REBALANCE_IN_PROGRESS')
    await broker.broker.close()
    expect((await third).error).not.toBe('NONE')
  })
})
