import type { RequestOf } from '../../protocol/api.ts'
import type { fetch } from '../../protocol/apis/fetch.ts'
import type { BrokerState } from '../broker-state.ts'
import type { FetchSession } from './fetch-session.ts'
import type { PartitionAnswer } from './read-partitions.ts'
import { FIRST_VERSION_WITH_IDS, type WantedPartition, wantedPartitions } from './wanted-partition.ts'

/** Session epochs of a fetch that names all its partitions (`FetchMetadata`): with a session to begin, and without. */
const FULL = 0
const WITHOUT_SESSION = -1

/** What one fetch is about: which partitions, and which of their answers the client wants to hear. */
export interface FetchScope {
  readonly wanted: readonly WantedPartition[]
  /** What goes into the response. 0: no session. */
  readonly sessionId: number
  /** Called once for each answer that is about to go out. */
  isNews(wanted: WantedPartition, answer: PartitionAnswer): boolean
}

/**
 * Reads from a request what its fetch is about (`FetchManager.newContext`).
 * @throws RafkaError `FETCH_SESSION_ID_NOT_FOUND`, `INVALID_FETCH_SESSION_EPOCH`, `FETCH_SESSION_TOPIC_ID_ERROR`
 */
export function fetchScope(state: BrokerState, request: RequestOf<typeof fetch>, version: number): FetchScope {
  const { sessionId, sessionEpoch } = request
  const { fetchSessions, clock } = state
  if (sessionEpoch === FULL || sessionEpoch === WITHOUT_SESSION) {
    if (sessionId !== 0) fetchSessions.close(sessionId)
    const wanted = wantedPartitions(request, version)
    return fullScope(wanted, sessionEpoch === FULL ? begin(state, wanted, version) : undefined)
  }
  const session = fetchSessions.resume(sessionId, sessionEpoch, version >= FIRST_VERSION_WITH_IDS, clock.now())
  session.update(request, version)
  if (session.size > 0) return incrementalScope(session)
  // Nothing is left to fetch: the client is told so by an answer without a session.
  fetchSessions.close(session.id)
  return fullScope(new Map(), undefined)
}

function begin(
  { fetchSessions, configs, clock }: BrokerState,
  wanted: ReadonlyMap<string, WantedPartition>,
  version: number,
): FetchSession | undefined {
  if (wanted.size === 0) return undefined
  const slots = configs.number('max.incremental.fetch.session.cache.slots')
  const session = fetchSessions.create(slots, wanted.size, version, clock.now())
  session?.add(wanted)
  return session
}

function fullScope(wanted: ReadonlyMap<string, WantedPartition>, session: FetchSession | undefined): FetchScope {
  return {
    wanted: [...wanted.values()],
    sessionId: session?.id ?? 0,
    isNews(one, answer) {
      session?.isNews(one, answer)
      return true
    },
  }
}

function incrementalScope(session: FetchSession): FetchScope {
  return {
    wanted: session.wanted,
    sessionId: session.id,
    isNews: (one, answer) => session.isNews(one, answer),
  }
}
