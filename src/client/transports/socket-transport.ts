import type { Api } from '../../core/api.ts'
import type { ClientSasl } from '../../core/client-security.ts'
import { type Clock, systemClock } from '../../core/clock.ts'
import { type ErrorName, isRafkaError, RafkaError } from '../../core/errors.ts'
import type { ApiDefinition } from '../../protocol/api.ts'
import { apiVersions } from '../../protocol/apis/api-versions.ts'
import { apiByKey } from '../../protocol/apis/index.ts'
import { errorName } from '../../protocol/error-codes.ts'
import { commonVersion, type VersionRange } from '../common-version.ts'
import { unreachable } from '../connection-errors.ts'
import { HeldRequests } from '../sasl/held-requests.ts'
import { refuseIfSaslIsWanted } from '../sasl/refuse-if-wanted.ts'
import { defaultRequestTimeoutMs, type RequestOptions, type Transport } from '../transport.ts'
import { unsupported } from './in-process-transport.ts'
import { describeTarget, openSocket, type SocketTarget } from './open-socket.ts'
import { type AnswerBounds, PipelinedConnection } from './pipelined-connection.ts'
import { refuseOtherProtocol } from './refuse-other-protocol.ts'
import type { SecureSocket } from './secure-socket.ts'

/** How to connect over a socket. */
export interface SocketTransportOptions {
  readonly target: SocketTarget
  readonly clientId: string
  /** For the socket, and again for each of the first answers, in ms; default 10,000. */
  readonly connectTimeoutMs?: number | undefined
  /** Largest answer that is believed, in bytes; default 256 MiB. */
  readonly maxResponseBytes?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Left out: no TLS. */
  readonly secure?: SecureSocket | undefined
  /** Left out: no SASL. */
  readonly sasl?: ClientSasl | undefined
  /** When it hung up on the one who came before: then it is found out why. */
  readonly hungUp?: HangUp | undefined
  /** Tells when a session ends; default the machine's. */
  readonly clock?: Clock | undefined
  /** Called when the broker hangs up without an answer. */
  readonly onHungUp?: ((when: HangUp) => void) | undefined
}

/** A broker that did not like what came closed the connection: before it answered anything, or after ApiVersions. */
export type HangUp = 'before versions' | 'after versions'

const CONNECT_TIMEOUT_MS = 10_000
const MAX_RESPONSE_BYTES = 256 * 1024 * 1024
const SOFTWARE = { clientSoftwareName: 'rafka', clientSoftwareVersion: '0.1.0' }

/**
 * Connects to a broker over TCP or a local socket, asks which versions it knows, and proves who the client is if that is wanted.
 * @throws RafkaError `BROKER_UNREACHABLE` when nothing answers as a Kafka broker does, `TLS_FAILED`, what `authenticate` throws,
 *   `CANCELLED` by the signal
 */
export async function socketTransport(options: SocketTransportOptions): Promise<Transport> {
  const { target, clientId, signal, secure, connectTimeoutMs: timeoutMs = CONNECT_TIMEOUT_MS } = options
  const where = describeTarget(target)
  const isRemote = 'host' in target
  if (isRemote && options.hungUp === 'before versions') await refuseOtherProtocol(target, { signal, secure })
  const socket = await openSocket(target, { timeoutMs, signal, secure }).catch((error: unknown) => {
    if (secure !== undefined && isRafkaError(error, 'BROKER_UNREACHABLE')) options.onHungUp?.('before versions')
    throw error
  })
  const connection = new PipelinedConnection(socket, where, clientId, options.maxResponseBytes ?? MAX_RESPONSE_BYTES)
  try {
    return await introduce(connection, options, { timeoutMs, signal })
  } catch (error) {
    if (isRafkaError(error, 'NETWORK_EXCEPTION') && connection.isUnanswered) options.onHungUp?.('before versions')
    connection.close()
    if (signal?.aborted === true || !isOfTheWay(error)) throw error
    throw unreachable(where, error)
  }
}

