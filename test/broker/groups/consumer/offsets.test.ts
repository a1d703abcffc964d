import { describe, expect, it } from 'vitest'
import { deleteGroups } from '../../../../src/protocol/apis/delete-groups.ts'
import { describeGroups } from '../../../../src/protocol/apis/describe-groups.ts'
import { leaveGroup } from '../../../../src/protocol/apis/leave-group.ts'
import { listGroups } from '../../../../src/protocol/apis/list-groups.ts'
import { offsetDelete } from '../../../../src/protocol/apis/offset-delete.ts'
import { offsetFetch } from '../../../../src/protocol/apis/offset-fetch.ts'
import { errorName } from '../../../../src/protocol/error-codes.ts'
import { type BrokerFixture, startBroker } from '../../../support/broker-fixture.ts'
import { ConsumerGroupMember, describedGroup, settle } from '../../../support/consumer-group-client.ts'
import { GroupClient } from '../../../support/group-client.ts'
import { transactionalProducer } from '../../../support/transactional-producer.ts'

async function fetchAs(broker: BrokerFixture, memberId: string | null, memberEpoch: number) {
  const request = offsetFetch.request.create({ groups: [{ groupId: 'g', memberId, memberEpoch, topics: null }] })
  const { groups } = await broker.ask(offsetFetch, request, { version: 9 })
  const offsets = groups[0]!.topics.flatMap(({ partitions }) => partitions.map((one) => one.committedOffset))
  return [errorName(groups[0]!.errorCode), ...offsets]
}

describe('N2: offsets of a group of the new protocol', () => {
  it('are committed by members in their epoch', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const group = new GroupClient(broker)
    await new ConsumerGroupMember(broker, 'a').join(['t'])
    const commit = (memberId: string, generationId: number, version = 9) =>
      group.commit(1, { member: { memberId, generationId }, version })
    expect(await commit('a', 2)).toBe('NONE')
    expect(await commit('a', 1)).toBe('STALE_MEMBER_EPOCH')
    expect(await commit('a', 3)).toBe('STALE_MEMBER_EPOCH')
    expect(await commit('b', 2)).toBe('UNKNOWN_MEMBER_ID')
    expect(await group.commit(1)).toBe('UNKNOWN_MEMBER_ID')
    expect(await commit('a', 2, 8)).toBe('UNSUPPORTED_VERSION')
  })

  it('in an earlier epoch only of partitions that are the member’s since then', async () => {
    await using broker = await startBroker()
    const topicId = await broker.createTopic('t', { partitions: 2 })
    const group = new GroupClient(broker)
    const [first, second] = [new ConsumerGroupMember(broker, 'a'), new ConsumerGroupMember(broker, 'b')]
    await first.join(['t'])
    await second.join(['t'])
    await settle(first, second)
    const commit = (partition: number) => group.commit(1, { partition, member: { memberId: 'a', generationId: 2 } })
    const [kept] = first.owned[topicId]!
    expect(await commit(kept!)).toBe('NONE')
    expect(await commit(1 - kept!)).toBe('STALE_MEMBER_EPOCH')
  })

  it('are read by members in their epoch, and by who says nothing of itself', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    await new GroupClient(broker).commit(5)
    await new ConsumerGroupMember(broker, 'a').join(['t'])
    expect(await fetchAs(broker, 'a', 2)).toEqual(['NONE', 5])
    expect(await fetchAs(broker, 'a', 1)).toEqual(['STALE_MEMBER_EPOCH'])
    expect(await fetchAs(broker, 'b', 2)).toEqual(['UNKNOWN_MEMBER_ID'])
    expect(await fetchAs(broker, null, -1)).toEqual(['NONE', 5])
  })

  it('in a transaction a member of another epoch is told ILLEGAL_GENERATION, which its client knows', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    await new ConsumerGroupMember(broker, 'a').join(['t'])
    const producer = await transactionalProducer(broker, 'x')
    await producer.addOffsets('g')
    const commit = (memberId: string, generationId: number) =>
      producer.commitOffset('g', 7, { member: { memberId, generationId } })
    expect(await commit('a', 1)).toBe('ILLEGAL_GENERATION')
    expect(await commit('b', 2)).toBe('UNKNOWN_MEMBER_ID')
    expect(await commit('a', 2)).toBe('NONE')
    expect(await producer.commitOffset('g', 8)).toBe('NONE')
    expect(await producer.end('commit')).toBe('NONE')
    expect(await fetchAs(broker, 'a', 2)).toEqual(['NONE', 8])
  })

  it('of a topic that members read are not deleted: GROUP_SUBSCRIBED_TO_TOPIC', async () => {
    await using broker = await startBroker()
    for (const topic of ['t', 'log', 'other']) {
      await broker.createTopic(topic)
      await new GroupClient(broker).commit(1, { topic })
    }
    const member = new ConsumerGroupMember(broker, 'a')
    await member.join(['t'], { subscribedTopicRegex: 'l.*' })
    const forget = async () => {
      const topics = ['t', 'log', 'other'].map((name) => ({ name, partitions: [{ partitionIndex: 0 }] }))
      const answer = await broker.ask(offsetDelete, offsetDelete.request.create({ groupId: 'g', topics }))
      return [answer.errorCode, ...answer.topics.map(({ partitions }) => partitions[0]!.errorCode)].map(errorName)
    }
    expect(await forget()).toEqual(['NONE', 'GROUP_SUBSCRIBED_TO_TOPIC', 'GROUP_SUBSCRIBED_TO_TOPIC', 'NONE'])
    await member.leave()
    expect(await forget()).toEqual(['NONE', 'NONE', 'NONE', 'NONE'])
  })

  it('expire where no member reads the topic, counted from their commit', async () => {
    await using broker = await startBroker({ configs: { 'offsets.retention.minutes': '1' } })
    for (const topic of ['t', 'other']) {
      await broker.createTopic(topic)
      await new GroupClient(broker).commit(1, { topic })
    }
    const member = new ConsumerGroupMember(broker, 'a')
    await member.join(['t'])
    for (let minute = 0; minute < 11; minute++) {
      broker.clock.advance(30_000)
      await member.beat()
      broker.clock.advance(30_000)
      await member.beat()
    }
    await expect.poll(() => new GroupClient(broker).committed()).toMatchObject([{ topic: 't' }])
  })
})

