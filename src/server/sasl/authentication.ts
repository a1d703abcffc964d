import type { Clock } from '../../core/clock.ts'
import { isRafkaError, RafkaError } from '../../core/errors.ts'
import { type Credentials, type SaslMechanism, saslMechanisms } from '../../core/sasl.ts'
import { apiVersions } from '../../protocol/apis/api-versions.ts'
import { saslAuthenticate } from '../../protocol/apis/sasl-authenticate.ts'
import { saslHandshake } from '../../protocol/apis/sasl-handshake.ts'
import { errorCode } from '../../protocol/error-codes.ts'
import { decodeRequestHeader, encodeResponse, type RequestHeader } from '../../protocol/wire.ts'
import { readRequest, type ServedApis } from '../read-request.ts'
import { beginExchange, type Exchange, type Reply } from './exchange.ts'
import type { PasswordChecks } from './password-checks.ts'

/** Between two beginnings of proving a session anew (`KafkaChannel.maybeBeginServerReauthentication`). */
const MIN_REAUTHENTICATION_MS = 1_000

/** What all connections of a listener have in common. */
export interface AuthenticationShare {
  /** Those that are allowed. */
  readonly mechanisms: readonly SaslMechanism[]
  readonly credentials: Credentials
  readonly checks: PasswordChecks
  readonly apis: ServedApis
  /** How long a session lasts before the client must prove itself anew, in ms; 0: as long as the connection. */
  readonly maxReauthMs: number
  readonly clock: Clock
}

/** What to send, and then to close for, if anything. */
export interface Step {
  readonly pieces: readonly Buffer[]
  readonly failure?: RafkaError
}

type State =
  | { readonly expects: 'versions or handshake' | 'handshake' | 'nothing' }
  | {
      readonly expects: 'message'
      readonly mechanism: SaslMechanism
      readonly exchange: Exchange
      readonly raw: boolean
    }
  | { readonly expects: 'requests' }

/**
 * Who a connection belongs to: what `SaslServerAuthenticator` of Kafka is. Until that is proven nothing passes but one ApiVersions; later,
 * a client may prove it anew where sessions end (KIP-368).
 */
export class Authentication {
  readonly #share: AuthenticationShare
  #state: State = { expects: 'versions or handshake' }
  #proven: { readonly user: string; readonly mechanism: SaslMechanism; readonly atMs: number } | undefined

  #begunAnewMs = Number.NEGATIVE_INFINITY

  constructor(share: AuthenticationShare) {
    this.#share = share
  }

  /** Once proven; it never changes. */
  get user(): string | undefined {
    return this.#proven?.user
  }