async function introduce(
  connection: PipelinedConnection,
  options: SocketTransportOptions,
  bounds: AnswerBounds,
): Promise<Transport> {
  const { sasl, clock = systemClock } = options
  const isRemote = 'host' in options.target
  if (isRemote) connection.hintUntilAnswer(options.secure === undefined ? hints.plaintext : hints.tls)
  const supported = await askVersions(connection, bounds)
  const transport = new SocketTransport(connection, supported)
  if (sasl !== undefined) {
    const { logIn } = await import('../sasl/log-in.ts')
    await logIn({ connection, supported, sasl }, { clock, bounds, held: transport.held })
  } else if (isRemote) {
    if (options.hungUp === 'after versions') await refuseIfSaslIsWanted(connection, supported, bounds)
    connection.hintUntilAnswer(hints.sasl)
    void connection.closed.then((reason) => {
      if (reason !== undefined && connection.isUnanswered) options.onHungUp?.('after versions')
    })
  }
  return transport
}

/** What may be behind it when a broker hangs up without a word. */
const hints = {
  plaintext: 'if its listener speaks TLS, set security.protocol to ssl',
  tls: 'if its listener wants certificates of clients, set tls.cert and tls.key',
  sasl: 'if its listener wants SASL, set sasl.username and sasl.password_file',
} as const

/** Errors after which another attempt may find a broker; all others are told as they are. */
function isOfTheWay(error: unknown): boolean {
  return isRafkaError(error) && ofTheWay.has(error.code)
}

const ofTheWay: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'MALFORMED_MESSAGE',
  'NETWORK_EXCEPTION',
  'REQUEST_TIMED_OUT',
  'UNKNOWN_SERVER_ERROR',
  'UNSUPPORTED_VERSION',
])

/** ApiVersions in the highest version; a broker that refuses it names the one to use, and every broker knows version 0 (KIP-511). */
async function askVersions(connection: PipelinedConnection, bounds: AnswerBounds): Promise<Map<number, VersionRange>> {
  let version = apiVersions.versions[1]
  for (;;) {
    const body = apiVersions.request.create(SOFTWARE)
    const response = await connection.request(apiVersions, version, body, bounds)
    const ranges = new Map<number, VersionRange>(response.apiKeys.map((range) => [range.apiKey, range]))
    const error = errorName(response.errorCode)
    if (error === 'NONE') return ranges
    if (error !== 'UNSUPPORTED_VERSION' || version === 0) {
      throw new RafkaError(error, `${connection.where} refused ApiVersions v${version}`)
    }
    version = commonVersion(apiVersions, ranges.get(apiVersions.key), version - 1) ?? 0
  }
}

class SocketTransport implements Transport {
  readonly copiesBuffers = true
  readonly closed: Promise<RafkaError | undefined>
  readonly held = new HeldRequests()
  readonly #connection: PipelinedConnection
  readonly #supported: ReadonlyMap<number, VersionRange>

  constructor(connection: PipelinedConnection, supported: ReadonlyMap<number, VersionRange>) {
    this.#connection = connection
    this.#supported = supported
    this.closed = connection.closed
  }

  versionOf(api: Api): number | undefined {
    return commonVersion(api, this.#supported.get(api.key))
  }

  async request<Request, Response>(
    api: Api<Request, Response>,
    body: Request,
    { signal, timeoutMs = defaultRequestTimeoutMs, maxVersion }: RequestOptions = {},
  ): Promise<Response> {
    const version = this.#version(api, maxVersion)
    const send = () => this.#connection.request(definitionOf(api), version, body, { timeoutMs, signal })
    return this.held.isHeld ? this.held.whenReleased(send, signal) : send()
  }

  async post<Request>(api: Api<Request>, body: Request, options: RequestOptions = {}): Promise<void> {
    const version = this.#version(api, options.maxVersion)
    const send = () => this.#connection.post(definitionOf(api), version, body, options.signal)
    return this.held.isHeld ? this.held.whenReleased(send, options.signal) : send()
  }

  async close(): Promise<void> {
    this.#connection.close()
  }

  #version(api: Api, maxVersion: number | undefined): number {
    const version = commonVersion(api, this.#supported.get(api.key), maxVersion)
    if (version === undefined) throw unsupported(api, this.#connection.where)
    return version
  }
}

function definitionOf<Request, Response>(api: Api<Request, Response>): ApiDefinition<Request, Response> {
  const definition = apiByKey(api.key)
  if (definition === undefined) throw new RafkaError('UNSUPPORTED_VERSION', `${api.name} is not defined`)
  return definition as ApiDefinition<Request, Response>
}
