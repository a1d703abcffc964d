import { api } from '../api.ts'
import { array, int8, int16, int32, int64, records, string, struct, uuid } from '../field.ts'
import { leaderIdAndEpoch, nodeEndpoints } from './leader.ts'

const noSession = -1
const unbounded = 0x7fffffff

/** Reads record batches. Up to version 12 topics go by name, from 13 on by id (KIP-516). */
export const fetch = api({
  key: 1,
  name: 'Fetch',
  versions: [4, 17],
  flexibleSince: 12,
  request: {
    clusterId: string.nullable().default(null).tagged(0, 12),
    replicaId: int32.until(14).default(-1),
    replicaState: struct({ replicaId: int32.default(-1), replicaEpoch: int64.default(-1) }).tagged(1, 15),
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: int32.default(unbounded),
    isolationLevel: int8,
    sessionId: int32.since(7),
    sessionEpoch: int32.since(7).default(noSession),
    topics: array({
      topic: string.until(12),
      topicId: uuid.since(13),
      partitions: array({
        partition: int32,
        currentLeaderEpoch: int32.since(9).default(-1),
        fetchOffset: int64,
        lastFetchedEpoch: int32.since(12).default(-1),
        logStartOffset: int64.since(5).default(-1),
        partitionMaxBytes: int32,
        replicaDirectoryId: uuid.tagged(0, 17),
      }),
    }),
    forgottenTopicsData: array({
      topic: string.until(12),
      topicId: uuid.since(13),
      partitions: array(int32),
    }).since(7),
    rackId: string.since(11),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16.since(7),
    sessionId: int32.since(7),
    responses: array({
      topic: string.until(12),
      topicId: uuid.since(13),
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
        highWatermark: int64,
        lastStableOffset: int64.default(-1),
        logStartOffset: int64.since(5).default(-1),
        divergingEpoch: struct({ epoch: int32.default(-1), endOffset: int64.default(-1) }).tagged(0, 12),
        currentLeader: leaderIdAndEpoch.tagged(1, 12),
        snapshotId: struct({ endOffset: int64.default(-1), epoch: int32.default(-1) }).tagged(2, 12),
        abortedTransactions: array({ producerId: int64, firstOffset: int64 }).nullable(),
        preferredReadReplica: int32.since(11).default(-1),
        records: records.nullable(),
      }),
    }),
    nodeEndpoints: nodeEndpoints.tagged(0, 16),
  },
})
