import { describe, expect, it } from 'vitest'
import { joinGroup } from '../../../src/protocol/apis/join-group.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { firstRoundMs, GroupClient, subscribed } from '../../support/group-client.ts'
import { isPending, quiet } from '../../support/pending.ts'

const oldVersion = { version: 3 }

describe('joining a classic group', () => {
  it('G1: refuses an empty group id, and session timeouts outside of the bounds', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    expect((await new GroupClient(broker, '').join()).error).toBe('INVALID_GROUP_ID')
    for (const sessionTimeoutMs of [5_999, 1_800_001, 0, -1]) {
      expect((await group.join({ sessionTimeoutMs })).error).toBe('INVALID_SESSION_TIMEOUT')
    }
    for (const sessionTimeoutMs of [6_000, 1_800_000]) {
      expect((await group.join({ sessionTimeoutMs })).error).toBe('MEMBER_ID_REQUIRED')
    }
  })

  it('G1: takes the bounds from the configs', async () => {
    const configs = { 'group.min.session.timeout.ms': '10', 'group.max.session.timeout.ms': '20' }
    await using broker = await startBroker({ configs })
    const group = new GroupClient(broker)
    expect((await group.join({ sessionTimeoutMs: 9 })).error).toBe('INVALID_SESSION_TIMEOUT')
    expect((await group.join({ sessionTimeoutMs: 10 })).error).toBe('MEMBER_ID_REQUIRED')
    expect((await group.join({ sessionTimeoutMs: 21 })).error).toBe('INVALID_SESSION_TIMEOUT')
  })

  it('G2: from version 4 on, a new dynamic member is given an id and told to come again with it', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const { error, memberId } = await group.join({ version: 4, clientId: 'reader' })
    expect(error).toBe('MEMBER_ID_REQUIRED')
    expect(memberId).toMatch(/^reader-[0-9a-f]{8}-/)
    const [member] = await Promise.all([group.join({ memberId }), quiet().then(() => broker.clock.advance(3000))])
    expect(member).toMatchObject({ error: 'NONE', memberId, leader: memberId, generationId: 1 })
  })

  it('G2: an id that is not used within the session timeout is taken back, and holds up a rebalance no longer', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [first] = await group.form(1, { sessionTimeoutMs: 60_000 })
    const { memberId } = await group.join({ sessionTimeoutMs: 6_000 })
    const rejoin = group.join({ memberId: first!.memberId, sessionTimeoutMs: 60_000 })
    expect(await isPending(rejoin)).toBe(true)
    broker.clock.advance(6_000)
    expect(await rejoin).toMatchObject({ error: 'NONE', generationId: 2, members: [{ memberId: first!.memberId }] })
    expect((await group.join({ memberId })).error).toBe('UNKNOWN_MEMBER_ID')
  })

  it('G2: an older version, or a static member, joins at once', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const joins = [group.join(oldVersion), group.join({ instanceId: 'one' })]
    await quiet()
    broker.clock.advance(firstRoundMs)
    const [dynamic, fixed] = await Promise.all(joins)
    expect(dynamic).toMatchObject({ error: 'NONE', generationId: 1 })
    expect(fixed).toMatchObject({ error: 'NONE', generationId: 1 })
    expect(fixed!.memberId).toMatch(/^one-/)
  })

  it('G3: a member id that nobody has is unknown, in a group that is there and in one that is not', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    expect((await group.join({ memberId: 'nobody' })).error).toBe('UNKNOWN_MEMBER_ID')
    expect(await group.state()).toBe('Dead')
    await group.form(1)
    expect((await group.join({ memberId: 'nobody' })).error).toBe('UNKNOWN_MEMBER_ID')
    expect(await group.state()).toBe('Stable')
  })

  it('G3: a member must share a protocol with all others, and the protocol type', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const error = async (options: object) => (await group.join({ ...oldVersion, ...options })).error
    expect(await error({ protocols: {} })).toBe('INCONSISTENT_GROUP_PROTOCOL')
    expect(await error({ protocolType: '' })).toBe('INCONSISTENT_GROUP_PROTOCOL')
    await group.form(2, (index) => ({ protocols: { [`own-${index}`]: '', shared: '' } }))
    expect(await error({ protocols: { 'own-0': '', 'own-1': '' } })).toBe('INCONSISTENT_GROUP_PROTOCOL')
    expect(await error({ protocols: { shared: '' }, protocolType: 'connect' })).toBe('INCONSISTENT_GROUP_PROTOCOL')
    expect(await group.state()).toBe('Stable')
  })

  it('G3: a full group takes nobody in, and keeps those whom it has', async () => {
    await using broker = await startBroker({ configs: { 'group.max.size': '2' } })
    const group = new GroupClient(broker)
    const [leader, follower] = await group.form(2)
    expect((await group.join(oldVersion)).error).toBe('GROUP_MAX_SIZE_REACHED')
    const rejoin = group.join({ memberId: leader!.memberId })
    await quiet()
    const third = group.join(oldVersion)
    await quiet()
    expect((await group.join(oldVersion)).error).toBe('GROUP_MAX_SIZE_REACHED')
    expect((await group.join({ memberId: follower!.memberId })).error).toBe('GROUP_MAX_SIZE_REACHED')
    broker.clock.advance(60_000)
    expect((await rejoin).members).toHaveLength(2)
    expect((await third).error).toBe('NONE')
  })

  it('G4: the first rebalance waits for more members, as long as they keep coming, at most for the rebalance timeout', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const joins = [group.join({ ...oldVersion, rebalanceTimeoutMs: 8_000 })]
    for (const elapsed of [2_999, 2_999]) {
      await quiet()
      broker.clock.advance(elapsed)
      expect(await isPending(joins[0]!)).toBe(true)
      joins.push(group.join({ ...oldVersion, rebalanceTimeoutMs: 8_000 }))
    }
    await quiet()
    broker.clock.advance(8_000 - 2 * 2_999 - 1)
    expect(await isPending(joins[0]!)).toBe(true)
    broker.clock.advance(1)
    const answers = await Promise.all(joins)
    expect(answers.map(({ generationId }) => generationId)).toEqual([1, 1, 1])
  })

  it('G4: with a delay of 0 the first member is served at once', async () => {
    await using broker = await startBroker({ configs: { 'group.initial.rebalance.delay.ms': '0' } })
    const join = new GroupClient(broker).join(oldVersion)
    await quiet()
    broker.clock.advance(0)
    expect(await join).toMatchObject({ error: 'NONE', generationId: 1 })
  })

  it('G5: goes through its states, answers all joins of a round together, and counts generations from 1', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const id = (await group.join()).memberId
    expect(await group.state()).toBe('Empty')
    const first = group.join({ memberId: id })
    await quiet()
    expect(await group.state()).toBe('PreparingRebalance')
    broker.clock.advance(firstRoundMs)
    expect(await first).toMatchObject({ generationId: 1 })
    expect(await group.state()).toBe('CompletingRebalance')
    await group.sync(await first, { [id]: 'all' })
    expect(await group.state()).toBe('Stable')

    const second = group.joinNew()
    expect(await isPending(second)).toBe(true)
    expect(await group.state()).toBe('PreparingRebalance')
    const rejoin = group.join({ memberId: id })
    const answers = await Promise.all([second, rejoin])
    expect(answers.map(({ generationId, leader }) => [generationId, leader])).toEqual([
      [2, id],
      [2, id],
    ])
  })

  it('G6: the leader alone is told of the members, with their metadata for the protocol that most of them like best', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const likes = [
      { a: 'a0', b: 'b0' },
      { b: 'b1', a: 'a1' },
      { c: 'c2', b: 'b2', a: 'a2' },
    ]
    const members = await group.form(3, (index) => ({ protocols: likes[index]! }))
    expect(members.map(({ protocolName, protocolType }) => [protocolType, protocolName])).toEqual(
      Array.from({ length: 3 }, () => ['consumer', 'b']),
    )
    expect(members[0]!.members.map(({ metadata }) => metadata.toString()).sort()).toEqual(['b0', 'b1', 'b2'])
    expect(members[0]!.members.map(({ memberId }) => memberId).sort()).toEqual(
      members.map((one) => one.memberId).sort(),
    )
    expect(members.slice(1).map(({ members: told }) => told)).toEqual([[], []])
    expect(members.every(({ skipAssignment }) => !skipAssignment)).toBe(true)
  })

  it('G6: before version 7 a protocol that is not chosen yet is "", not null', async () => {
    await using broker = await startBroker()
    for (const version of [0, 5, 6]) {
      const request = joinGroup.request.create({ groupId: 'g', sessionTimeoutMs: 6_000, memberId: 'nobody' })
      const answer = await broker.ask(joinGroup, request, { version })
      expect([errorName(answer.errorCode), answer.protocolName]).toEqual(['UNKNOWN_MEMBER_ID', ''])
    }
  })

  it('G7: in a stable group, a leader that joins again or a member with other metadata starts a rebalance', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [leader, follower] = await group.form(2)
    const byLeader = group.join({ memberId: leader!.memberId })
    expect(await isPending(byLeader)).toBe(true)
    const round = await Promise.all([byLeader, group.join({ memberId: follower!.memberId })])
    expect(round.map(({ generationId }) => generationId)).toEqual([2, 2])
    await group.syncAll(round)
    const changed = group.join({ memberId: follower!.memberId, protocols: subscribed('other') })
    expect(await isPending(changed)).toBe(true)
    expect(await group.state()).toBe('PreparingRebalance')
  })

  it('G7: in a stable group, a follower that joins again unchanged gets the generation that there is', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const [leader, follower] = await group.form(2)
    const again = await group.join({ memberId: follower!.memberId })
    expect(again).toMatchObject({ error: 'NONE', generationId: 1, leader: leader!.memberId, members: [] })
    expect(await group.state()).toBe('Stable')
  })

  it('G7: before the leader has synced, whoever joins again unchanged gets the generation that there is', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const joins = [group.joinNew(), group.joinNew()]
    await quiet()
    broker.clock.advance(firstRoundMs)
    const round = await Promise.all(joins)
    for (const { memberId, leader } of round) {
      const again = await group.join({ memberId })
      expect(again).toMatchObject({ error: 'NONE', generationId: 1, leader })
      expect(again.members).toHaveLength(memberId === leader ? 2 : 0)
    }
    const changed = group.join({ memberId: round[0]!.memberId, protocols: subscribed('other') })
    expect(await isPending(changed)).toBe(true)
  })

  it('G8: dynamic members that do not join within the largest rebalance timeout are removed', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const terms = { sessionTimeoutMs: 100_000 }
    const [leader, slow] = await group.form(2, (index) => ({ ...terms, rebalanceTimeoutMs: [20_000, 30_000][index]! }))
    const rejoin = group.join({ ...terms, memberId: leader!.memberId, rebalanceTimeoutMs: 20_000 })
    await quiet()
    broker.clock.advance(29_999)
    expect(await isPending(rejoin)).toBe(true)
    broker.clock.advance(1)
    expect(await rejoin).toMatchObject({ generationId: 2, members: [{ memberId: leader!.memberId }] })
    expect(await group.heartbeat({ ...slow!, generationId: 2 })).toBe('UNKNOWN_MEMBER_ID')
  })

  it('G8: a leader that never syncs is removed, and the others begin again', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const terms = { sessionTimeoutMs: 100_000 }
    const joins = [group.joinNew(terms), group.joinNew(terms)]
    await quiet()
    broker.clock.advance(firstRoundMs)
    const round = await Promise.all(joins)
    const follower = round.find(({ memberId, leader }) => memberId !== leader)!
    const sync = group.sync(follower)
    expect(await isPending(sync)).toBe(true)
    broker.clock.advance(60_000)
    expect((await sync).error).toBe('REBALANCE_IN_PROGRESS')
    expect(await group.join({ ...terms, memberId: follower.memberId })).toMatchObject({
      generationId: 2,
      leader: follower.memberId,
    })
    expect(await group.heartbeat({ memberId: follower.leader, generationId: 2 })).toBe('UNKNOWN_MEMBER_ID')
  })

  it('a member that joins a second time while it waits gets the answer, its first request is sent away', async () => {
    await using broker = await startBroker()
    const group = new GroupClient(broker)
    const { memberId } = await group.join()
    const first = group.join({ memberId })
    await quiet()
    const second = group.join({ memberId })
    expect((await first).error).toBe('REBALANCE_IN_PROGRESS')
    broker.clock.advance(firstRoundMs)
    expect((await second).error).toBe('NONE')
  })

  it('a broker that closes sends waiting members away, to look for the coordinator again', async () => {
    const broker = await startBroker()
    const group = new GroupClient(broker)
    const waiting = group.joinNew()
    await quiet()
    await broker.broker.close()
    expect((await waiting).error).toBe('NOT_COORDINATOR')
    broker.clock.advance(3_600_000)
  })
})
