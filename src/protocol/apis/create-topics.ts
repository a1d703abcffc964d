import { api } from '../api.ts'
import { array, boolean, int8, int16, int32, string, uuid } from '../field.ts'

/** Creates topics. From version 4 on -1 partitions or replicas mean the broker's defaults (KIP-464). */
export const createTopics = api({
  key: 19,
  name: 'CreateTopics',
  versions: [2, 7],
  flexibleSince: 5,
  request: {
    topics: array({
      name: string,
      numPartitions: int32,
      replicationFactor: int16,
      assignments: array({ partitionIndex: int32, brokerIds: array(int32) }),
      configs: array({ name: string, value: string.nullable() }),
    }),
    timeoutMs: int32.default(60_000),
    validateOnly: boolean,
  },
  response: {
    throttleTimeMs: int32,
    topics: array({
      name: string,
      topicId: uuid.since(7),
      errorCode: int16,
      errorMessage: string.nullable(),
      topicConfigErrorCode: int16.tagged(0, 5),
      numPartitions: int32.since(5).default(-1),
      replicationFactor: int16.since(5).default(-1),
      configs: array({
        name: string,
        value: string.nullable(),
        readOnly: boolean,
        configSource: int8.default(-1),
        isSensitive: boolean,
      })
        .since(5)
        .nullable(),
    }),
  },
})
