import type { Api } from '../../core/api.ts'
import { RafkaError } from '../../core/errors.ts'
import type { ApiDefinition } from '../../protocol/api.ts'
import { apiVersions } from '../../protocol/apis/api-versions.ts'
import { apiByKey } from '../../protocol/apis/index.ts'
import { errorName } from '../../protocol/error-codes.ts'
import { commonVersion, type VersionRange } from '../common-version.ts'
import { unreachable } from '../connection-errors.ts'
import { defaultRequestTimeoutMs, type RequestOptions, type Transport } from '../transport.ts'
import { unsupported } from './in-process-transport.ts'
import { describeTarget, openSocket, type SocketTarget } from './open-socket.ts'
import { PipelinedConnection } from './pipelined-connection.ts'

/** How to connect over a socket. */
export interface SocketTransportOptions {
  readonly target: SocketTarget
  readonly clientId: string
  /** For the socket, and again for the first answer, in ms; default 10,000. */
  readonly connectTimeoutMs?: number | undefined
  /** Largest answer that is believed, in bytes; default 256 MiB. */
  readonly maxResponseBytes?: number | undefined
  readonly signal?: AbortSignal | undefined
}

const CONNECT_TIMEOUT_MS = 10_000
const MAX_RESPONSE_BYTES = 256 * 1024 * 1024
const SOFTWARE = { clientSoftwareName: 'rafka', clientSoftwareVersion: '0.1.0' }

/**
 * Connects to a broker over TCP or a local socket and asks which versions it knows.
 * @throws RafkaError `BROKER_UNREACHABLE` when nothing answers as a Kafka broker does, `CANCELLED` by the signal
 */
export async function socketTransport(options: SocketTransportOptions): Promise<Transport> {
  const { target, clientId, signal, connectTimeoutMs = CONNECT_TIMEOUT_MS } = options
  const where = describeTarget(target)
  const socket = await openSocket(target, connectTimeoutMs, signal)
  const connection = new PipelinedConnection(socket, where, clientId, options.maxResponseBytes ?? MAX_RESPONSE_BYTES)
  try {
    return new SocketTransport(connection, await askVersions(connection, connectTimeoutMs, signal))
  } catch (error) {
    connection.close()
    if (signal?.aborted === true) throw error
    throw unreachable(where, error)
  }
}

/** ApiVersions in the highest version; a broker that refuses it names the one to use, and every broker knows version 0 (KIP-511). */
async function askVersions(
  connection: PipelinedConnection,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Map<number, VersionRange>> {
  let version = apiVersions.versions[1]
  for (;;) {
    const body = apiVersions.request.create(SOFTWARE)
    const response = await connection.request(apiVersions, version, body, { timeoutMs, signal })
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
    return this.#connection.request(definitionOf(api), version, body, { timeoutMs, signal })
  }

  async post<Request>(api: Api<Request>, body: Request, options: RequestOptions = {}): Promise<void> {
    const version = this.#version(api, options.maxVersion)
    return this.#connection.post(definitionOf(api), version, body, options.signal)
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
