import { describe, expect, it } from 'vitest'
import { openMemoryEngine } from '../../../../src/storage/memory/memory-engine.ts'
import { startBroker } from '../../../support/broker-fixture.ts'
import { ConsumerGroupMember, describedGroup, settle } from '../../../support/consumer-group-client.ts'
import { FaultyEngine } from '../../../support/faulty-engine.ts'
import { lasting } from '../../../support/lasting-engine.ts'
import { quiet } from '../../../support/pending.ts'

/** Starts broker after broker on one store. */
async function onOneStore() {
  const engine = await openMemoryEngine({ maxBytes: 2 ** 22, durability: 'none' })
  return { start: () => startBroker({ storage: lasting(engine) }) }
}

/** The same member, of the next broker. */
function again(member: ConsumerGroupMember, broker: Awaited<ReturnType<typeof startBroker>>): ConsumerGroupMember {
  const next = new ConsumerGroupMember(broker, member.id, { instanceId: member.instanceId })
  next.epoch = member.epoch
  next.owned = member.owned
  return next
}

describe('groups of the new protocol across a restart of the broker', () => {
  it('all members go on, in their epochs, with what they had', async () => {
    const store = await onOneStore()
    const before = await store.start()
    await before.createTopic('t', { partitions: 3 })
    const members = ['a', 'b', 'c'].map(
      (id) => new ConsumerGroupMember(before, id, { instanceId: id === 'c' ? 'i' : null }),
    )
    for (const member of members) await member.join(['t'], { rackId: 'r', serverAssignor: 'range' })
    await settle(...members)
    const described = await describedGroup(before)
    await before.broker.close()
    await using after = await store.start()
    expect(await describedGroup(after)).toEqual(described)
    for (const member of members) {
      const next = again(member, after)
      // The last answer may have been lost with the broker: so it is told again.
      expect(await next.tell()).toMatchObject({ error: 'NONE', epoch: member.epoch, assigned: member.owned })
      expect(await next.tell()).toMatchObject({ error: 'NONE', epoch: member.epoch, assigned: null })
    }
    expect(await describedGroup(after)).toEqual(described)
  })

  it('a rebalance goes on where it was', async () => {
    const store = await onOneStore()
    const before = await store.start()
    const topicId = await before.createTopic('t', { partitions: 2 })
    const [first, second] = [new ConsumerGroupMember(before, 'a'), new ConsumerGroupMember(before, 'b')]
    await first.join(['t'], { rebalanceTimeoutMs: 10_000 })
    await second.join(['t'])
    await first.beat()
    await before.broker.close()
    await using after = await store.start()
    const [one, two] = [again(first, after), again(second, after)]
    expect(await two.beat()).toMatchObject({ epoch: 3, assigned: {} })
    expect(await one.tell()).toMatchObject({ epoch: 3 })
    await settle(one, two)
    expect([one, two].map(({ owned }) => owned[topicId]?.length)).toEqual([1, 1])
  })

  it('who was to give up partitions has its whole time for it again, and who is gone its whole session', async () => {
    const store = await onOneStore()
    const before = await store.start()
    await before.createTopic('t', { partitions: 2 })
    const [first, second] = [new ConsumerGroupMember(before, 'a'), new ConsumerGroupMember(before, 'b')]
    await first.join(['t'], { rebalanceTimeoutMs: 10_000 })
    await second.join(['t'])
    await first.beat()
    before.clock.advance(9_000)
    await before.broker.close()
    await using after = await store.start()
    after.clock.advance(9_999)
    expect((await again(first, after).beat()).error).toBe('NONE')
    after.clock.advance(1)
    expect((await again(first, after).beat()).error).toBe('UNKNOWN_MEMBER_ID')
    after.clock.advance(34_999)
    expect((await describedGroup(after)).members).toHaveLength(1)
    after.clock.advance(1)
    expect((await describedGroup(after)).groupState).toBe('Empty')
  })

  it('members that have left do not come back, and the epoch goes on', async () => {
    const store = await onOneStore()
    const before = await store.start()
    await before.createTopic('t')
    const member = new ConsumerGroupMember(before, 'a')
    await member.join(['t'])
    await member.leave()
    await before.broker.close()
    await using after = await store.start()
    expect(await describedGroup(after)).toMatchObject({ groupState: 'Empty', groupEpoch: 3, members: [] })
    expect((await new ConsumerGroupMember(after, 'a').join(['t'])).epoch).toBe(4)
  })

  it('members of a group that is gone go, too', async () => {
    const store = await onOneStore()
    const before = await store.start()
    const member = new ConsumerGroupMember(before, 'a')
    await member.join(['t'])
    const [[key, value]] = (await before.storage.entries('member/')) as [[string, Uint8Array]]
    await member.leave()
    await before.storage.commit([{ remove: 'group/"g"' }, { put: key, value }])
    await before.broker.close()
    await using after = await store.start()
    expect(await after.storage.entries('member/')).toEqual([])
    expect((await new ConsumerGroupMember(after, 'b').join(['t'])).error).toBe('NONE')
  })

  it('a topic that came while nobody asked is seen after the restart', async () => {
    const store = await onOneStore()
    const before = await store.start()
    const member = new ConsumerGroupMember(before, 'a')
    await member.join(['t'])
    const topicId = await before.createTopic('t')
    await before.broker.close()
    await using after = await store.start()
    const next = again(member, after)
    expect(await next.beat()).toMatchObject({ epoch: 3, assigned: { [topicId]: [0] } })
    expect(await next.beat()).toMatchObject({ epoch: 3, assigned: null })
  })
})

