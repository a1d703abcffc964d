import type { BatchDescription } from '../../core/admin.ts'
import type { TopicPartition } from '../../core/consumer.ts'
import { RafkaError } from '../../core/errors.ts'
import { fetch } from '../../protocol/apis/fetch.ts'
import { errorName } from '../../protocol/error-codes.ts'
import { zeroUuid } from '../../protocol/uuid.ts'
import { hasValidCrc, readBatchHeader, splitBatches } from '../../records/header.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { byLeader, findOffsets, offsetTimes } from '../cluster/list-offsets.ts'
import { AssignedPartition } from '../consumer/assigned-partition.ts'
import { fetchRequest, maxFetchVersion, readFetchResponse } from '../consumer/fetch-answer.ts'
import { defaultRequestTimeoutMs } from '../transport.ts'

const FETCH_BYTES = 4 * 1024 * 1024
const LIMITS = {
  maxWaitMs: 0,
  minBytes: 1,
  maxBytes: FETCH_BYTES,
  maxPartitionBytes: FETCH_BYTES,
  isolation: 'read_uncommitted',
} as const

/** See `Admin.batches`. */
export async function* readBatches(
  cluster: Cluster,
  wanted: TopicPartition,
  offset: number | undefined,
): AsyncIterable<BatchDescription> {
  const bounds = { timeoutMs: defaultRequestTimeoutMs }
  const end = await offsetAt(cluster, wanted, offsetTimes.end, bounds)
  const start = offset ?? (await offsetAt(cluster, wanted, offsetTimes.start, bounds))
  const topicId = cluster.topic(wanted.topic)?.topicId ?? zeroUuid
  const partition = new AssignedPartition(wanted.topic, topicId, wanted.partition)
  partition.moveTo(start)
  while (partition.fetchOffset < end) {
    const batches = await fetchBatches(cluster, partition)
    // The log may have been cut (DeleteRecords, retention) since its end was looked up.
    if (batches.length === 0) return
    for (const batch of batches) {
      const described = describeBatch(batch)
      if (described.baseOffset >= end) return
      partition.fetchOffset = described.lastOffset + 1
      yield described
    }
  }
}

async function offsetAt(
  cluster: Cluster,
  wanted: TopicPartition,
  time: number,
  bounds: { timeoutMs: number },
): Promise<number> {
  const [found] = await findOffsets(cluster, [wanted], time, bounds)
  return found?.offset ?? 0
}

function fetchBatches(cluster: Cluster, partition: AssignedPartition): Promise<Buffer[]> {
  const { topic, partition: index, fetchOffset } = partition
  const bounds = { awaited: `the batches of ${topic}-${index}`, timeoutMs: defaultRequestTimeoutMs }
  return cluster.retry(bounds, async (timeoutMs) => {
    const [[leader = 'any' as const] = []] = await byLeader(cluster, [partition], timeoutMs)
    const maxVersion = maxFetchVersion([partition])
    const body = fetchRequest([partition], LIMITS)
    const response = await cluster.main.request(leader, fetch, body, { timeoutMs, maxVersion })
    const answer = readFetchResponse(response)(partition)
    const error = answer === undefined ? 'UNKNOWN_SERVER_ERROR' : errorName(answer.errorCode)
    if (error !== 'NONE') {
      await cluster.refresh({ topics: [topic], timeoutMs }).catch(() => undefined)
      throw new RafkaError(error, `the broker answered ${error} for ${topic}-${index} at offset ${fetchOffset}`)
    }
    const batches = (answer?.records ?? []).flatMap(splitBatches)
    return batches.filter((batch) => readBatchHeader(batch).lastOffset >= fetchOffset)
  })
}

function describeBatch(batch: Buffer): BatchDescription {
  const header = readBatchHeader(batch)
  return {
    baseOffset: header.baseOffset,
    lastOffset: header.lastOffset,
    records: header.recordCount,
    sizeBytes: header.sizeBytes,
    baseTimestamp: header.baseTimestamp,
    maxTimestamp: header.maxTimestamp,
    compression: header.compression ?? 'unknown',
    producerId: header.producerId,
    producerEpoch: header.producerEpoch,
    baseSequence: header.baseSequence,
    transactional: header.transactional,
    control: header.control,
    crcValid: hasValidCrc(batch),
  }
}
