import { RafkaError } from '../../core/errors.ts'
import { findCoordinator } from '../../protocol/apis/find-coordinator.ts'
import { errorName } from '../../protocol/error-codes.ts'
import { defaultRequestTimeoutMs, type RequestOptions } from '../transport.ts'
import type { Cluster } from './cluster.ts'

/** What a coordinator looks after. */
export type CoordinatorType = 'group' | 'transaction'

/** Kafka's `FindCoordinatorRequest.CoordinatorType`. */
const typeCodes = { group: 0, transaction: 1 } as const
/** First version that takes several keys. */
const MANY_KEYS_SINCE = 4

/**
 * Asks once which nodes look after groups or transactional ids.
 * @returns the node of each key
 * @throws RafkaError `COORDINATOR_NOT_AVAILABLE`, `INVALID_GROUP_ID`, … for the first key that nobody looks after
 */
export async function findCoordinators(
  cluster: Cluster,
  type: CoordinatorType,
  keys: readonly string[],
  options: RequestOptions = {},
): Promise<Map<string, number>> {
  const { timeoutMs = defaultRequestTimeoutMs, signal } = options
  const transport = await cluster.main.connect('any', timeoutMs, signal)
  const many = (transport.versionOf(findCoordinator) ?? 0) >= MANY_KEYS_SINCE
  const rounds = many ? [keys] : keys.map((key) => [key])
  const answers = await Promise.all(
    rounds.map(async (round) => {
      const [key = ''] = round
      const body = findCoordinator.request.create({ key, keyType: typeCodes[type], coordinatorKeys: round })
      const response = await transport.request(findCoordinator, body, { timeoutMs, signal })
      return many ? response.coordinators : [{ ...response, key }]
    }),
  )
  const nodes = new Map(answers.flat().map((answer) => [answer.key, checked(type, answer).nodeId]))
  const unknown = [...nodes.values()].some((node) => cluster.addressOf(node) === undefined)
  if (unknown) await cluster.refresh({ topics: [], timeoutMs, signal })
  return nodes
}

interface CoordinatorAnswer {
  readonly key: string
  readonly nodeId: number
  readonly errorCode: number
  readonly errorMessage: string | null
}

function checked(type: CoordinatorType, answer: CoordinatorAnswer): CoordinatorAnswer {
  const error = errorName(answer.errorCode)
  if (error === 'NONE') return answer
  const what = type === 'group' ? `group "${answer.key}"` : `transactional id "${answer.key}"`
  const reason = answer.errorMessage === null || answer.errorMessage === '' ? error : answer.errorMessage
  throw new RafkaError(error, `no broker coordinates ${what}: ${reason}`, { details: { [type]: answer.key } })
}
