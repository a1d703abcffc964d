import { api } from '../api.ts'
import { array, boolean, int8, int16, int32, string, struct, uuid } from '../field.ts'

const notAsked = -2147483648
const unknownType = -1
const assignment = struct({ topicPartitions: array({ topicId: uuid, topicName: string, partitions: array(int32) }) })

/** States, members and assignments of groups of the new protocol (KIP-848). `memberType`: 0 classic, 1 consumer. */
export const consumerGroupDescribe = api({
  key: 69,
  name: 'ConsumerGroupDescribe',
  versions: [0, 1],
  flexibleSince: 0,
  request: {
    groupIds: array(string),
    includeAuthorizedOperations: boolean,
  },
  response: {
    throttleTimeMs: int32,
    groups: array({
      errorCode: int16,
      errorMessage: string.nullable().default(null),
      groupId: string,
      groupState: string,
      groupEpoch: int32,
      assignmentEpoch: int32,
      assignorName: string,
      members: array({
        memberId: string,
        instanceId: string.nullable().default(null),
        rackId: string.nullable().default(null),
        memberEpoch: int32,
        clientId: string,
        clientHost: string,
        subscribedTopicNames: array(string),
        subscribedTopicRegex: string.nullable().default(null),
        assignment,
        targetAssignment: assignment,
        memberType: int8.since(1).default(unknownType),
      }),
      authorizedOperations: int32.default(notAsked),
    }),
  },
})
