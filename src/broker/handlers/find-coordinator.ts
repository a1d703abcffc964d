import type { ResponseOf } from '../../protocol/api.ts'
import { findCoordinator } from '../../protocol/apis/find-coordinator.ts'
import { handler, noError, type WireError, wireError } from '../handler.ts'

type Answer = ResponseOf<typeof findCoordinator>['coordinators'][number]

/** Kafka's numbers for what is coordinated (`CoordinatorType`). */
const keyTypes = { group: 0, transaction: 1, share: 2 } as const

/** From this version on a request asks for several keys. */
const FIRST_VERSION_WITH_KEYS = 4

/** Tells who coordinates a group or transaction: this broker, there being no other. There are no share groups. */
export const findCoordinatorHandler = handler({
  api: findCoordinator,
  minVersion: 0,
  maxVersion: 6,
  async handle(state, request, { version, connection }) {
    const { host, port } = state.advertised(connection)
    const problem = problemOf(request.keyType)
    const answer = (key: string): Answer =>
      problem === undefined ? { key, nodeId: state.nodeId, host, port, ...noError } : nobody(key, problem)
    if (version >= FIRST_VERSION_WITH_KEYS) {
      return findCoordinator.response.create({ coordinators: request.coordinatorKeys.map(answer) })
    }
    return findCoordinator.response.create(answer(request.key))
  },
  refuse: (request, error, { version }) =>
    version >= FIRST_VERSION_WITH_KEYS
      ? findCoordinator.response.create({ coordinators: request.coordinatorKeys.map((key) => nobody(key, error)) })
      : findCoordinator.response.create(nobody(request.key, error)),
})

function problemOf(keyType: number): WireError | undefined {
  if (keyType === keyTypes.group || keyType === keyTypes.transaction) return undefined
  const what = keyType === keyTypes.share ? 'there are no share groups here' : `there is no key type ${keyType}`
  return wireError('INVALID_REQUEST', what)
}

function nobody(key: string, error: WireError): Answer {
  return { key, nodeId: -1, host: '', port: -1, ...error }
}