describe('a disk that fails under a group of the new protocol', () => {
  it('nobody is told what is not durable: COORDINATOR_NOT_AVAILABLE, and the next heartbeat writes it', async () => {
    const engine = await openMemoryEngine({ maxBytes: 2 ** 22, durability: 'none' })
    const faulty = new FaultyEngine(lasting(engine))
    const before = await startBroker({ storage: faulty })
    const topicId = await before.createTopic('t')
    const member = new ConsumerGroupMember(before, 'a')
    faulty.failCommits()
    expect(await member.join(['t'])).toMatchObject({ error: 'COORDINATOR_NOT_AVAILABLE', assigned: null })
    expect(await engine.entries('member/')).toEqual([])
    expect(await member.join(['t'])).toMatchObject({ error: 'NONE', epoch: 2, assigned: { [topicId]: [0] } })
    await before.broker.close()
    await using after = await startBroker({ storage: lasting(engine) })
    expect(await describedGroup(after)).toMatchObject({ groupState: 'Stable', members: [{ memberId: 'a' }] })
  })

  it('an answer waits for what was changed before it, too', async () => {
    const engine = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 22, durability: 'none' }))
    await using broker = await startBroker({ storage: engine })
    await broker.createTopic('t')
    const member = new ConsumerGroupMember(broker, 'a')
    engine.stall()
    engine.failCommits()
    const join = member.join(['t'])
    await quiet()
    const beat = member.send({ memberEpoch: 2 })
    await quiet()
    engine.release()
    expect([(await join).error, (await beat).error]).toEqual(['COORDINATOR_NOT_AVAILABLE', 'COORDINATOR_NOT_AVAILABLE'])
    expect(await member.join(['t'])).toMatchObject({ error: 'NONE', epoch: 2 })
  })

  it('a heartbeat that changes nothing writes nothing', async () => {
    const engine = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 22, durability: 'none' }))
    await using broker = await startBroker({ storage: engine })
    await broker.createTopic('t')
    const member = new ConsumerGroupMember(broker, 'a')
    await member.join(['t'])
    const { commitCount } = engine
    await member.beat()
    await member.tell()
    expect(engine.commitCount).toBe(commitCount)
  })
})
