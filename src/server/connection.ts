import { setMaxListeners } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Broker, ConnectionInfo } from '../core/broker.ts'
import { isRafkaError, type RafkaError } from '../core/errors.ts'
import { LentMemory } from '../core/lent-memory.ts'
import type { Logger, LogLevel } from '../core/log.ts'
import type { SlabPool } from '../core/slab-pool.ts'
import { fetch } from '../protocol/apis/fetch.ts'
import { produce } from '../protocol/apis/produce.ts'
import { encodeResponse } from '../protocol/wire.ts'
import { type Answer, AnswerQueue, type Place } from './answer-queue.ts'
import type { FetchBudget } from './fetch-budget.ts'
import { FrameReader, slabOf } from './frame-reader.ts'
import type { ServerLimits } from './limits.ts'
import { Outbox } from './outbox.ts'
import { type ReadRequest, readRequest, type ServedApis } from './read-request.ts'
import { ReadWatch } from './read-watch.ts'
import { Authentication, type AuthenticationShare } from './sasl/authentication.ts'

/** A connection as the listener knows it: who it belongs to may turn out later. */
export interface ServerConnectionInfo extends ConnectionInfo {
  principal: string
}

/** What the connections of one listener share. */
export interface ConnectionShare {
  readonly broker: Broker
  readonly apis: ServedApis
  readonly limits: ServerLimits
  readonly budget: FetchBudget
  readonly slabs: SlabPool
  readonly log: Logger
  /** What clients are asked who they are with; undefined: nobody is asked. */
  readonly authentication: AuthenticationShare | undefined
}

type BrokerRequest = Exclude<ReadRequest, { readonly answer: Buffer[] }>

/**
 * One client: hands its requests to the broker as they come, also while earlier ones wait, and writes the answers in the order of the
 * requests. Reads no further while too much waits on either side. Whatever the other end does, it closes this connection at most.
 */
export class Connection {
  readonly #info: ServerConnectionInfo
  readonly #socket: Socket
  readonly #share: ConnectionShare
  readonly #reader: FrameReader
  readonly #watch: ReadWatch
  readonly #outbox: Outbox
  readonly #answers = new AnswerQueue()
  readonly #gone = new AbortController()
  /** undefined: nobody asks. */
  readonly #authentication: Authentication | undefined
  #authenticationDeadline: NodeJS.Timeout | undefined
  /** A message that tells who it is is being looked at; nothing is read meanwhile. */
  #authenticating = false
  /** The broker knows of it. */
  #isKnown = false
  /** No more requests are taken; what was taken is still answered. */
  #ending = false
  #endDeadline: NodeJS.Timeout | undefined

