import type { Api } from '../../core/api.ts'
import type { Broker, ConnectionInfo, RequestContext } from '../../core/broker.ts'
import { nextConnectionId } from '../../core/connection-id.ts'
import { isRafkaError, RafkaError } from '../../core/errors.ts'
import { anonymous } from '../../core/sasl.ts'
import { commonVersion } from '../common-version.ts'
import { closedError, connectionLost } from '../connection-errors.ts'
import { withDeadline } from '../deadline.ts'
import { ending } from '../ending.ts'
import { defaultRequestTimeoutMs, type RequestOptions, type Transport } from '../transport.ts'

/** What an embedded broker is called in messages. */
export const embeddedBroker = 'the embedded broker'

export interface InProcessOptions {
  /** When this broker closes, another one may take its place: the connection is then lost, as one over a socket would be, and a client makes a new one. */
  readonly mayMove?: boolean
}

/** A connection to a broker in this process: requests and responses are handed over as they are, and nothing is encoded. */
export function inProcessTransport(broker: Broker, clientId: string, options: InProcessOptions = {}): Transport {
  return new InProcessTransport(broker, clientId, options)
}

class InProcessTransport implements Transport {
  readonly closed: Promise<RafkaError | undefined>
  readonly copiesBuffers: boolean
  readonly #broker: Broker
  readonly #clientId: string
  readonly #mayMove: boolean
  readonly #connection: ConnectionInfo = {
    id: nextConnectionId(),
    listener: 'in-process',
    remoteAddress: 'in-process',
    principal: anonymous,
  }
  readonly #ended = ending()
  readonly #supported: ReadonlyMap<number, { minVersion: number; maxVersion: number }>
  #endReason: RafkaError | undefined
  #settleClosed!: (reason: RafkaError | undefined) => void

  constructor(broker: Broker, clientId: string, { mayMove = false }: InProcessOptions) {
    this.#broker = broker
    this.#mayMove = mayMove
    this.copiesBuffers = broker.releasesBuffers === true
    this.#clientId = clientId
    this.#supported = new Map(broker.apis.map((supported) => [supported.api.key, supported]))
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve
    })
    broker.connected(this.#connection)
  }

  versionOf(api: Api): number | undefined {
    return commonVersion(api, this.#supported.get(api.key))
  }

  async request<Request, Response>(
    api: Api<Request, Response>,
    body: Request,
    options: RequestOptions = {},
  ): Promise<Response> {
    const response = await this.#handle(api, body, options)
    if (response !== null) return response
    throw new RafkaError('MALFORMED_MESSAGE', `${embeddedBroker} left ${api.name} without an answer`)
  }

  async post<Request>(api: Api<Request>, body: Request, options: RequestOptions = {}): Promise<void> {
    await this.#handle(api, body, options)
  }

  async close(): Promise<void> {
    this.#end(undefined)
  }

  async #handle<Request, Response>(
    api: Api<Request, Response>,
    body: Request,
    { signal, timeoutMs = defaultRequestTimeoutMs, maxVersion, memory }: RequestOptions,
  ): Promise<Response | null> {
    if (this.#ended.signal.aborted) throw this.#endReason ?? closedError(`the connection to ${embeddedBroker}`)
    const version = commonVersion(api, this.#supported.get(api.key), maxVersion)
    if (version === undefined) throw unsupported(api, embeddedBroker)
    const awaited = `the answer to ${api.name} from ${embeddedBroker}`
    return withDeadline({ timeoutMs, signal, awaited }, (given) =>
      this.#untilEnd(api, body, {
        connection: this.#connection,
        version,
        clientId: this.#clientId,
        signal: given,
        memory,
      }),
    )
  }

  /** The broker's answer, or the end of this connection if that comes first. */
  #untilEnd<Request, Response>(
    api: Api<Request, Response>,
    body: Request,
    context: RequestContext,
  ): Promise<Response | null> {
    return new Promise((resolve, reject) => {
      const onEnd = () => reject(this.#endReason ?? closedError(`the connection to ${embeddedBroker}`))
      this.#ended.signal.addEventListener('abort', onEnd, { once: true })
      this.#broker
        .handle(api, body, context)
        .then(resolve, (thrown: unknown) => {
          const isGone = this.#mayMove && isRafkaError(thrown, 'CLOSED')
          const error = isGone ? connectionLost(embeddedBroker, thrown) : thrown
          // A broker throws where it would close a connection instead of answering.
          if (isRafkaError(error)) this.#end(error)
          reject(error instanceof Error ? error : new Error(String(error)))
        })
        .finally(() => this.#ended.signal.removeEventListener('abort', onEnd))
    })
  }

  #end(reason: RafkaError | undefined): void {
    if (this.#ended.signal.aborted) return
    this.#endReason = reason
    this.#ended.abort()
    this.#broker.disconnected(this.#connection)
    this.#settleClosed(reason)
  }
}

/** No version of `api` is known to both sides. */
export function unsupported(api: Api, where: string): RafkaError {
  return new RafkaError(
    'UNSUPPORTED_VERSION',
    `${where} does not answer ${api.name} in a version that Rafka knows (${api.versions[0]} to ${api.versions[1]})`,
    { details: { api: api.name } },
  )
}
