import { api } from '../api.ts'
import { array, boolean, int16, int32, string, uuid } from '../field.ts'

const notAsked = -2147483648

/**
 * Brokers, topics and who leads their partitions. In version 0 an empty list of topics asks for all; later null does and an empty list asks for none.
 * Topic ids in requests are for version 12 and later.
 */
export const metadata = api({
  key: 3,
  name: 'Metadata',
  versions: [0, 13],
  flexibleSince: 9,
  request: {
    topics: array({ topicId: uuid.since(10), name: string.nullable(10) }).nullable(1),
    allowAutoTopicCreation: boolean.since(4).default(true),
    includeClusterAuthorizedOperations: boolean.since(8).until(10),
    includeTopicAuthorizedOperations: boolean.since(8),
  },
  response: {
    throttleTimeMs: int32.since(3),
    brokers: array({
      nodeId: int32,
      host: string,
      port: int32,
      rack: string.since(1).nullable(1).default(null),
    }),
    clusterId: string.since(2).nullable(2).default(null),
    controllerId: int32.since(1).default(-1),
    topics: array({
      errorCode: int16,
      name: string.nullable(12),
      topicId: uuid.since(10),
      isInternal: boolean.since(1),
      partitions: array({
        errorCode: int16,
        partitionIndex: int32,
        leaderId: int32,
        leaderEpoch: int32.since(7).default(-1),
        replicaNodes: array(int32),
        isrNodes: array(int32),
        offlineReplicas: array(int32).since(5),
      }),
      topicAuthorizedOperations: int32.since(8).default(notAsked),
    }),
    clusterAuthorizedOperations: int32.since(8).until(10).default(notAsked),
    errorCode: int16.since(13),
  },
})
