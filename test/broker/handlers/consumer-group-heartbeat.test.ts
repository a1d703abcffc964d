import { describe, expect, it } from 'vitest'
import { startBroker } from '../../support/broker-fixture.ts'
import { ConsumerGroupMember } from '../../support/consumer-group-client.ts'

describe('ConsumerGroupHeartbeat', () => {
  it('N1: epoch 0 joins, and is told its epoch, its partitions and when to send the next heartbeat', async () => {
    await using broker = await startBroker()
    const topicId = await broker.createTopic('t', { partitions: 3 })
    const member = new ConsumerGroupMember(broker, 'a')
    expect(await member.join(['t'])).toEqual({
      error: 'NONE',
      message: null,
      memberId: 'a',
      epoch: 2,
      intervalMs: 5000,
      assigned: { [topicId]: [0, 1, 2] },
    })
    expect(await member.beat()).toMatchObject({ error: 'NONE', epoch: 2, assigned: null })
  })

  it('N1: in version 0 the broker makes the member id, in version 1 the member does', async () => {
    await using broker = await startBroker()
    const nameless = new ConsumerGroupMember(broker, '')
    const join = { memberEpoch: 0, rebalanceTimeoutMs: 1, subscribedTopicNames: [], topicPartitions: [] }
    const first = await nameless.send(join, { version: 0 })
    const second = await nameless.send(join, { version: 0 })
    expect([first.error, second.error]).toEqual(['NONE', 'NONE'])
    expect(first.memberId).toMatch(/^[0-9a-f-]{36}$/)
    expect(second.memberId).not.toBe(first.memberId)
    expect((await nameless.send(join)).error).toBe('INVALID_REQUEST')
  })

  it('N1: refuses what is incomplete or makes no sense', async () => {
    await using broker = await startBroker()
    const member = new ConsumerGroupMember(broker, 'a')
    const join = { memberEpoch: 0, rebalanceTimeoutMs: 1000, subscribedTopicNames: ['t'], topicPartitions: [] }
    const wrong = [
      { ...join, groupId: '' },
      { ...join, instanceId: '' },
      { ...join, rackId: '' },
      { ...join, rebalanceTimeoutMs: -1 },
      { ...join, topicPartitions: null },
      { ...join, topicPartitions: [{ topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partitions: [0] }] },
      { ...join, subscribedTopicNames: null },
      { memberEpoch: -2 },
      { memberEpoch: -3 },
      { memberEpoch: -1, memberId: '' },
      { memberEpoch: 1, memberId: '' },
    ]
    for (const fields of wrong) {
      const beat = await member.send(fields)
      expect([fields, beat.error, beat.message]).toEqual([fields, 'INVALID_REQUEST', expect.any(String)])
    }
    expect(await member.send({ ...join, serverAssignor: 'best' })).toMatchObject({
      error: 'UNSUPPORTED_ASSIGNOR',
      message: expect.stringMatching(/"best" is none of uniform, range/),
    })
    expect((await member.send({ ...join, subscribedTopicRegex: '(' })).error).toBe('INVALID_REGULAR_EXPRESSION')
    expect((await member.beat({ memberEpoch: 1 })).error).toBe('GROUP_ID_NOT_FOUND')
  })

  it('only an assignor of the config may be asked for', async () => {
    await using broker = await startBroker({ configs: { 'group.consumer.assignors': 'range' } })
    const member = new ConsumerGroupMember(broker, 'a')
    expect((await member.join(['t'], { serverAssignor: 'uniform' })).error).toBe('UNSUPPORTED_ASSIGNOR')
    expect((await member.join(['t'], { serverAssignor: 'range' })).error).toBe('NONE')
  })

  it('tells the interval of the config, and keeps no more members than it allows', async () => {
    const configs = { 'group.consumer.heartbeat.interval.ms': '123', 'group.consumer.max.size': '1' }
    await using broker = await startBroker({ configs })
    const member = new ConsumerGroupMember(broker, 'a')
    expect((await member.join([])).intervalMs).toBe(123)
    expect((await new ConsumerGroupMember(broker, 'b').join([])).error).toBe('GROUP_MAX_SIZE_REACHED')
    expect((await member.join([])).error).toBe('NONE')
    expect((await new ConsumerGroupMember(broker, 'b', { groupId: 'other' }).join([])).error).toBe('NONE')
  })
})
