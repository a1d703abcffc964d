import type { RequestOf } from '../../src/protocol/api.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { listOffsets } from '../../src/protocol/apis/list-offsets.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import { zeroUuid } from '../../src/protocol/uuid.ts'

/** One partition to be produced to. */
export interface Production {
  readonly topic: string
  readonly partition?: number
  readonly records: readonly Buffer[] | null
}

/** One partition to be fetched from. */
export interface Wanted {
  readonly topic?: string
  readonly topicId?: string
  readonly partition?: number
  readonly offset: number
  readonly maxBytes?: number
  readonly leaderEpoch?: number
  readonly lastFetchedEpoch?: number
}

export interface FetchOptions {
  readonly minBytes?: number
  readonly maxBytes?: number
  readonly maxWaitMs?: number
  readonly sessionId?: number
  readonly sessionEpoch?: number
  readonly replicaId?: number
}

/** A Produce request, one entry per partition in the order given. */
export function produceRequest(
  productions: readonly Production[],
  { acks = -1, transactionalId = null }: { acks?: number; transactionalId?: string | null } = {},
): RequestOf<typeof produce> {
  const topicData = productions.map(({ topic, partition = 0, records }) => ({
    name: topic,
    partitionData: [{ index: partition, records }],
  }))
  return produce.request.create({ acks, transactionalId, timeoutMs: 1000, topicData })
}

/** A Fetch request, one entry per partition in the order given. */
export function fetchRequest(wanted: readonly Wanted[], options: FetchOptions = {}): RequestOf<typeof fetch> {
  const { minBytes = 1, maxBytes = 2 ** 20, maxWaitMs = 0, sessionId = 0, sessionEpoch = -1, replicaId = -1 } = options
  return fetch.request.create({
    minBytes,
    maxBytes,
    maxWaitMs,
    sessionId,
    sessionEpoch,
    replicaId,
    topics: wanted.map((one) => ({
      topic: one.topic ?? '',
      topicId: one.topicId ?? zeroUuid,
      partitions: [
        {
          partition: one.partition ?? 0,
          currentLeaderEpoch: one.leaderEpoch ?? -1,
          fetchOffset: one.offset,
          lastFetchedEpoch: one.lastFetchedEpoch ?? -1,
          logStartOffset: -1,
          partitionMaxBytes: one.maxBytes ?? 2 ** 20,
          replicaDirectoryId: zeroUuid,
        },
      ],
    })),
  })
}

/** A ListOffsets request for one timestamp per partition. */
export function listOffsetsRequest(
  asked: ReadonlyArray<{ topic: string; partition?: number; timestamp: number; leaderEpoch?: number }>,
): RequestOf<typeof listOffsets> {
  return listOffsets.request.create({
    replicaId: -1,
    topics: asked.map(({ topic, partition = 0, timestamp, leaderEpoch = -1 }) => ({
      name: topic,
      partitions: [{ partitionIndex: partition, currentLeaderEpoch: leaderEpoch, timestamp }],
    })),
  })
}
