import { api } from '../api.ts'
import { array, int16, int32, string, struct, uuid } from '../field.ts'

const topicPartitions = array({ topicId: uuid, partitions: array(int32) })

/**
 * Joins (`memberEpoch` 0), keeps and leaves (-1; -2 for a static member that comes back) a group of the new protocol (KIP-848).
 * A field that is null has not changed since the member's last heartbeat.
 */
export const consumerGroupHeartbeat = api({
  key: 68,
  name: 'ConsumerGroupHeartbeat',
  versions: [0, 1],
  flexibleSince: 0,
  request: {
    groupId: string,
    memberId: string,
    memberEpoch: int32,
    instanceId: string.nullable().default(null),
    rackId: string.nullable().default(null),
    rebalanceTimeoutMs: int32.default(-1),
    subscribedTopicNames: array(string).nullable().default(null),
    subscribedTopicRegex: string.since(1).nullable(1).default(null),
    serverAssignor: string.nullable().default(null),
    topicPartitions: topicPartitions.nullable().default(null),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.nullable().default(null),
    memberId: string.nullable().default(null),
    memberEpoch: int32,
    heartbeatIntervalMs: int32,
    assignment: struct({ topicPartitions }).nullable().default(null),
  },
})
