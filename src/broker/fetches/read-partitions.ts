import { RafkaError } from '../../core/errors.ts'
import type { ReadMemory } from '../../core/storage-engine.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import type { fetch } from '../../protocol/apis/fetch.ts'
import type { BrokerState } from '../broker-state.ts'
import { wireErrorOf } from '../handler.ts'
import { assertLeaderEpoch, hasDiverged, LEADER_EPOCH } from '../logs/leader-epoch.ts'
import { findWanted, type WantedPartition } from './wanted-partition.ts'

/** What a Fetch response says of one partition. */
export type PartitionAnswer = ResponseOf<typeof fetch>['responses'][number]['partitions'][number]

/** One look at all partitions of a fetch. `failed`: one of them has an error, or another history than the reader. */
export interface Round {
  /** In the order of the partitions. */
  readonly answers: readonly PartitionAnswer[]
  readonly sizeBytes: number
  readonly failed: boolean
}

/** Bounds of one fetch. */
export interface ReadLimits extends Pick<RequestOf<typeof fetch>, 'maxBytes'> {
  /** Give what is below the last stable offset alone, and tell which transactions in it were aborted. */
  readonly committedOnly: boolean
  /** Where the records may be. Left out: they belong to whoever asked. */
  readonly memory: ReadMemory | undefined
}

/** Reads what each partition has; an error of one is its answer. The first batch comes whole, later ones only if they fit (KIP-74). */
export async function readPartitions(
  state: BrokerState,
  wanted: readonly WantedPartition[],
  { maxBytes, committedOnly, memory }: ReadLimits,
): Promise<Round> {
  const answers: PartitionAnswer[] = []
  let left = Math.min(maxBytes, state.configs.number('fetch.max.bytes'))
  let sizeBytes = 0
  let failed = false
  for (const one of wanted) {
    try {
      const answer = await readOne(state, one, sizeBytes === 0, { maxBytes: left, committedOnly, memory })
      const bytes = answer.records?.reduce((sum, batch) => sum + batch.length, 0) ?? 0
      answers.push(answer)
      failed ||= isDiverging(answer)
      sizeBytes += bytes
      left -= bytes
    } catch (error) {
      failed = true
      answers.push(partitionAnswer(one.partition.partition, wireErrorOf(error, state).errorCode))
    }
  }
  return { answers, sizeBytes, failed }
}

async function readOne(
  state: BrokerState,
  wanted: WantedPartition,
  first: boolean,
  { maxBytes, committedOnly, memory }: ReadLimits,
): Promise<PartitionAnswer> {
  const { fetchOffset, partition, partitionMaxBytes, currentLeaderEpoch, lastFetchedEpoch } = wanted.partition
  const log = findWanted(state, wanted)
  assertLeaderEpoch(currentLeaderEpoch)
  const { start, highWatermark, lastStableOffset } = log
  const marks = { highWatermark, lastStableOffset, logStartOffset: start }
  if (lastFetchedEpoch !== -1 && hasDiverged(lastFetchedEpoch, fetchOffset, log.end)) {
    return { ...partitionAnswer(partition, 0), ...marks, divergingEpoch: { epoch: LEADER_EPOCH, endOffset: log.end } }
  }
  // Between the high watermark and the end are batches that are not durable yet: they are waited for.
  if (fetchOffset < start || fetchOffset > log.end) {
    throw new RafkaError('OFFSET_OUT_OF_RANGE', `${log.topic}/${log.partition} has offsets ${start} to ${log.end}`)
  }
  const limit = Math.min(maxBytes, partitionMaxBytes)
  const end = committedOnly ? lastStableOffset : highWatermark
  const batches = first || limit > 0 ? await log.read(fetchOffset, Math.max(limit, 0), end, memory) : []
  const given = first || (batches[0]?.bytes.length ?? 0) <= limit ? batches : []
  const aborted = committedOnly
    ? log.transactions.abortedBetween(fetchOffset, (given.at(-1)?.lastOffset ?? -1) + 1)
    : null
  return {
    ...partitionAnswer(partition, 0),
    ...marks,
    abortedTransactions: aborted?.map(({ producerId, firstOffset }) => ({ producerId, firstOffset })) ?? null,
    records: given.map(({ bytes }) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)),
  }
}

/** The reader is told where its history and that of the log part (KIP-595), which is no error. */
export function isDiverging({ divergingEpoch }: PartitionAnswer): boolean {
  return divergingEpoch.epoch !== -1
}

/** `records` is never null: some clients fail on it (`FetchResponse.recordsOrFail`). */
export function partitionAnswer(partitionIndex: number, errorCode: number): PartitionAnswer {
  return {
    partitionIndex,
    errorCode,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    divergingEpoch: { epoch: -1, endOffset: -1 },
    currentLeader: { leaderId: -1, leaderEpoch: -1 },
    snapshotId: { endOffset: -1, epoch: -1 },
    abortedTransactions: null,
    preferredReadReplica: -1,
    records: [],
  }
}
