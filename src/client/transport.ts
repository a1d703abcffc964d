import type { Api } from '../core/api.ts'
import type { AnswerMemory } from '../core/broker.ts'
import type { RafkaError } from '../core/errors.ts'

/** What a caller may say of one request. */
export interface RequestOptions {
  /** Gives up on the answer; the request may still take effect. */
  readonly signal?: AbortSignal | undefined
  /** Longest wait for the answer, in ms; default 30,000. */
  readonly timeoutMs?: number | undefined
  /** Where a broker in this process may put the records of its answer. */
  readonly memory?: AnswerMemory | undefined
  /** Highest version to use, when a later one means something else. */
  readonly maxVersion?: number | undefined
}

/** Longest wait for an answer when a caller names none, in ms. Java's `request.timeout.ms`. */
export const defaultRequestTimeoutMs = 30_000

/**
 * Carries requests to one broker and brings the responses: in process, or over a socket. Each is one connection: requests take effect
 * in the order of the calls, and over a socket answers come in that order too, so a long poll holds up what follows it.
 *
 * Buffers in a request belong to the broker from the call on: whoever wants to send the same bytes again sends a copy.
 */
export interface Transport {
  /**
   * Sends a complete request in the highest version that both sides know.
   * @throws RafkaError `UNSUPPORTED_VERSION` when there is none, `REQUEST_TIMED_OUT`, `CANCELLED` by the signal,
   *   `NETWORK_EXCEPTION` when the connection went before the answer came, `CLOSED` after `close`
   */
  request<Request, Response>(api: Api<Request, Response>, body: Request, options?: RequestOptions): Promise<Response>

  /** Sends a request that the protocol leaves without an answer (Produce with acks=0); settles when it was handed over. */
  post<Request>(api: Api<Request>, body: Request, options?: RequestOptions): Promise<void>

  /** Nothing looks at the buffers of a request any more once it was answered: they have been copied, into a socket or a store. Left out: the broker may keep them. */
  readonly copiesBuffers?: boolean

  /** The version that `request` would use; undefined when the broker does not know the API. */
  versionOf(api: Api): number | undefined

  /** Settles when the connection is gone: with the reason, or with undefined after `close`. Never rejects. */
  readonly closed: Promise<RafkaError | undefined>

  /** Fails what waits with `CLOSED` and lets go. */
  close(): Promise<void>
}

/** Where a node of the cluster can be reached. */
export interface NodeAddress {
  readonly host: string
  readonly port: number
}

/** Makes transports: the one thing in which the ways to reach a broker differ. */
export interface Dialer {
  /**
   * Connects to a node, or to whichever of the brokers that it was given answers first.
   * @throws RafkaError `BROKER_UNREACHABLE`; `TLS_FAILED` and what `authenticate` throws, which another attempt would only repeat; `CANCELLED` by the signal
   */
  dial(address: NodeAddress | 'bootstrap', signal?: AbortSignal): Promise<Transport>
  /** True when every node is reached through the one transport (an embedded broker, a data directory). */
  readonly single: boolean
  /** What it connects to, for messages. */
  describe(): string
}
