import { describe, expect, it } from 'vitest'
import { startBroker } from '../../support/broker-fixture.ts'
import { firstRoundMs, GroupClient } from '../../support/group-client.ts'
import { isPending, quiet } from '../../support/pending.ts'

const oldVersion = { version: 3 }

describe('Heartbeat, and the sessions of members', () => {
  it('G11: a heartbeat tells a member to join again while the group rebalances, and renews its session all the same', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [leader, follower] = await group.form(2)
    const rejoin = group.join({ memberId: leader!.memberId })
    await quiet()
    for (let round = 0; round < 5; round++) {
      broker.clock.advance(9_999)
      expect(await group.heartbeat(follower!)).toBe('REBALANCE_IN_PROGRESS')
    }
    expect(await isPending(rejoin)).toBe(true)
  })

  it('G11: a heartbeat is welcome before the assignments are there, and after', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const join = group.joinNew()
    await quiet()
    broker.clock.advance(firstRoundMs)
    const member = await join
    expect(await group.heartbeat(member)).toBe('NONE')
    await group.syncAll([member])
    expect(await group.heartbeat(member)).toBe('NONE')
  })

  it('G11: a heartbeat of another generation, of nobody, to a group without members or to none is refused', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    expect(await group.heartbeat({ memberId: 'm', generationId: 1 })).toBe('UNKNOWN_MEMBER_ID')
    const [member] = await group.form(1)
    expect(await group.heartbeat({ ...member!, generationId: 0 })).toBe('ILLEGAL_GENERATION')
    expect(await group.heartbeat({ ...member!, generationId: 2 })).toBe('ILLEGAL_GENERATION')
    expect(await group.heartbeat({ memberId: 'nobody', generationId: 1 })).toBe('UNKNOWN_MEMBER_ID')
    await group.leave(member!)
    expect(await group.heartbeat(member!)).toBe('UNKNOWN_MEMBER_ID')
    expect(await new GroupClient(broker, '').heartbeat(member!)).toBe('INVALID_GROUP_ID')
  })

  it('G12: a member that is silent for its session timeout is removed, and the others rebalance', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [leader, follower] = await group.form(2)
    broker.clock.advance(9_999)
    expect(await group.heartbeat(leader!)).toBe('NONE')
    broker.clock.advance(1)
    expect(await group.state()).toBe('PreparingRebalance')
    expect(await group.heartbeat(follower!)).toBe('UNKNOWN_MEMBER_ID')
    expect(await group.join({ memberId: leader!.memberId })).toMatchObject({
      generationId: 2,
      members: [{ memberId: leader!.memberId }],
    })
  })

  it('G12: when the last member is gone the group is empty, in a generation of its own', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    await group.form(2)
    broker.clock.advance(10_000)
    expect(await group.state()).toBe('Empty')
    const joins = [group.joinNew(), group.joinNew()]
    await quiet()
    broker.clock.advance(firstRoundMs)
    expect((await Promise.all(joins)).map(({ generationId }) => generationId)).toEqual([3, 3])
  })

  it('G12: a member whose join waits is alive, however long its session is', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [leader, follower] = await group.form(2)
    const rejoin = group.join({ memberId: leader!.memberId })
    for (let round = 0; round < 3; round++) {
      await quiet()
      broker.clock.advance(9_000)
      await group.heartbeat(follower!)
    }
    expect(await isPending(rejoin)).toBe(true)
    const other = group.join({ memberId: follower!.memberId })
    expect((await Promise.all([rejoin, other])).map(({ error }) => error)).toEqual(['NONE', 'NONE'])
  })

  it('G12: a member whose sync waits is alive, too', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const joins = [group.joinNew(), group.joinNew()]
    await quiet()
    broker.clock.advance(firstRoundMs)
    const round = await Promise.all(joins)
    const [leader, follower] = round.sort((a) => (a.memberId === a.leader ? -1 : 1))
    const sync = group.sync(follower!)
    for (let times = 0; times < 3; times++) {
      await quiet()
      broker.clock.advance(9_000)
      await group.heartbeat(leader!)
    }
    await group.sync(leader!, { [follower!.memberId]: 'mine' })
    expect((await sync).assignment.toString()).toBe('mine')
    broker.clock.advance(9_999)
    expect(await group.heartbeat(follower!)).toBe('NONE')
  })

  it('G12: a new member waits for five minutes at most: then its client is gone', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const terms = { sessionTimeoutMs: 1_800_000, rebalanceTimeoutMs: 3_600_000 }
    await group.form(1, terms)
    const newcomer = group.join({ ...oldVersion, ...terms })
    await quiet()
    broker.clock.advance(299_999)
    expect(await isPending(newcomer)).toBe(true)
    broker.clock.advance(1)
    expect((await newcomer).error).toBe('UNKNOWN_MEMBER_ID')
  })
})
