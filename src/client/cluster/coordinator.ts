import type { Api } from '../../core/api.ts'
import { RafkaError } from '../../core/errors.ts'
import { errorName } from '../../protocol/error-codes.ts'
import type { BackoffBounds } from '../backoff.ts'
import { defaultRequestTimeoutMs } from '../transport.ts'
import type { Cluster } from './cluster.ts'
import { type CoordinatorType, findCoordinators } from './find-coordinator.ts'
import type { Lane } from './lane.ts'
import type { RetryBounds } from './retrying.ts'

/** How to ask a coordinator. */
export interface CoordinatorCall<Request, Response> {
  /** The error of an answer as a whole, or of the first of its parts that has one. */
  errorOf(response: Response): number
  /** The request from the second attempt on, where the first may have had an effect. */
  readonly again?: Request | undefined
  /** For all attempts together, in ms. */
  readonly timeoutMs?: number
  /** For one attempt, in ms. */
  readonly requestTimeoutMs?: number
  readonly signal?: AbortSignal | undefined
  readonly maxVersion?: number | undefined
  readonly backoff?: BackoffBounds | undefined
}

/** After these another node may be the coordinator. */
const moved: ReadonlySet<string> = new Set(['COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR'])
/** After these the same node may answer better later. */
const later: ReadonlySet<string> = new Set([
  'COORDINATOR_LOAD_IN_PROGRESS',
  'CONCURRENT_TRANSACTIONS',
  'UNSTABLE_OFFSET_COMMIT',
])

/** The way to the node that looks after one group or transactional id: looked up when it is first needed, and again when it moved or went away. */
export class Coordinator {
  readonly key: string
  readonly #cluster: Cluster
  readonly #type: CoordinatorType
  readonly #lane: Lane
  #node: number | undefined

  /** @param lane connections of its own, for who waits long for an answer */
  constructor(cluster: Cluster, type: CoordinatorType, key: string, lane: Lane = cluster.main) {
    this.#cluster = cluster
    this.#type = type
    this.key = key
    this.#lane = lane
  }

  /** The node, as last heard; -1: not looked up yet. */
  get node(): number {
    return this.#node ?? -1
  }

  /**
   * Sends a request, and again while the coordinator is not known, not reached or not ready.
   * @returns its answer, whatever other error that has
   * @throws RafkaError when time is over or nobody coordinates
   */
  call<Request, Response>(
    api: Api<Request, Response>,
    body: Request,
    options: CoordinatorCall<NoInfer<Request>, NoInfer<Response>>,
  ): Promise<Response> {
    const { timeoutMs = defaultRequestTimeoutMs, requestTimeoutMs = defaultRequestTimeoutMs, signal, backoff } = options
    const bounds: RetryBounds = { awaited: `the coordinator's answer to ${api.name}`, timeoutMs, signal, backoff }
    let next = body
    return this.#cluster.retry(bounds, async (remainingMs) => {
      const { maxVersion } = options
      const attempt = { timeoutMs: Math.min(remainingMs, requestTimeoutMs), signal, maxVersion }
      const sent = next
      next = options.again ?? body
      const response = await this.#ask(api, sent, attempt)
      const error = errorName(options.errorOf(response))
      if (moved.has(error)) this.#node = undefined
      if (error === 'NONE' || !(moved.has(error) || later.has(error))) return response
      throw new RafkaError(error, `the coordinator of ${this.#type} "${this.key}" answered ${error}`)
    })
  }

  /** Looks the node up, unless it is known. */
  async locate(timeoutMs: number, signal: AbortSignal | undefined): Promise<number> {
    if (this.#node !== undefined) return this.#node
    const nodes = await findCoordinators(this.#cluster, this.#type, [this.key], { timeoutMs, signal })
    this.#node = nodes.get(this.key)
    if (this.#node !== undefined) return this.#node
    const message = `the broker's answer leaves the coordinator of ${this.#type} "${this.key}" out`
    throw new RafkaError('COORDINATOR_NOT_AVAILABLE', message)
  }

  async #ask<Request, Response>(
    api: Api<Request, Response>,
    body: Request,
    options: {
      readonly timeoutMs: number
      readonly signal: AbortSignal | undefined
      readonly maxVersion: number | undefined
    },
  ): Promise<Response> {
    const node = await this.locate(options.timeoutMs, options.signal)
    try {
      return await this.#lane.request(node, api, body, options)
    } catch (error) {
      this.#node = undefined
      throw error
    }
  }
}
