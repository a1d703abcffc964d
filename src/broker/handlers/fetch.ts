import type { RequestContext } from '../../core/broker.ts'
import { RafkaError } from '../../core/errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { fetch } from '../../protocol/apis/fetch.ts'
import type { BrokerState } from '../broker-state.ts'
import { handler, type WireError, wireError, wireErrorOf } from '../handler.ts'
import { deliver } from '../hooks/deliver-records.ts'
import { DataWait } from '../logs/data-wait.ts'
import { assertLeaderEpoch } from '../logs/leader-epoch.ts'
import type { PartitionLog } from '../logs/partition-log.ts'
import { findLog, findTopic } from '../topics/find-log.ts'

type Request = RequestOf<typeof fetch>
type Response = ResponseOf<typeof fetch>
type TopicAnswer = Response['responses'][number]
type PartitionAnswer = TopicAnswer['partitions'][number]
type PartitionRequest = Request['topics'][number]['partitions'][number]

/** From this version on topics are named by id (KIP-516). */
const FIRST_VERSION_WITH_IDS = 13

/** Session epochs of a fetch that names all its partitions (`FetchMetadata`): any other goes on with a session, and there are none. */
const FULL = 0
const WITHOUT_SESSION = -1

/** One partition that is asked for. */
interface Wanted {
  readonly topic: string
  readonly topicId: string
  readonly partition: PartitionRequest
}

interface Round {
  readonly answers: readonly PartitionAnswer[]
  readonly sizeBytes: number
  readonly failed: boolean
}

/**
 * Gives whole batches from the offsets asked for, or waits until there are enough (KIP-74 limits; KIP-227 sessions are declined, which
 * is legal: clients then send full fetches).
 */
export const fetchHandler = handler({
  api: fetch,
  minVersion: 4,
  maxVersion: 17,
  async handle(state, request, context) {
    if (request.sessionEpoch !== FULL && request.sessionEpoch !== WITHOUT_SESSION) {
      return refuse(request, wireError('FETCH_SESSION_ID_NOT_FOUND'), context)
    }
    if (request.replicaId >= 0 || request.replicaState.replicaId >= 0) {
      return refuse(request, wireError('INVALID_REQUEST'), context)
    }
    const wanted = wantedPartitions(request, context)
    const wait = new DataWait(state.clock, request.maxWaitMs, [context.signal, state.closing])
    try {
      for (;;) {
        // Listening begins before the first look, so that nothing can come in between unnoticed.
        for (const one of wanted) wait.watch(peekLog(state, one))
        const round = await readAll(state, request, wanted)
        const minBytes = Math.min(request.minBytes, request.maxBytes)
        if (wanted.length === 0 || round.failed || round.sizeBytes >= minBytes || wait.over) {
          return response(wanted, await deliverAll(state, wanted, round))
        }
        await wait.forBytes(minBytes - round.sizeBytes)
      }
    } finally {
      wait.end()
    }
  },
  refuse,
})

/** A partition that is named twice counts once, as it came last (`FetchRequest.fetchData`). */
function wantedPartitions(request: Request, { version }: RequestContext): Wanted[] {
  const wanted = new Map<string, Wanted>()
  for (const { topic, topicId, partitions } of request.topics) {
    const byId = version >= FIRST_VERSION_WITH_IDS
    for (const partition of partitions) {
      const key = `${byId ? topicId : topic}/${partition.partition}`
      wanted.set(key, { topic: byId ? '' : topic, topicId, partition })
    }
  }
  return [...wanted.values()]
}

async function readAll(state: BrokerState, request: Request, wanted: readonly Wanted[]): Promise<Round> {
  const answers: PartitionAnswer[] = []
  let left = Math.min(request.maxBytes, state.configs.number('fetch.max.bytes'))
  let sizeBytes = 0
  let failed = false
  for (const one of wanted) {
    try {
      const answer = await readOne(state, one, sizeBytes === 0, left)
      const bytes = answer.records?.reduce((sum, batch) => sum + batch.length, 0) ?? 0
      answers.push(answer)
      sizeBytes += bytes
      left -= bytes
    } catch (error) {
      failed = true
      answers.push(partitionAnswer(one.partition.partition, wireErrorOf(error, state).errorCode))
    }
  }
  return { answers, sizeBytes, failed }
}