  constructor(socket: Socket, info: ServerConnectionInfo, share: ConnectionShare) {
    this.#info = info
    this.#socket = socket
    this.#share = share
    this.#reader = new FrameReader(share.limits.maxRequestBytes, share.slabs)
    this.#authentication = share.authentication && new Authentication(share.authentication)
    this.#watch = new ReadWatch(share.limits, (bytes) => this.#drips(bytes))
    this.#outbox = new Outbox(socket, share.budget)
    // Each waiting request may listen to it; their number is bounded, but not by Node's ten.
    setMaxListeners(0, this.#gone.signal)
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('drain', () => this.#goOn())
    socket.on('timeout', () => this.#idle())
    socket.on('error', (error) => this.#log('debug', 'connection broke', { error: error.message }))
    socket.once('end', () => this.end())
    socket.once('close', () => this.#closed())
    socket.setTimeout(share.limits.maxIdleMs)
    if (this.#authentication === undefined) this.#enter()
    else this.#awaitProof()
  }

  /** Takes no more requests, ends long polls, answers what has begun, and closes; at the latest after `drainMs`. */
  end(): void {
    this.#stopReading()
    this.#gone.abort()
    if (this.#answers.length === 0) this.#socket.destroySoon()
  }

  #read(chunk: Buffer): void {
    if (this.#ending) return
    this.#watch.received(chunk.length)
    this.#reader.push(chunk)
    this.#pump()
  }

  /** After something gave way: takes up reading where it was stopped. */
  #goOn(): void {
    if (!this.#ending && this.#socket.isPaused() && this.#pump()) this.#socket.resume()
  }

  /** Hands over requests while there is room for their answers. @returns true when more may be read */
  #pump(): boolean {
    while (!this.#ending && this.#hasRoom()) {
      const more = this.#takeNext()
      if (more === 'stop') return false
      if (more === 'read') {
        this.#watch.watch(this.#reader.partial)
        return true
      }
    }
    this.#watch.stop()
    this.#socket.pause()
    return false
  }

  #hasRoom(): boolean {
    const { limits } = this.#share
    return (
      !this.#authenticating &&
      this.#answers.length < limits.maxInFlight &&
      this.#answers.requestBytes < limits.maxInFlightBytes &&
      this.#answers.fetches < limits.maxFetchesInFlight &&
      this.#outbox.unsentBytes <= limits.maxUnsentBytes
    )
  }

  /** @returns `read` when more bytes are needed, `stop` when the connection is to end */
  #takeNext(): 'next' | 'read' | 'stop' {
    let sizeBytes = 0
    try {
      const frame = this.#reader.next()
      if (frame === undefined) return 'read'
      sizeBytes = frame.length
      this.#watch.completed()
      if (this.#authentication?.wants(frame) === true) void this.#authenticate(this.#authentication, frame)
      else this.#take(readRequest(frame, this.#share.apis), frame)
      return 'next'
    } catch (error) {
      // Earlier requests are answered first: in Kafka this one would not even have been read before.
      this.#stopReading()
      this.#settle(this.#answers.add(sizeBytes, false), { failure: error })
      return 'stop'
    }
  }

  #awaitProof(): void {
    const { maxUnprovenBytes, authenticationTimeoutMs } = this.#share.limits
    this.#reader.maxBytes = Math.min(maxUnprovenBytes, this.#share.limits.maxRequestBytes)
    this.#authenticationDeadline = setTimeout(() => {
      this.#log('warn', `closed: it did not say in ${authenticationTimeoutMs} ms who it is`)
      this.#socket.destroy()
    }, authenticationTimeoutMs)
  }

  async #authenticate(authentication: Authentication, frame: Buffer): Promise<void> {
    const place = this.#answers.add(frame.length, false)
    this.#authenticating = true
    try {
      const { pieces, failure } = await authentication.answer(frame)
      if (failure !== undefined) await this.#refuse(failure)
      else if (authentication.user !== undefined && !this.#isKnown) this.#prove(authentication.user)
      this.#authenticating = false
      this.#settle(place, { pieces })
    } catch (error) {
      this.#settle(place, { failure: error })
    }
  }

  #prove(user: string): void {
    clearTimeout(this.#authenticationDeadline)
    this.#reader.maxBytes = this.#share.limits.maxRequestBytes
    this.#info.principal = `User:${user}`
    this.#enter()
  }

  /** It is told late, so that trying passwords takes long, and then the connection is closed. */
  async #refuse({ message, cause }: RafkaError): Promise<void> {
    const reason = cause instanceof Error ? `${message} (${cause.message})` : message
    this.#log('warn', `closed: ${reason}`)
    this.#stopReading()
    await delay(this.#share.limits.failedAuthenticationDelayMs)
  }

  #enter(): void {
    if (this.#socket.destroyed) return
    this.#isKnown = true
    this.#share.broker.connected(this.#info)
  }

  #take(request: ReadRequest, frame: Buffer): void {
    if ('answer' in request) {
      const { answer } = request
      const place = this.#answers.add(frame.length, false)
      queueMicrotask(() => this.#settle(place, { pieces: answer }))
      return
    }
    const isFetch = request.definition.key === fetch.key
    const place = this.#answers.add(frame.length, isFetch)
    if (isFetch) {
      const body = request.body as { maxBytes: number }
      body.maxBytes = this.#share.budget.reserve(body.maxBytes)
      place.reservedBytes = body.maxBytes
      place.memory = new LentMemory(this.#share.slabs)
    }
    void this.#answer(place, request, frame)
  }

  async #answer(place: Place, request: BrokerRequest, frame: Buffer): Promise<void> {
    const { definition, version, correlationId, clientId, body } = request
    try {
      const context = { connection: this.#info, version, clientId, signal: this.#gone.signal, memory: place.memory }
      const response = await this.#share.broker.handle(definition, body, context)
      if (definition.key === produce.key) this.#release(frame)
      if (this.#socket.destroyed) return
      const pieces = response === null ? undefined : encodeResponse(definition, version, correlationId, response)
      if (place.isFetch) this.#weighFetch(place, pieces ?? [])
      this.#settle(place, pieces === undefined ? { none: true } : { pieces })
    } catch (error) {
      this.#settle(place, { failure: error })
    }
  }

  /** The records are stored: the memory that they came in is for the next. */
  #release(frame: Buffer): void {
    const slab = this.#share.broker.releasesBuffers === true ? slabOf(frame) : undefined
    if (slab !== undefined) this.#share.slabs.give([slab])
  }

  /** From now on the answer counts with what it really takes. */
  #weighFetch(place: Place, pieces: readonly Buffer[]): void {
    const answerBytes = pieces.reduce((sum, piece) => sum + piece.length, 0)
    const sizeBytes = Math.max(answerBytes, place.memory?.heldBytes ?? 0)
    this.#share.budget.release(place.reservedBytes - sizeBytes)
    place.reservedBytes = sizeBytes
  }

  #settle(place: Place, answer: Answer): void {
    if (this.#socket.destroyed) return
    place.answer = answer
    for (let next = this.#answers.take(); next !== undefined; next = this.#answers.take()) {
      if ('failure' in next.answer) {
        this.#share.budget.release(next.reservedBytes)
        this.#fail(next.answer.failure)
        return
      }
      if ('pieces' in next.answer) this.#outbox.write(next.answer.pieces, next.reservedBytes, next.memory)
    }
    if (this.#ending && this.#answers.length === 0) this.#socket.destroySoon()
    else this.#goOn()
  }

  #fail(error: unknown): void {
    this.#stopReading()
    const reason = error instanceof Error ? error.message : String(error)
    const expected = isRafkaError(error, 'CLOSED') || isRafkaError(error, 'CANCELLED')
    if (expected) this.#log('debug', `closed: ${reason}`)
    else if (isRafkaError(error)) this.#log('warn', `closed: ${reason}`, { code: error.code })
    else this.#log('error', `closed: ${reason}`, { stack: error instanceof Error ? error.stack : undefined })
    this.#share.budget.release(this.#answers.clear())
    this.#socket.destroySoon()
  }

  #drips(receivedBytes: number): void {
    this.#log(
      'warn',
      `closed: ${receivedBytes} bytes of an unfinished request in ${this.#share.limits.readTimeoutMs} ms`,
    )
    this.#socket.destroy()
  }

  #idle(): void {
    const waitsForUs = this.#answers.length > 0 && this.#outbox.unsentBytes === 0
    if (waitsForUs) {
      this.#socket.setTimeout(this.#share.limits.maxIdleMs)
      return
    }
    this.#log('debug', 'closed: idle')
    this.#socket.destroy()
  }

  #stopReading(): void {
    if (this.#ending) return
    this.#ending = true
    this.#watch.stop()
    this.#socket.pause()
    this.#endDeadline = setTimeout(() => this.#socket.destroy(), this.#share.limits.drainMs)
  }

  #closed(): void {
    this.#ending = true
    this.#watch.stop()
    clearTimeout(this.#endDeadline)
    clearTimeout(this.#authenticationDeadline)
    this.#share.budget.release(this.#answers.clear())
    this.#gone.abort()
    if (this.#isKnown) this.#share.broker.disconnected(this.#info)
  }

  #log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void {
    const { id, remoteAddress, listener } = this.#info
    this.#share.log(level, message, { connection: id, from: remoteAddress, listener, ...fields })
  }
}
