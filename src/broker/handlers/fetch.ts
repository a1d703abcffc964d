import type { RequestContext } from '../../core/broker.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { fetch } from '../../protocol/apis/fetch.ts'
import type { BrokerState } from '../broker-state.ts'
import { type FetchScope, fetchScope } from '../fetches/fetch-scope.ts'
import { type PartitionAnswer, partitionAnswer, type Round, readPartitions } from '../fetches/read-partitions.ts'
import { FIRST_VERSION_WITH_IDS, peekLog, type WantedPartition, wantedPartitions } from '../fetches/wanted-partition.ts'
import { handler, type WireError, wireError, wireErrorOf } from '../handler.ts'
import { deliver } from '../hooks/deliver-records.ts'
import { DataWait } from '../logs/data-wait.ts'

type Request = RequestOf<typeof fetch>
type Response = ResponseOf<typeof fetch>

/** `isolationLevel` of a reader that wants only what is committed. */
const READ_COMMITTED = 1

/**
 * Gives whole batches from the offsets asked for, or waits until there are enough (KIP-74 limits, KIP-227 sessions). A reader of committed
 * records waits for those alone.
 */
export const fetchHandler = handler({
  api: fetch,
  minVersion: 4,
  maxVersion: 17,
  async handle(state, request, context) {
    if (request.replicaId >= 0 || request.replicaState.replicaId >= 0) {
      return refuse(request, wireError('INVALID_REQUEST'), context)
    }
    let scope: FetchScope
    try {
      scope = fetchScope(state, request, context.version)
    } catch (error) {
      return fetch.response.create({ errorCode: wireErrorOf(error, state).errorCode })
    }
    const round = await waitForData(state, request, scope.wanted, context)
    return answer(state, scope, round)
  },
  refuse,
})

async function waitForData(
  state: BrokerState,
  { maxWaitMs, minBytes, maxBytes, isolationLevel }: Request,
  wanted: readonly WantedPartition[],
  { signal, memory }: RequestContext,
): Promise<Round> {
  const committedOnly = isolationLevel === READ_COMMITTED
  const wait = new DataWait(state.clock, maxWaitMs, [signal, state.closing], committedOnly)
  const leastBytes = Math.min(minBytes, maxBytes)
  try {
    for (;;) {
      // Listening begins before the first look, so that nothing can come in between unnoticed.
      for (const one of wanted) wait.watch(peekLog(state, one))
      // A hook may keep what it sees.
      const round = await readPartitions(state, wanted, {
        maxBytes,
        committedOnly,
        memory: state.hooks.isEmpty ? memory : undefined,
      })
      if (wanted.length === 0 || round.failed || round.sizeBytes >= leastBytes || wait.over) return round
      await wait.forBytes(leastBytes - round.sizeBytes)
      memory?.startAgain()
    }
  } finally {
    wait.end()
  }
}

async function answer(state: BrokerState, scope: FetchScope, { answers }: Round): Promise<Response> {
  const told: Array<[WantedPartition, PartitionAnswer]> = []
  for (const [index, one] of scope.wanted.entries()) {
    if (scope.isNews(one, answers[index]!)) told.push([one, await deliverTo(state, one, answers[index]!)])
  }
  return fetch.response.create({ sessionId: scope.sessionId, responses: byTopic(told) })
}

/** What is given goes through the hooks once, when it goes out; a failure of theirs concerns its partition alone. */
async function deliverTo(
  state: BrokerState,
  wanted: WantedPartition,
  given: PartitionAnswer,
): Promise<PartitionAnswer> {
  if (given.records === null || given.records.length === 0) return given
  const log = peekLog(state, wanted)
  try {
    return log === undefined ? given : { ...given, records: [...(await deliver(state, log, given.records))] }
  } catch (error) {
    return partitionAnswer(given.partitionIndex, wireErrorOf(error, state).errorCode)
  }
}

function byTopic(told: ReadonlyArray<readonly [WantedPartition, PartitionAnswer]>): Response['responses'] {
  const topics = new Map<string, { topic: string; topicId: string; partitions: PartitionAnswer[] }>()
  for (const [{ topic, topicId }, given] of told) {
    const key = topic || topicId
    const entry = topics.get(key) ?? { topic, topicId, partitions: [] }
    entry.partitions.push(given)
    topics.set(key, entry)
  }
  return [...topics.values()]
}

/** Before topics had ids, each partition carries the error, because old versions have no other place (`FetchRequest.getErrorResponse`). */
function refuse(request: Request, { errorCode }: WireError, { version }: RequestContext): Response {
  if (version >= FIRST_VERSION_WITH_IDS) return fetch.response.create({ errorCode })
  const wanted = [...wantedPartitions(request, version).values()]
  const told = wanted.map((one) => [one, partitionAnswer(one.partition.partition, errorCode)] as const)
  return fetch.response.create({ errorCode, responses: byTopic(told) })
}
