import { api } from '../api.ts'
import { array, boolean, int16, int32, string, struct, uuid } from '../field.ts'

const notAsked = -2147483648

const cursor = struct({ topicName: string, partitionIndex: int32 }).nullable().default(null)

/** Topics and their partitions, page by page: `nextCursor` is the `cursor` of the next request, null at the end (KIP-966). */
export const describeTopicPartitions = api({
  key: 75,
  name: 'DescribeTopicPartitions',
  versions: [0, 0],
  flexibleSince: 0,
  request: {
    topics: array({ name: string }),
    responsePartitionLimit: int32.default(2000),
    cursor,
  },
  response: {
    throttleTimeMs: int32,
    topics: array({
      errorCode: int16,
      name: string.nullable(),
      topicId: uuid,
      isInternal: boolean,
      partitions: array({
        errorCode: int16,
        partitionIndex: int32,
        leaderId: int32,
        leaderEpoch: int32.default(-1),
        replicaNodes: array(int32),
        isrNodes: array(int32),
        eligibleLeaderReplicas: array(int32).nullable().default(null),
        lastKnownElr: array(int32).nullable().default(null),
        offlineReplicas: array(int32),
      }),
      topicAuthorizedOperations: int32.default(notAsked),
    }),
    nextCursor: cursor,
  },
})