describe('a group of the new protocol for administrators', () => {
  it('is listed with its type and state, and is no classic group to describe', async () => {
    await using broker = await startBroker()
    await new ConsumerGroupMember(broker, 'a').join(['t'])
    const listed = async (statesFilter: string[], typesFilter: string[]) =>
      (await broker.ask(listGroups, listGroups.request.create({ statesFilter, typesFilter }))).groups
    const group = { groupId: 'g', protocolType: 'consumer', groupState: 'Stable', groupType: 'consumer' }
    expect(await listed([], [])).toEqual([group])
    expect(await listed(['stable'], ['Consumer'])).toEqual([group])
    expect(await listed(['Empty'], [])).toEqual([])
    expect(await listed([], ['classic'])).toEqual([])
    const described = async (version: number) => {
      const request = describeGroups.request.create({ groups: ['g'] })
      const { groups } = await broker.ask(describeGroups, request, { version })
      return [errorName(groups[0]!.errorCode), groups[0]!.groupState]
    }
    expect(await described(5)).toEqual(['NONE', 'Dead'])
    expect(await described(6)).toEqual(['GROUP_ID_NOT_FOUND', 'Dead'])
  })

  it('is deleted when it is empty, with its offsets', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const member = new ConsumerGroupMember(broker, 'a')
    await member.join(['t'])
    await new GroupClient(broker).commit(1, { member: { memberId: 'a', generationId: 2 } })
    const remove = async () => {
      const { results } = await broker.ask(deleteGroups, deleteGroups.request.create({ groupsNames: ['g'] }))
      return errorName(results[0]!.errorCode)
    }
    expect(await remove()).toBe('NON_EMPTY_GROUP')
    await member.leave()
    expect(await remove()).toBe('NONE')
    for (const prefix of ['group/', 'member/', 'offset/']) expect(await broker.storage.entries(prefix)).toEqual([])
    expect((await describedGroup(broker)).error).toBe('GROUP_ID_NOT_FOUND')
  })

  it('gives up members that LeaveGroup names', async () => {
    await using broker = await startBroker()
    const members = [
      new ConsumerGroupMember(broker, 'a'),
      new ConsumerGroupMember(broker, 'b', { instanceId: 'i' }),
      new ConsumerGroupMember(broker, 'c'),
    ]
    for (const member of members) await member.join(['t'])
    const request = leaveGroup.request.create({
      groupId: 'g',
      members: [
        { memberId: 'a', groupInstanceId: null, reason: null },
        { memberId: '', groupInstanceId: 'i', reason: null },
        { memberId: 'nobody', groupInstanceId: null, reason: null },
      ],
    })
    const answer = await broker.ask(leaveGroup, request)
    expect(answer.members.map(({ errorCode }) => errorName(errorCode))).toEqual(['NONE', 'NONE', 'UNKNOWN_MEMBER_ID'])
    expect((await describedGroup(broker)).members.map(({ memberId }) => memberId)).toEqual(['c'])
  })
})
