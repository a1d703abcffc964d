import type { ErrorName } from '../../src/core/errors.ts'
import { RafkaError } from '../../src/core/errors.ts'
import type { RequestOf } from '../../src/protocol/api.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { initProducerId } from '../../src/protocol/apis/init-producer-id.ts'
import { listOffsets } from '../../src/protocol/apis/list-offsets.ts'
import { metadata } from '../../src/protocol/apis/metadata.ts'
import { produce } from '../../src/protocol/apis/produce.ts'
import { errorCode } from '../../src/protocol/error-codes.ts'
import { zeroUuid } from '../../src/protocol/uuid.ts'
import { type BatchHeader, readBatchHeader, stampBatch } from '../../src/records/header.ts'
import { type ScriptedBroker, scriptedBroker } from './scripted-broker.ts'

/**
 * What goes wrong with one Produce request.
 *
 * - an error name: refused, nothing is appended
 * - `lose request`, `lose answer`: the connection goes before, or after, the batch is appended
 * - `no answer`: appended, and nothing comes back
 */
export type Fault = ErrorName | 'lose request' | 'lose answer' | 'no answer' | undefined

/** One batch as it came. */
interface ReceivedBatch extends BatchHeader {
  readonly topic: string
  readonly partition: number
  readonly bytes: Buffer
}

/** A broker with Kafka's rules for the sequences of producers (KIP-98), and faults on demand. */
export interface ScriptedCluster {
  readonly broker: ScriptedBroker
  /** Appended batches, by `partition/topic`. */
  readonly logs: Map<string, ReceivedBatch[]>
  /** Every batch that came, appended or not. */
  readonly received: ReceivedBatch[]
  /** Number of partitions by topic; others do not exist. */
  readonly topics: Map<string, number>
  /** Asked for each batch that comes. */
  fault: (batch: ReceivedBatch) => Fault
  /** Asked for each partition of each Fetch request. */
  fetchFault: (topic: string, partition: number, offset: number) => ErrorName | 'lose request' | undefined
  /** Held before the answer of each Produce request. */
  gate: Promise<void> | undefined
}

const WINDOW = 5

/** Puts a batch into a log as it is, whatever it claims. */
export function store(cluster: ScriptedCluster, topic: string, partition: number, bytes: Buffer): void {
  const key = `${partition}/${topic}`
  const batch = { ...readBatchHeader(bytes), topic, partition, bytes }
  cluster.logs.set(key, [...(cluster.logs.get(key) ?? []), batch])
}

/** A cluster of one node, in this process, with these topics. */
export function scriptedCluster(topics: Readonly<Record<string, number>>): ScriptedCluster {
  let lastProducerId = 999
  const sequences = new Map<string, Array<{ first: number; last: number; baseOffset: number }>>()
  const cluster: ScriptedCluster = {
    broker: scriptedBroker({
      Metadata: (request: RequestOf<typeof metadata>) => describe(cluster, request),
      InitProducerId: () => {
        lastProducerId += 1
        return initProducerId.response.create({ producerId: lastProducerId, producerEpoch: 0 })
      },
      Produce: (request: RequestOf<typeof produce>, { signal }) => answerProduce(cluster, sequences, request, signal),
      ListOffsets: (request: RequestOf<typeof listOffsets>) => answerListOffsets(cluster, request),
      Fetch: (request: RequestOf<typeof fetch>) => answerFetch(cluster, request),
    }),
    logs: new Map(),
    received: [],
    topics: new Map(Object.entries(topics)),
    fault: () => undefined,
    fetchFault: () => undefined,
    gate: undefined,
  }
  return cluster
}

function describe({ topics }: ScriptedCluster, request: RequestOf<typeof metadata>) {
  const names = request.topics?.map(({ name }) => name ?? '') ?? [...topics.keys()]
  return metadata.response.create({
    brokers: [{ nodeId: 7, host: 'scripted', port: 1, rack: null }],
    controllerId: 7,
    topics: names.map((name) => ({
      errorCode: topics.has(name) ? 0 : errorCode('UNKNOWN_TOPIC_OR_PARTITION'),
      name,
      topicId: zeroUuid,
      isInternal: false,
      partitions: Array.from({ length: topics.get(name) ?? 0 }, (_, partitionIndex) => ({
        errorCode: 0,
        partitionIndex,
        leaderId: 7,
        leaderEpoch: 0,
        replicaNodes: [7],
        isrNodes: [7],
        offlineReplicas: [],
      })),
      topicAuthorizedOperations: 0,
    })),
  })
}

type Sequences = Map<string, Array<{ first: number; last: number; baseOffset: number }>>

