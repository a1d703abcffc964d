import { api } from '../api.ts'
import { array, int16, int32, int64, records, string } from '../field.ts'
import { leaderIdAndEpoch, nodeEndpoints } from './leader.ts'

/**
 * Appends record batches. With `acks` 0 there is no response.
 * Kafka reports versions from 0 on though it refuses those below 3, for clients that compress only when they see them (KAFKA-18659).
 */
export const produce = api({
  key: 0,
  name: 'Produce',
  versions: [3, 12],
  flexibleSince: 9,
  request: {
    transactionalId: string.nullable().default(null),
    acks: int16,
    timeoutMs: int32,
    topicData: array({
      name: string,
      partitionData: array({ index: int32, records: records.nullable() }),
    }),
  },
  response: {
    responses: array({
      name: string,
      partitionResponses: array({
        index: int32,
        errorCode: int16,
        baseOffset: int64,
        logAppendTimeMs: int64.default(-1),
        logStartOffset: int64.since(5).default(-1),
        recordErrors: array({
          batchIndex: int32,
          batchIndexErrorMessage: string.nullable().default(null),
        }).since(8),
        errorMessage: string.since(8).nullable().default(null),
        currentLeader: leaderIdAndEpoch.tagged(0, 10),
      }),
    }),
    throttleTimeMs: int32,
    nodeEndpoints: nodeEndpoints.tagged(0, 10),
  },
})
