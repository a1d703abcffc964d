import type { ResponseOf } from '../../src/protocol/api.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'

/** A complete answer to Fetch that carries `records` of partition 0 of topic `t`. */
export function fetched(records: readonly Buffer[]): ResponseOf<typeof fetch> {
  const partition = {
    partitionIndex: 0,
    errorCode: 0,
    highWatermark: 1,
    lastStableOffset: 1,
    logStartOffset: 0,
    divergingEpoch: { epoch: -1, endOffset: -1 },
    currentLeader: { leaderId: -1, leaderEpoch: -1 },
    snapshotId: { endOffset: -1, epoch: -1 },
    abortedTransactions: null,
    preferredReadReplica: -1,
    records,
  }
  const topicId = 'AAAAAAAAAAAAAAAAAAAAAA'
  return fetch.response.create({ responses: [{ topic: 't', topicId, partitions: [partition] }] })
}