async function answerProduce(
  cluster: ScriptedCluster,
  sequences: Sequences,
  request: RequestOf<typeof produce>,
  signal: AbortSignal | undefined,
) {
  let loss: Fault
  const responses = request.topicData.map(({ name, partitionData }) => ({
    name,
    partitionResponses: partitionData.map(({ index, records }) => {
      const bytes = Buffer.concat(records ?? [])
      const batch = { ...readBatchHeader(bytes), topic: name, partition: index, bytes }
      cluster.received.push(batch)
      const fault = cluster.fault(batch)
      if (fault === 'lose request') throw new RafkaError('NETWORK_EXCEPTION', 'the request was lost')
      if (fault === 'lose answer' || fault === 'no answer') loss = fault
      const refused = loss === undefined ? fault : undefined
      return partAnswer(index, refused === undefined ? append(cluster, sequences, batch) : (refused as ErrorName))
    }),
  }))
  await cluster.gate
  if (loss === 'lose answer') throw new RafkaError('NETWORK_EXCEPTION', 'the answer was lost')
  if (loss === 'no answer') await new Promise((resolve) => signal?.addEventListener('abort', resolve))
  return request.acks === 0 ? null : produce.response.create({ responses })
}

function partAnswer(index: number, outcome: ErrorName | number) {
  return {
    index,
    errorCode: typeof outcome === 'number' ? 0 : errorCode(outcome),
    baseOffset: typeof outcome === 'number' ? outcome : -1,
    logAppendTimeMs: -1,
    logStartOffset: 0,
    recordErrors: [],
    errorMessage: null,
    currentLeader: { leaderId: -1, leaderEpoch: -1 },
  }
}

/** The offset that the batch got, or why it got none. */
function append(cluster: ScriptedCluster, sequences: Sequences, batch: ReceivedBatch): number | ErrorName {
  const key = `${batch.partition}/${batch.topic}`
  if (!cluster.topics.has(batch.topic)) return 'UNKNOWN_TOPIC_OR_PARTITION'
  const log = cluster.logs.get(key) ?? []
  const baseOffset = (log.at(-1)?.lastOffset ?? -1) + 1
  if (batch.producerId >= 0) {
    const producer = `${batch.producerId}/${key}`
    const window = sequences.get(producer) ?? []
    const last = batch.baseSequence + batch.lastOffsetDelta
    const duplicate = window.find((each) => each.first === batch.baseSequence && each.last === last)
    if (duplicate !== undefined) return duplicate.baseOffset
    const newest = window.at(-1)
    if (newest !== undefined && batch.baseSequence !== newest.last + 1) return 'OUT_OF_ORDER_SEQUENCE_NUMBER'
    sequences.set(producer, [...window, { first: batch.baseSequence, last, baseOffset }].slice(-WINDOW))
  }
  stampBatch(batch.bytes, baseOffset, 0)
  cluster.logs.set(key, [...log, { ...batch, baseOffset, lastOffset: baseOffset + batch.lastOffsetDelta }])
  return baseOffset
}

function answerListOffsets(cluster: ScriptedCluster, request: RequestOf<typeof listOffsets>) {
  return listOffsets.response.create({
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, timestamp }) => {
        const log = cluster.logs.get(`${partitionIndex}/${name}`) ?? []
        const offset = timestamp === -2 ? (log[0]?.baseOffset ?? 0) : (log.at(-1)?.lastOffset ?? -1) + 1
        return { partitionIndex, errorCode: 0, timestamp: -1, offset, leaderEpoch: 0 }
      }),
    })),
  })
}

function answerFetch(cluster: ScriptedCluster, request: RequestOf<typeof fetch>) {
  return fetch.response.create({
    responses: request.topics.map(({ topic, topicId, partitions }) => ({
      topic,
      topicId,
      partitions: partitions.map(({ partition, fetchOffset }) => {
        const log = cluster.logs.get(`${partition}/${topic}`) ?? []
        const found = log.find(({ lastOffset }) => lastOffset >= fetchOffset)
        const fault = cluster.fetchFault(topic, partition, fetchOffset)
        if (fault === 'lose request') throw new RafkaError('NETWORK_EXCEPTION', 'the request was lost')
        return {
          partitionIndex: partition,
          errorCode: fault === undefined ? 0 : errorCode(fault),
          highWatermark: (log.at(-1)?.lastOffset ?? -1) + 1,
          lastStableOffset: -1,
          logStartOffset: log[0]?.baseOffset ?? 0,
          divergingEpoch: { epoch: -1, endOffset: -1 },
          currentLeader: { leaderId: -1, leaderEpoch: -1 },
          snapshotId: { endOffset: -1, epoch: -1 },
          abortedTransactions: null,
          preferredReadReplica: -1,
          records: found === undefined || fault !== undefined ? [] : [found.bytes],
        }
      }),
    })),
  })
}