  /**
   * Whether a frame is to be answered here; else it is a request for the broker.
   * @throws RafkaError `ILLEGAL_SASL_STATE` for one that may not come now: the connection must be closed
   */
  wants(frame: Buffer): boolean {
    const { expects } = this.#state
    if (expects === 'message') return true
    // The way of every request: its header is read once, by who answers it.
    if (expects === 'requests' && this.#share.maxReauthMs === 0) return false
    const { apiKey, apiVersion } = decodeRequestHeader(frame)
    if (expects === 'requests') return this.#wantsAnew(apiKey)
    if (apiKey === saslHandshake.key && expects !== 'nothing') return true
    if (apiKey !== apiVersions.key || expects !== 'versions or handshake') throw illegal(apiKey)
    const served = this.#share.apis.get(apiKey)
    // After a version that is not served the client asks again, in one that is.
    if (served !== undefined && apiVersion <= served.maxVersion) this.#state = { expects: 'handshake' }
    return false
  }

  /** Answers a frame that it wants. @throws RafkaError when there is no other way to tell than to close the connection */
  async answer(frame: Buffer): Promise<Step> {
    if (this.#state.expects !== 'message') return this.#handshake(frame)
    const { exchange, mechanism, raw } = this.#state
    return raw ? this.#token(frame, exchange, mechanism) : this.#message(frame, exchange, mechanism)
  }

  #wantsAnew(apiKey: number): boolean {
    const { maxReauthMs, clock } = this.#share
    if (this.#proven === undefined) return false
    const nowMs = clock.now()
    if (apiKey === saslHandshake.key) {
      if (nowMs - this.#begunAnewMs < MIN_REAUTHENTICATION_MS) return false
      this.#begunAnewMs = nowMs
      return true
    }
    if (nowMs - this.#proven.atMs < maxReauthMs) return false
    throw new RafkaError(
      'ILLEGAL_SASL_STATE',
      `the session is over after ${maxReauthMs} ms (connections.max.reauth.ms)`,
    )
  }

  #handshake(frame: Buffer): Step {
    const request = readRequest(frame, this.#share.apis)
    if ('answer' in request) return { pieces: request.answer }
    const { mechanism: wanted } = request.body as { readonly mechanism: string }
    const mechanism = saslMechanisms.find((each) => each === wanted)
    const { mechanisms, credentials, checks } = this.#share
    const allowed = mechanism !== undefined && mechanisms.includes(mechanism)
    const response = saslHandshake.response.create({
      errorCode: allowed ? 0 : errorCode('UNSUPPORTED_SASL_MECHANISM'),
      mechanisms: [...mechanisms],
    })
    const pieces = encodeResponse(saslHandshake, request.version, request.correlationId, response)
    if (!allowed)
      return { pieces, failure: this.#over(`mechanism ${JSON.stringify(wanted.slice(0, 64))} is not enabled`) }
    const exchange = this.#sameMechanism(mechanism) ?? beginExchange(mechanism, credentials, checks)
    this.#state = { expects: 'message', mechanism, exchange, raw: request.version === 0 }
    return { pieces }
  }

  /** A session is proven anew as it was proven first; undefined: it is. */
  #sameMechanism(mechanism: SaslMechanism): Exchange | undefined {
    const before = this.#proven?.mechanism ?? mechanism
    if (mechanism === before) return undefined
    return async () => {
      const message = `SASL mechanism '${mechanism}' requested by client is not supported for re-authentication of mechanism '${before}'`
      throw new RafkaError('SASL_AUTHENTICATION_FAILED', message)
    }
  }

  /** What follows version 0 of the handshake: the token alone, and the answer alone. */
  async #token(frame: Buffer, exchange: Exchange, mechanism: SaslMechanism): Promise<Step> {
    const reply = await this.#ask(exchange, mechanism, frame)
    if (reply instanceof RafkaError) return { pieces: [], failure: reply }
    const size = Buffer.alloc(4)
    size.writeInt32BE(reply.bytes.length)
    return { pieces: [size, reply.bytes] }
  }

  async #message(frame: Buffer, exchange: Exchange, mechanism: SaslMechanism): Promise<Step> {
    const header = decodeRequestHeader(frame)
    if (header.apiKey !== saslAuthenticate.key) throw illegal(header.apiKey)
    const request = readRequest(frame, this.#share.apis)
    if ('answer' in request) throw illegal(header.apiKey)
    const { authBytes } = request.body as { readonly authBytes: Buffer }
    const reply = await this.#ask(exchange, mechanism, authBytes)
    if (reply instanceof RafkaError) {
      const refusal = { errorCode: errorCode('SASL_AUTHENTICATION_FAILED'), errorMessage: reply.message }
      return { pieces: encoded(header, refusal), failure: reply }
    }
    const sessionLifetimeMs = reply.user === undefined ? 0 : this.#share.maxReauthMs
    return { pieces: encoded(header, { authBytes: reply.bytes, sessionLifetimeMs }) }
  }

  async #ask(exchange: Exchange, mechanism: SaslMechanism, message: Buffer): Promise<Reply | RafkaError> {
    try {
      const reply = await exchange(message)
      if (reply.user !== undefined) this.#prove(reply.user, mechanism)
      return reply
    } catch (error) {
      if (!isRafkaError(error, 'SASL_AUTHENTICATION_FAILED')) throw error
      this.#state = { expects: 'nothing' }
      return error
    }
  }

  #prove(user: string, mechanism: SaslMechanism): void {
    const before = this.#proven?.user
    if (before !== undefined && before !== user) {
      const message = `Cannot change principals during re-authentication from User:${before}: User:${user}`
      throw new RafkaError('SASL_AUTHENTICATION_FAILED', message)
    }
    this.#proven = { user, mechanism, atMs: this.#share.clock.now() }
    this.#state = { expects: 'requests' }
  }

  #over(reason: string): RafkaError {
    this.#state = { expects: 'nothing' }
    return new RafkaError('UNSUPPORTED_SASL_MECHANISM', reason)
  }
}

function illegal(apiKey: number): RafkaError {
  return new RafkaError('ILLEGAL_SASL_STATE', `a request of API ${apiKey} came before the client said who it is`)
}

function encoded(
  { apiVersion, correlationId }: RequestHeader,
  response: Parameters<typeof saslAuthenticate.response.create>[0],
): Buffer[] {
  return encodeResponse(saslAuthenticate, apiVersion, correlationId, saslAuthenticate.response.create(response))
}
