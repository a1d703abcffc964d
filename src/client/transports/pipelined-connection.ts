import type { Socket } from 'node:net'
import { isRafkaError, RafkaError } from '../../core/errors.ts'
import type { ApiDefinition } from '../../protocol/api.ts'
import { decodeResponse, encodeRequest, peekCorrelationId } from '../../protocol/wire.ts'
import { cancelled, closedError, connectionLost, timedOut } from '../connection-errors.ts'
import { FrameAssembler } from './frame-assembler.ts'
import { tlsFailure } from './tls-failure.ts'

interface Pending {
  readonly settle: (frame: Buffer) => void
  readonly fail: (error: Error) => void
}

/** How long to wait for one answer. */
export interface AnswerBounds {
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Many requests on the way over one socket, matched to their answers by correlation id. A request whose time is over takes the
 * connection with it, as in Kafka's clients: the answers to all later ones would wait behind it.
 *
 * What is written is bounded by its callers: each bounds what it has on the way.
 */
export class PipelinedConnection {
  /** Settles when the socket is gone; with undefined after `close`. */
  readonly closed: Promise<RafkaError | undefined>
  readonly where: string
  readonly #socket: Socket
  readonly #clientId: string
  readonly #pending = new Map<number, Pending>()
  #lastCorrelationId = 0
  #firstAnswerHint: string | undefined
  #ended = false
  #endReason: RafkaError | undefined
  #settleClosed!: (reason: RafkaError | undefined) => void

  constructor(socket: Socket, where: string, clientId: string, maxResponseBytes: number) {
    this.#socket = socket
    this.where = where
    this.#clientId = clientId
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve
    })
    const assembler = new FrameAssembler(maxResponseBytes, (frame) => this.#receive(frame))
    socket.on('data', (chunk: Buffer) => this.#guarded(() => assembler.push(chunk)))
    socket.on('error', (error) => this.#end(tlsFailure(where, error) ?? this.#lost(error)))
    socket.on('close', () => this.#end(this.#lost()))
  }

  /** Sends a request and settles with its answer. */
  request<Request, Response>(
    api: ApiDefinition<Request, Response>,
    version: number,
    body: Request,
    bounds: AnswerBounds,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      const id = this.#nextId()
      const pieces = this.#encode(api, version, id, body, bounds.signal)
      const awaited = `the answer to ${api.name} v${version} from ${this.where}`
      const onAbort = () => {
        release()
        // The answer will still come: its place is kept, so that it is known when it does.
        this.#pending.set(id, { settle: () => {}, fail: () => {} })
        reject(cancelled(awaited))
      }
      const timer = setTimeout(() => this.#end(timedOut(awaited, bounds.timeoutMs)), bounds.timeoutMs)
      const release = () => {
        clearTimeout(timer)
        bounds.signal?.removeEventListener('abort', onAbort)
      }
      bounds.signal?.addEventListener('abort', onAbort, { once: true })
      this.#pending.set(id, {
        settle: (frame) => {
          release()
          resolve(decodeResponse(api, version, frame).body)
        },
        fail: (error) => {
          release()
          reject(error)
        },
      })
      this.#write(pieces)
    })
  }

  /** Sends a request that has no answer; settles when the operating system has taken it. */
  post<Request>(
    api: ApiDefinition<Request>,
    version: number,
    body: Request,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const pieces = this.#encode(api, version, this.#nextId(), body, signal)
      this.#write(pieces, (error) => {
        if (error === undefined) resolve()
        else reject(this.#endReason ?? connectionLost(this.where, error))
      })
    })
  }

  /** Whether nothing has been answered since `hintUntilAnswer`. */
  get isUnanswered(): boolean {
    return this.#firstAnswerHint !== undefined
  }

  /** Says what may be behind it if the other end hangs up on the next request. */
  hintUntilAnswer(hint: string): void {
    this.#firstAnswerHint = hint
  }

  /** Fails what waits, with the reason or else with `CLOSED`, and lets go of the socket. */
  close(reason?: RafkaError): void {
    this.#end(reason)
  }

  #nextId(): number {
    this.#lastCorrelationId = (this.#lastCorrelationId + 1) & 0x7fffffff
    return this.#lastCorrelationId
  }

  #encode<Request>(
    api: ApiDefinition<Request>,
    version: number,
    id: number,
    body: Request,
    signal: AbortSignal | undefined,
  ): Buffer[] {
    if (this.#ended) throw this.#endReason ?? closedError(`the connection to ${this.where}`)
    if (signal?.aborted === true) throw cancelled(`${api.name} to ${this.where}`)
    return encodeRequest(api, version, id, this.#clientId, body)
  }

  #write(pieces: readonly Buffer[], onWritten?: (error: Error | undefined) => void): void {
    this.#socket.cork()
    pieces.forEach((piece, index) => {
      const last = index === pieces.length - 1
      if (last && onWritten !== undefined) this.#socket.write(piece, (error) => onWritten(error ?? undefined))
      else this.#socket.write(piece)
    })
    this.#socket.uncork()
  }

  #lost(cause?: Error): RafkaError {
    return connectionLost(this.where, cause, this.#pending.size > 0 ? this.#firstAnswerHint : undefined)
  }

  #receive(frame: Buffer): void {
    this.#firstAnswerHint = undefined
    const id = peekCorrelationId(frame)
    const pending = this.#pending.get(id)
    if (pending === undefined) {
      this.#end(connectionLost(this.where, `it answered request ${id}, which was never sent`))
      return
    }
    this.#pending.delete(id)
    try {
      pending.settle(frame)
    } catch (error) {
      pending.fail(error instanceof Error ? error : new Error(String(error)))
      throw error
    }
  }

  /** Bytes that are not what the protocol says: nothing after them can be trusted. */
  #guarded(work: () => void): void {
    if (this.#ended) return
    try {
      work()
    } catch (error) {
      if (isRafkaError(error, 'TLS_FAILED')) this.#end(new RafkaError(error.code, `${this.where}: ${error.message}`))
      else this.#end(isRafkaError(error) ? error : connectionLost(this.where, error))
    }
  }

  #end(reason: RafkaError | undefined): void {
    if (this.#ended) return
    this.#ended = true
    this.#endReason = reason
    this.#socket.destroy()
    const error = reason ?? closedError(`the connection to ${this.where}`)
    const waiting = [...this.#pending.values()]
    this.#pending.clear()
    for (const pending of waiting) pending.fail(error)
    this.#settleClosed(reason)
  }
}
