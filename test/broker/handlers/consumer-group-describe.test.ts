import { describe, expect, it } from 'vitest'
import { consumerGroupDescribe } from '../../../src/protocol/apis/consumer-group-describe.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { ConsumerGroupMember, describedGroup } from '../../support/consumer-group-client.ts'
import { GroupClient } from '../../support/group-client.ts'

describe('ConsumerGroupDescribe', () => {
  it('tells members with what they have and what they are to have', async () => {
    await using broker = await startBroker()
    const topicId = await broker.createTopic('t', { partitions: 2 })
    const first = new ConsumerGroupMember(broker, 'a', { instanceId: 'i' })
    await first.join(['t', 'later'], { rackId: 'r', serverAssignor: 'range' })
    await new ConsumerGroupMember(broker, 'b').join([], { subscribedTopicRegex: 't.*' })
    const partitions = (...numbers: number[]) => ({
      topicPartitions: numbers.length === 0 ? [] : [{ topicId, topicName: 't', partitions: numbers }],
    })
    expect(await describedGroup(broker)).toMatchObject({
      error: 'NONE',
      errorMessage: null,
      groupState: 'Reconciling',
      groupEpoch: 3,
      assignmentEpoch: 3,
      assignorName: 'range',
      members: [
        {
          memberId: 'a',
          instanceId: 'i',
          rackId: 'r',
          memberEpoch: 2,
          clientId: 'test',
          clientHost: '/test',
          subscribedTopicNames: ['later', 't'],
          subscribedTopicRegex: '',
          assignment: partitions(0, 1),
          targetAssignment: partitions(1),
          memberType: 1,
        },
        {
          memberId: 'b',
          subscribedTopicNames: [],
          subscribedTopicRegex: 't.*',
          memberEpoch: 3,
          assignment: partitions(),
          targetAssignment: partitions(0),
        },
      ],
    })
  })

  it('finds no group that is not there, of the classic protocol, or without a name', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    await new GroupClient(broker, 'classic').commit(1)
    const request = consumerGroupDescribe.request.create({ groupIds: ['none', 'classic', ''] })
    const { groups } = await broker.ask(consumerGroupDescribe, request)
    expect(groups.map((group) => [group.groupId, errorName(group.errorCode)])).toEqual([
      ['none', 'GROUP_ID_NOT_FOUND'],
      ['classic', 'GROUP_ID_NOT_FOUND'],
      ['', 'INVALID_GROUP_ID'],
    ])
    expect(groups[0]!.errorMessage).toMatch(/"none" does not exist/)
  })
})
