import type { ResponseOf } from '../../protocol/api.ts'
import { consumerGroupDescribe } from '../../protocol/apis/consumer-group-describe.ts'
import { authorizedOperations } from '../authorized-operations.ts'
import type { BrokerState } from '../broker-state.ts'
import type { ConsumerGroup } from '../groups/consumer/consumer-group.ts'
import type { ConsumerMember } from '../groups/consumer/consumer-member.ts'
import { type Holdings, listed, type PartitionSet, union } from '../groups/consumer/partition-sets.ts'
import { assignorOf } from '../groups/consumer/target-assignment.ts'
import { assertGroupId, consumerGroupNamed } from '../groups/find-group.ts'
import { handler, noError, type WireError, wireErrorOf } from '../handler.ts'

type Answer = ResponseOf<typeof consumerGroupDescribe>['groups'][number]

/** `memberType` of one that speaks the new protocol. */
const CONSUMER = 1

/** Describes groups of the new protocol: their states and epochs, members with what they have and what they are to have. */
export const consumerGroupDescribeHandler = handler({
  api: consumerGroupDescribe,
  minVersion: 0,
  maxVersion: 1,
  async handle(state, request) {
    const groups = request.groupIds.map((id) => {
      try {
        assertGroupId(id)
        return describe(state, consumerGroupNamed(state.groups, id), request.includeAuthorizedOperations)
      } catch (error) {
        return nothing(id, wireErrorOf(error, state))
      }
    })
    return consumerGroupDescribe.response.create({ groups })
  },
  refuse: (request, error) =>
    consumerGroupDescribe.response.create({ groups: request.groupIds.map((id) => nothing(id, error)) }),
})

function describe(state: BrokerState, group: ConsumerGroup, includeOperations: boolean): Answer {
  return {
    ...noError,
    groupId: group.id,
    groupState: group.state,
    groupEpoch: group.epoch,
    assignmentEpoch: group.assignmentEpoch,
    assignorName: assignorOf(state, group),
    members: [...group.members.values()].map((member) => describeMember(state, member)),
    authorizedOperations: includeOperations ? authorizedOperations.group : authorizedOperations.notAsked,
  }
}

function describeMember(state: BrokerState, { id, instanceId, terms, standing, target }: ConsumerMember) {
  return {
    memberId: id,
    instanceId,
    rackId: terms.rackId,
    memberEpoch: standing.epoch,
    clientId: terms.clientId,
    clientHost: terms.clientHost,
    subscribedTopicNames: [...terms.topicNames],
    subscribedTopicRegex: terms.topicRegex ?? '',
    // What it has not given up yet it still has.
    assignment: named(state, union(standing.assigned, standing.revoking)),
    targetAssignment: named(state, target),
    memberType: CONSUMER,
  }
}

/** Topics that are deleted have no name any more. */
function named({ topics }: BrokerState, partitions: PartitionSet | Holdings) {
  const topicPartitions = listed(partitions).flatMap(({ topicId, partitions: numbers }) => {
    const topic = topics.byId(topicId)
    return topic === undefined ? [] : [{ topicId, topicName: topic.name, partitions: [...numbers] }]
  })
  return { topicPartitions }
}

function nothing(groupId: string, error: WireError): Answer {
  return {
    ...error,
    groupId,
    groupState: '',
    groupEpoch: 0,
    assignmentEpoch: 0,
    assignorName: '',
    members: [],
    authorizedOperations: authorizedOperations.notAsked,
  }
}