/** The first batch of an answer comes whole, whatever the limits say; later ones only if they fit (KIP-74). */
async function readOne(state: BrokerState, wanted: Wanted, first: boolean, left: number): Promise<PartitionAnswer> {
  const { partition: asked } = wanted
  const log = findWanted(state, wanted)
  assertLeaderEpoch(asked.currentLeaderEpoch)
  const { start, highWatermark, lastStableOffset } = log
  // Between the high watermark and the end are batches that are not durable yet: they are waited for.
  if (asked.fetchOffset < start || asked.fetchOffset > log.end) {
    throw new RafkaError('OFFSET_OUT_OF_RANGE', `${log.topic}/${log.partition} has offsets ${start} to ${log.end}`)
  }
  const limit = Math.min(left, asked.partitionMaxBytes)
  const batches = first || limit > 0 ? await log.read(asked.fetchOffset, Math.max(limit, 0)) : []
  const fits = first || (batches[0]?.bytes.length ?? 0) <= limit
  const records = (fits ? batches : []).map(({ bytes }) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
  return {
    ...partitionAnswer(asked.partition, 0),
    highWatermark,
    lastStableOffset,
    logStartOffset: start,
    records,
  }
}

async function deliverAll(
  state: BrokerState,
  wanted: readonly Wanted[],
  { answers }: Round,
): Promise<PartitionAnswer[]> {
  const delivered: PartitionAnswer[] = []
  for (const [index, answer] of answers.entries()) delivered.push(await deliverTo(state, wanted[index]!, answer))
  return delivered
}

/** What is given goes through the hooks once, when it goes out; a failure of theirs concerns its partition alone. */
async function deliverTo(state: BrokerState, wanted: Wanted, answer: PartitionAnswer): Promise<PartitionAnswer> {
  if (answer.records === null || answer.records.length === 0) return answer
  const log = peekLog(state, wanted)
  try {
    return log === undefined ? answer : { ...answer, records: [...(await deliver(state, log, answer.records))] }
  } catch (error) {
    return partitionAnswer(answer.partitionIndex, wireErrorOf(error, state).errorCode)
  }
}

function findWanted(state: BrokerState, { topic, topicId, partition }: Wanted): PartitionLog {
  if (topic !== '') return findLog(findTopic(state, topic), partition.partition)
  const found = state.topics.byId(topicId)
  if (found === undefined) throw new RafkaError('UNKNOWN_TOPIC_ID', `no topic has the id ${topicId}`)
  return findLog(found, partition.partition)
}

function peekLog(state: BrokerState, { topic: name, topicId, partition }: Wanted): PartitionLog | undefined {
  const topic = name === '' ? state.topics.byId(topicId) : state.topics.get(name)
  return topic?.logs[partition.partition]
}

function response(wanted: readonly Wanted[], answers: readonly PartitionAnswer[]): Response {
  const topics = new Map<string, { topic: string; topicId: string; partitions: PartitionAnswer[] }>()
  wanted.forEach(({ topic, topicId }, index) => {
    const key = topic || topicId
    const answer = topics.get(key) ?? { topic, topicId, partitions: [] }
    answer.partitions.push(answers[index]!)
    topics.set(key, answer)
  })
  return fetch.response.create({ responses: [...topics.values()] })
}

/** `records` is never null: some clients fail on it (`FetchResponse.recordsOrFail`). */
function partitionAnswer(partitionIndex: number, errorCode: number): PartitionAnswer {
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

/** Before topics had ids, each partition carries the error, because old versions have no other place (`FetchRequest.getErrorResponse`). */
function refuse(request: Request, { errorCode }: WireError, context: RequestContext): Response {
  if (context.version >= FIRST_VERSION_WITH_IDS) return fetch.response.create({ errorCode })
  const wanted = wantedPartitions(request, context)
  const answers = wanted.map(({ partition }) => partitionAnswer(partition.partition, errorCode))
  return { ...response(wanted, answers), errorCode }
}
