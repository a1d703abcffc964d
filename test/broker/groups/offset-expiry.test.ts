import { describe, expect, it } from 'vitest'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { GroupClient, subscribed } from '../../support/group-client.ts'
import { quiet } from '../../support/pending.ts'
import { transactionalProducer } from '../../support/transactional-producer.ts'

const minute = 60_000
const configs = { 'offsets.retention.minutes': '10', 'offsets.retention.check.interval.ms': String(minute) }

/** Moves the clock minute by minute, so that every look for old offsets takes place. */
async function pass(broker: BrokerFixture, minutes: number, each = async () => {}): Promise<void> {
  for (let passed = 0; passed < minutes; passed++) {
    broker.clock.advance(minute)
    await quiet()
    await each()
  }
}

describe('expiry of committed offsets', () => {
  it('O9: the offsets of a group count from when its last member left, and the group goes with them', async () => {
    await using broker = await startBroker({ configs })
    await broker.createTopic('t')
    const group = new GroupClient(broker)
    const [member] = await group.form(1, { sessionTimeoutMs: 100_000 })
    await group.commit(1, { member: member! })
    await pass(broker, 15, async () => void (await group.heartbeat(member!)))
    expect(await group.committed()).toHaveLength(1)
    await group.leave(member!)
    await pass(broker, 9)
    expect(await group.committed()).toHaveLength(1)
    await pass(broker, 2)
    expect(await group.committed()).toEqual([])
    expect(await group.state()).toBe('Dead')
    expect(await broker.storage.entries('offset/')).toEqual([])
    expect(await broker.storage.entries('group/')).toEqual([])
  })

  it('O9: the offsets of a group that nobody joined count from their commit, each by itself', async () => {
    await using broker = await startBroker({ configs })
    await broker.createTopic('t', { partitions: 2 })
    const group = new GroupClient(broker)
    await group.commit(1)
    await pass(broker, 5)
    await group.commit(2, { partition: 1 })
    await pass(broker, 6)
    expect(await group.committed()).toMatchObject([{ partition: 1 }])
    await pass(broker, 5)
    expect(await group.state()).toBe('Dead')
  })

  it('O9: of a group with members, those of topics that they do not consume count from their commit', async () => {
    await using broker = await startBroker({ configs })
    await broker.createTopic('t')
    await broker.createTopic('left')
    const group = new GroupClient(broker)
    const [member] = await group.form(1, { sessionTimeoutMs: 100_000, protocols: subscribed('t') })
    await group.commit(1, { member: member! })
    await group.commit(2, { member: member!, topic: 'left' })
    await pass(broker, 12, async () => void (await group.heartbeat(member!)))
    expect(await group.committed()).toMatchObject([{ topic: 't', offset: 1 }])
  })

  it('O9: of a group whose members do not tell what they consume, none are forgotten', async () => {
    await using broker = await startBroker({ configs })
    await broker.createTopic('t')
    const group = new GroupClient(broker)
    const [member] = await group.form(1, { sessionTimeoutMs: 100_000, protocolType: 'connect' })
    await group.commit(1, { member: member! })
    await pass(broker, 12, async () => void (await group.heartbeat(member!)))
    expect(await group.committed()).toHaveLength(1)
  })

  it('O9: an old client may say how long its offsets are kept', async () => {
    await using broker = await startBroker({ configs })
    await broker.createTopic('t', { partitions: 2 })
    const group = new GroupClient(broker)
    await group.commit(1, { version: 4, retentionTimeMs: 2 * minute })
    await group.commit(2, { version: 4, retentionTimeMs: 30 * minute, partition: 1 })
    await pass(broker, 3)
    expect(await group.committed()).toMatchObject([{ partition: 1 }])
    await pass(broker, 20)
    expect(await group.committed()).toMatchObject([{ partition: 1 }])
  })

  it('O9: none is forgotten while an offset of its partition waits in a transaction', async () => {
    await using broker = await startBroker({ configs })
    await broker.createTopic('t', { partitions: 2 })
    const group = new GroupClient(broker)
    for (const partition of [0, 1]) await group.commit(1, { partition })
    const producer = await transactionalProducer(broker, 'x', { timeoutMs: 15 * minute })
    await producer.addOffsets('g')
    expect(await producer.commitOffset('g', 5)).toBe('NONE')
    await pass(broker, 12)
    expect(await group.committed()).toMatchObject([{ partition: 0, offset: 1 }])
    expect(await producer.end('commit')).toBe('NONE')
    expect(await group.committed()).toMatchObject([{ partition: 0, offset: 5 }])
    await pass(broker, 12)
    expect(await group.state()).toBe('Dead')
  })

  it('a group without members and without offsets is forgotten at the next look', async () => {
    await using broker = await startBroker({ configs })
    const group = new GroupClient(broker)
    const [member] = await group.form(1)
    await group.leave(member!)
    expect(await group.state()).toBe('Empty')
    await pass(broker, 1)
    expect(await group.state()).toBe('Dead')
  })
})
