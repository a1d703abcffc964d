import { describe, expect, it } from 'vitest'
import { startBroker } from '../../../support/broker-fixture.ts'
import { ConsumerGroupMember, describedGroup, partitionsOf, settle } from '../../../support/consumer-group-client.ts'

describe('N2: fencing of members of the new protocol', () => {
  it('refuses another epoch than the member has, and who is no member', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const member = new ConsumerGroupMember(broker, 'a')
    await member.join(['t'])
    for (const memberEpoch of [1, 3]) {
      expect(await member.send({ memberEpoch })).toMatchObject({ error: 'FENCED_MEMBER_EPOCH', assigned: null })
    }
    expect((await new ConsumerGroupMember(broker, 'b').send({ memberEpoch: 2 })).error).toBe('UNKNOWN_MEMBER_ID')
    expect((await new ConsumerGroupMember(broker, 'b').leave()).error).toBe('UNKNOWN_MEMBER_ID')
    expect((await member.beat()).error).toBe('NONE')
  })

  it('takes the epoch before, when the answer with the new one may have been lost: with nothing but what it is to have', async () => {
    await using broker = await startBroker()
    const topicId = await broker.createTopic('t', { partitions: 2 })
    const member = new ConsumerGroupMember(broker, 'a')
    await member.join(['t'])
    await member.send({ subscribedTopicNames: ['t', 'other'] })
    const late = { memberEpoch: 2 }
    expect((await member.send(late)).error).toBe('FENCED_MEMBER_EPOCH')
    expect((await member.send({ ...late, topicPartitions: partitionsOf({ [topicId]: [2] }) })).error).toBe(
      'FENCED_MEMBER_EPOCH',
    )
    expect(await member.send({ ...late, topicPartitions: partitionsOf({ [topicId]: [1] }) })).toMatchObject({
      error: 'NONE',
      epoch: 3,
    })
    await member.send({ memberEpoch: 3, subscribedTopicNames: ['t'] })
    expect((await member.send({ ...late, topicPartitions: [] })).error).toBe('FENCED_MEMBER_EPOCH')
  })

  it('a member that was fenced joins again under its id, and is told all that it is to have', async () => {
    await using broker = await startBroker()
    const topicId = await broker.createTopic('t')
    const member = new ConsumerGroupMember(broker, 'a')
    await member.join(['t'])
    expect(await member.join(['t'])).toMatchObject({ error: 'NONE', epoch: 2, assigned: { [topicId]: [0] } })
    expect((await describedGroup(broker)).members).toHaveLength(1)
  })

  it('who says all of itself is told all that it is to have', async () => {
    await using broker = await startBroker()
    const topicId = await broker.createTopic('t')
    const member = new ConsumerGroupMember(broker, 'a')
    await member.join(['t'])
    const all = { rebalanceTimeoutMs: 1, subscribedTopicNames: ['t'], topicPartitions: [] }
    expect(await member.beat(all)).toMatchObject({ epoch: 2, assigned: { [topicId]: [0] } })
  })
})

describe('N1, N2: static members of the new protocol', () => {
  it('an instance id that is in use is not given to another: UNRELEASED_INSTANCE_ID', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const first = new ConsumerGroupMember(broker, 'a', { instanceId: 'i' })
    const second = new ConsumerGroupMember(broker, 'b', { instanceId: 'i' })
    await first.join(['t'])
    expect((await second.join(['t'])).error).toBe('UNRELEASED_INSTANCE_ID')
    expect((await second.send({ memberEpoch: 2 })).error).toBe('FENCED_INSTANCE_ID')
    expect((await second.leave()).error).toBe('FENCED_INSTANCE_ID')
    expect((await first.beat()).error).toBe('NONE')
  })

  it('one that leaves for now (-2) keeps its place, and its successor takes it over without a rebalance', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t', { partitions: 4 })
    const fixed = new ConsumerGroupMember(broker, 'a', { instanceId: 'i' })
    const other = new ConsumerGroupMember(broker, 'x')
    await fixed.join(['t'])
    await other.join(['t'])
    await settle(fixed, other)
    const { epoch, owned } = fixed
    expect(await fixed.leave(-2)).toMatchObject({ error: 'NONE', memberId: 'a', epoch: -2 })
    expect((await fixed.beat()).error).toBe('FENCED_MEMBER_EPOCH')
    expect(await other.beat()).toMatchObject({ epoch, assigned: null })
    const successor = new ConsumerGroupMember(broker, 'b', { instanceId: 'i' })
    expect(await successor.join(['t'])).toMatchObject({ error: 'NONE', epoch, assigned: owned })
    expect((await fixed.beat()).error).toBe('FENCED_INSTANCE_ID')
    expect(await describedGroup(broker)).toMatchObject({ groupState: 'Stable', groupEpoch: epoch })
  })

  it('one that left for now and does not come back within its session has left', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t', { partitions: 2 })
    const fixed = new ConsumerGroupMember(broker, 'a', { instanceId: 'i' })
    await fixed.join(['t'])
    await fixed.leave(-2)
    broker.clock.advance(44_999)
    expect((await describedGroup(broker)).members).toHaveLength(1)
    broker.clock.advance(1)
    expect(await describedGroup(broker)).toMatchObject({ groupState: 'Empty', members: [] })
  })

  it('one that leaves for good (-1) gives its instance id free', async () => {
    await using broker = await startBroker()
    const fixed = new ConsumerGroupMember(broker, 'a', { instanceId: 'i' })
    await fixed.join(['t'])
    expect(await fixed.leave()).toMatchObject({ error: 'NONE', epoch: -1 })
    expect((await fixed.beat()).error).toBe('UNKNOWN_MEMBER_ID')
    expect((await new ConsumerGroupMember(broker, 'b', { instanceId: 'i' }).join(['t'])).error).toBe('NONE')
  })

  it('one of an instance id that nobody has is unknown', async () => {
    await using broker = await startBroker()
    await new ConsumerGroupMember(broker, 'a').join(['t'])
    const nobody = new ConsumerGroupMember(broker, 'a', { instanceId: 'i' })
    expect((await nobody.send({ memberEpoch: 2 })).error).toBe('UNKNOWN_MEMBER_ID')
    expect((await nobody.leave(-2)).error).toBe('UNKNOWN_MEMBER_ID')
  })
})
