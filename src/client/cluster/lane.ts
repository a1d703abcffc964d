import type { Api } from '../../core/api.ts'
import { isRafkaError, RafkaError } from '../../core/errors.ts'
import { closedError } from '../connection-errors.ts'
import { withDeadline } from '../deadline.ts'
import {
  type Dialer,
  defaultRequestTimeoutMs,
  type NodeAddress,
  type RequestOptions,
  type Transport,
} from '../transport.ts'
import { Line } from './line.ts'

/** Which node a request goes to; `any`: whichever answers. */
export type NodeChoice = number | 'any'

/** Where the nodes of the cluster are, as far as is known. */
export interface NodeDirectory {
  addressOf(node: number): NodeAddress | undefined
  addresses(): Iterable<NodeAddress>
}

/**
 * The connections of one user (the consumer's fetches; all that never waits long), one per node. A long poll holds up what follows it on its
 * connection, so those who poll have a lane of their own.
 */
export class Lane {
  readonly #dialer: Dialer
  readonly #directory: NodeDirectory
  readonly #lines = new Map<string, Line>()
  #closed = false

  constructor(dialer: Dialer, directory: NodeDirectory) {
    this.#dialer = dialer
    this.#directory = directory
  }

  /** The connection to a node, if there is one now. */
  open(node: NodeChoice): Transport | undefined {
    if (node === 'any') return this.#anyOpen()
    return this.#lines.get(this.#keyOf(node))?.open
  }

  /**
   * The connection to a node, made if need be.
   * @throws RafkaError `BROKER_UNREACHABLE`, `REQUEST_TIMED_OUT`, `CANCELLED`, `CLOSED`; `LEADER_NOT_AVAILABLE` for a node that is not known
   */
  async connect(node: NodeChoice, timeoutMs = defaultRequestTimeoutMs, signal?: AbortSignal): Promise<Transport> {
    if (this.#closed) throw closedError('the client')
    const open = this.open(node)
    if (open !== undefined) return open
    const line = this.#line(node)
    const where = node === 'any' ? this.#dialer.describe() : `node ${node}`
    return withDeadline({ timeoutMs, signal, awaited: `a connection to ${where}` }, () => line.connect())
  }

  /** Sends one request to a node, connecting first if need be. One attempt. */
  async request<Request, Response>(
    node: NodeChoice,
    api: Api<Request, Response>,
    body: Request,
    options: RequestOptions = {},
  ): Promise<Response> {
    const { timeoutMs = defaultRequestTimeoutMs, signal } = options
    const startedAt = performance.now()
    const transport = await this.connect(node, timeoutMs, signal)
    const remainingMs = Math.max(1, timeoutMs - (performance.now() - startedAt))
    return transport.request(api, body, { ...options, timeoutMs: remainingMs })
  }

  /** Drops the connection to a node, with the answers that are still awaited on it; the next request makes a new one at once. */
  async hangUp(node: NodeChoice): Promise<void> {
    await this.#lines.get(this.#keyOf(node))?.hangUp()
  }

  async close(): Promise<void> {
    this.#closed = true
    const lines = [...this.#lines.values()]
    this.#lines.clear()
    await Promise.all(lines.map((line) => line.close()))
  }

  #anyOpen(): Transport | undefined {
    for (const line of this.#lines.values()) {
      if (line.open !== undefined) return line.open
    }
    return undefined
  }

  /** A node that moved to another address gets another line. */
  #keyOf(node: NodeChoice): string {
    if (this.#dialer.single || node === 'any') return 'any'
    const address = this.#directory.addressOf(node)
    return address === undefined ? `${node}` : `${node}@${address.host}:${address.port}`
  }

  #line(node: NodeChoice): Line {
    const key = this.#keyOf(node)
    const existing = this.#lines.get(key)
    if (existing !== undefined) return existing
    const line = new Line(this.#dialOf(node))
    if (key !== 'any') this.#forgetOldLinesOf(node)
    this.#lines.set(key, line)
    return line
  }

  #dialOf(node: NodeChoice): (signal: AbortSignal) => Promise<Transport> {
    if (this.#dialer.single || node === 'any') return (signal) => this.#dialAny(signal)
    const address = this.#directory.addressOf(node)
    if (address === undefined) {
      throw new RafkaError('LEADER_NOT_AVAILABLE', `node ${node} is not among the brokers that the cluster names`)
    }
    return (signal) => this.#dialer.dial(address, signal)
  }

  #forgetOldLinesOf(node: NodeChoice): void {
    for (const [key, line] of this.#lines) {
      if (!key.startsWith(`${node}@`)) continue
      this.#lines.delete(key)
      void line.close()
    }
  }

  /** The brokers that the user named; when none of them answers any more, those that the cluster named since. */
  async #dialAny(signal: AbortSignal): Promise<Transport> {
    try {
      return await this.#dialer.dial('bootstrap', signal)
    } catch (error) {
      if (this.#dialer.single || !isRafkaError(error, 'BROKER_UNREACHABLE')) throw error
      for (const address of this.#directory.addresses()) {
        const transport = await this.#dialer.dial(address, signal).catch((later: unknown) => {
          if (!isRafkaError(later, 'BROKER_UNREACHABLE')) throw later
        })
        if (transport !== undefined) return transport
      }
      throw error
    }
  }
}
