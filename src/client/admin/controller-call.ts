import type { Api } from '../../core/api.ts'
import { RafkaError } from '../../core/errors.ts'
import { errorName } from '../../protocol/error-codes.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { defaultRequestTimeoutMs } from '../transport.ts'

/**
 * Sends a request to the controller. A node that is not the controller any more changes nothing and says so for every item: then the new one is asked for.
 * @param codesOf the error codes of all items
 */
export function callController<Request, Response>(
  cluster: Cluster,
  api: Api<Request, Response>,
  body: Request,
  codesOf: (response: Response) => readonly number[],
): Promise<Response> {
  const bounds = { awaited: `the controller's answer to ${api.name}`, timeoutMs: defaultRequestTimeoutMs }
  let moved = false
  return cluster.retry(bounds, async (timeoutMs) => {
    if (moved || cluster.controller === 'any') await cluster.refresh({ topics: [], timeoutMs })
    moved = true
    const response = await cluster.main.request(cluster.controller, api, body, { timeoutMs })
    if (codesOf(response).some((code) => errorName(code) === 'NOT_CONTROLLER')) {
      throw new RafkaError('NOT_CONTROLLER', 'the node that was asked is not the controller any more')
    }
    return response
  })
}
