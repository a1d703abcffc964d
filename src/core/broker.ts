import type { Api, SupportedApi } from './api.ts'
import type { Credentials } from './sasl.ts'
import type { ReadMemory } from './storage-engine.ts'

/** Where a request came from. One object per connection; an embedded client is one connection. */
export interface ConnectionInfo {
  /** Unique in this process. */
  readonly id: number
  /** Name of the listener: `in-process`, `local`, or `host:port`. */
  readonly listener: string
  /** Address of the other end, `in-process` or `local`. */
  readonly remoteAddress: string
  /** Who it is, as Kafka writes it: `User:alice`, `User:CN=alice` by a certificate, or `User:ANONYMOUS`. */
  readonly principal: string
  /** What Metadata names as this broker's address to this connection; undefined: the broker's first advertised one. */
  readonly advertised?: { readonly host: string; readonly port: number } | undefined
}

/** What the broker needs to know of a request beside its body. */
export interface RequestContext {
  readonly connection: ConnectionInfo
  /** The version that the client speaks: a field that it lacks reads as its default. */
  readonly version: number
  readonly clientId: string | null
  /** Fires when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined
  /** Where records of the answer may be, of which the one who asked keeps nothing. Left out: they belong to the one who asked. */
  readonly memory?: AnswerMemory | undefined
}

/** Memory for one answer. */
export interface AnswerMemory extends ReadMemory {
  /** Nothing that was taken so far is needed. */
  startAgain(): void
}

/**
 * Answers requests. Client and server know a broker as this and nothing more.
 *
 * Requests of one connection take effect in the order of the calls, also while earlier ones still wait for their answer.
 */
export interface Broker {
  /** What it answers, and in which versions. */
  readonly apis: readonly SupportedApi[]

  /** Nothing looks at the buffers of a request any more once it was answered. Left out: the broker, or a hook, may keep them. */
  readonly releasesBuffers?: boolean

  /** Whom it knows: a listener asks, before it lets anybody's requests through. */
  readonly credentials: Credentials

  /**
   * Answers one request. Buffers in it belong to the broker from now on.
   * @returns the response; null where the protocol has none (Produce with acks=0)
   * @throws RafkaError when the connection must be closed instead of answered
   */
  handle<Request, Response>(
    api: Api<Request, Response>,
    request: Request,
    context: RequestContext,
  ): Promise<Response | null>

  /** A connection came, and has said who it is where it must: hooks may look. */
  connected(connection: ConnectionInfo): void
  /** A connection went. */
  disconnected(connection: ConnectionInfo): void

  /** Ends waiting requests, finishes what was begun and stops. */
  close(): Promise<void>
}
