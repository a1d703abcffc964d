import { describe, expect, it } from 'vitest'
import { createPartitions } from '../../../../src/protocol/apis/create-partitions.ts'
import { startBroker } from '../../../support/broker-fixture.ts'
import { ConsumerGroupMember, describedGroup, settle } from '../../../support/consumer-group-client.ts'

describe('topics of a group of the new protocol', () => {
  it('one that comes later, with partitions that come later, is shared out', async () => {
    await using broker = await startBroker()
    const member = new ConsumerGroupMember(broker, 'a')
    expect(await member.join(['t'])).toMatchObject({ epoch: 2, assigned: {} })
    await broker.createTopic('other')
    expect(await member.beat()).toMatchObject({ epoch: 2, assigned: null })
    const topicId = await broker.createTopic('t')
    expect(await member.beat()).toMatchObject({ epoch: 3, assigned: { [topicId]: [0] } })
    const topics = [{ name: 't', count: 3, assignments: null }]
    await broker.ask(createPartitions, createPartitions.request.create({ topics, timeoutMs: 1000 }))
    expect(await member.beat()).toMatchObject({ epoch: 4, assigned: { [topicId]: [0, 1, 2] } })
  })

  it('one that is deleted is given up, and is another when it is created again', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const member = new ConsumerGroupMember(broker, 'a')
    await member.join(['t'])
    await broker.deleteTopic('t')
    expect(await member.beat()).toMatchObject({ epoch: 2, assigned: {} })
    expect(await member.tell()).toMatchObject({ epoch: 3 })
    const again = await broker.createTopic('t')
    expect(await member.beat()).toMatchObject({ epoch: 4, assigned: { [again]: [0] } })
    expect((await describedGroup(broker)).groupEpoch).toBe(4)
  })

  it('those that a regular expression matches as a whole are read, beside those that are named', async () => {
    await using broker = await startBroker()
    const [log1, plain] = [await broker.createTopic('log-1'), await broker.createTopic('plain')]
    await broker.createTopic('catalog-1')
    const member = new ConsumerGroupMember(broker, 'a')
    expect(await member.join(null, { subscribedTopicRegex: 'log-\\d+' })).toMatchObject({ assigned: { [log1]: [0] } })
    expect((await member.beat({ subscribedTopicNames: ['plain'] })).assigned).toEqual({ [log1]: [0], [plain]: [0] })
    const log2 = await broker.createTopic('log-22')
    expect((await member.beat()).assigned).toEqual({ [log1]: [0], [plain]: [0], [log2]: [0] })
    await member.beat({ subscribedTopicRegex: '' })
    await settle(member)
    expect(member.owned).toEqual({ [plain]: [0] })
  })

  it('a regular expression that cannot be used is refused, and changes nothing', async () => {
    await using broker = await startBroker()
    const topicId = await broker.createTopic('t')
    const member = new ConsumerGroupMember(broker, 'a')
    await member.join(['t'])
    for (const subscribedTopicRegex of ['(', '(a)\\1', '(?=t)', 'a'.repeat(5000), '(a{1000}){1000}']) {
      expect((await member.send({ subscribedTopicRegex })).error).toBe('INVALID_REGULAR_EXPRESSION')
    }
    expect(await member.join(['t'])).toMatchObject({ epoch: 2, assigned: { [topicId]: [0] } })
  })
})
