import { describe, expect, it } from 'vitest'
import { startBroker } from '../../../support/broker-fixture.ts'
import { ConsumerGroupMember, describedGroup, settle } from '../../../support/consumer-group-client.ts'

describe('N3: time that members have', () => {
  it('who is not heard of for the session timeout has to go, each heartbeat begins it anew', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const member = new ConsumerGroupMember(broker, 'a')
    await member.join(['t'])
    for (let beat = 0; beat < 3; beat++) {
      broker.clock.advance(44_999)
      expect((await member.beat()).error).toBe('NONE')
    }
    broker.clock.advance(45_000)
    expect((await member.beat()).error).toBe('UNKNOWN_MEMBER_ID')
    expect(await describedGroup(broker)).toMatchObject({ groupState: 'Empty', groupEpoch: 3 })
  })

  it('the session timeout is that of the config', async () => {
    await using broker = await startBroker({ configs: { 'group.consumer.session.timeout.ms': '100' } })
    const member = new ConsumerGroupMember(broker, 'a')
    await member.join(['t'])
    broker.clock.advance(100)
    expect((await member.beat()).error).toBe('UNKNOWN_MEMBER_ID')
  })

  it('who does not give up partitions within its rebalance timeout has to go, though it sends heartbeats', async () => {
    await using broker = await startBroker()
    const topicId = await broker.createTopic('t', { partitions: 2 })
    const [slow, other] = [new ConsumerGroupMember(broker, 'a'), new ConsumerGroupMember(broker, 'b')]
    await slow.join(['t'], { rebalanceTimeoutMs: 10_000 })
    await other.join(['t'])
    await slow.beat()
    broker.clock.advance(9_999)
    expect((await slow.beat()).error).toBe('NONE')
    broker.clock.advance(1)
    expect((await slow.beat()).error).toBe('UNKNOWN_MEMBER_ID')
    await settle(other)
    expect(other.owned).toEqual({ [topicId]: [0, 1] })
  })

  it('who gave up in time stays', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t', { partitions: 2 })
    const [first, second] = [new ConsumerGroupMember(broker, 'a'), new ConsumerGroupMember(broker, 'b')]
    await first.join(['t'], { rebalanceTimeoutMs: 10_000 })
    await second.join(['t'])
    await first.beat()
    await first.tell()
    broker.clock.advance(20_000)
    expect((await first.beat()).error).toBe('NONE')
  })
})
