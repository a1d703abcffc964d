import { join } from 'node:path'
import type { Dialer, Transport } from '../client/transport.ts'
import { inProcessTransport } from '../client/transports/in-process-transport.ts'
import { socketTransport } from '../client/transports/socket-transport.ts'
import { isRafkaError, RafkaError } from '../core/errors.ts'
import type { EmbeddedBroker } from '../embedded-broker.ts'
import { acquireLock, type Lock } from '../storage/sqlite/exclusive-lock.ts'
import { localSocketPath, secureSocketDirectory } from './local-socket.ts'
import { readOwner } from './owner-file.ts'
import { prepareDirectory, unusableDirectory } from './prepare-directory.ts'
import { type ServedDirectory, type ServeSettings, serveDirectory } from './serve-directory.ts'

/** How long to wait for somebody who holds the lock and does not answer yet, in ms: it may be opening a large store, or be about to end. */
const ANSWER_BOUND_MS = 10_000
/** How long to try for the lock where nobody else's broker will do, in ms: a look at it by somebody else takes a moment. */
const OWN_BOUND_MS = 500
const FIRST_PAUSE_MS = 5
const LONGEST_PAUSE_MS = 100

/**
 * A data directory as the address of a broker. Who dials it becomes the broker if nobody is, and is connected over a local socket to whoever
 * is otherwise. When that one ends, the next dial settles anew who becomes it: exactly one holds the lock.
 */
export class DataDirectory implements Dialer {
  readonly single = true
  /** Its real path. */
  readonly path: string
  readonly #clientId: string
  readonly #settings: ServeSettings
  #serving: Promise<ServedDirectory> | undefined
  #served: ServedDirectory | undefined
  #closed = false

  /**
   * Creates the directory if it is missing.
   * @throws RafkaError `DATA_DIRECTORY_UNUSABLE`
   */
  constructor(path: string, clientId: string, settings: ServeSettings) {
    this.path = prepareDirectory(path)
    this.#clientId = clientId
    this.#settings = settings
  }

  describe(): string {
    return `data directory ${this.path}`
  }

  /** The broker, while this process is it. */
  get owned(): EmbeddedBroker | undefined {
    return this.#served?.broker
  }

  /**
   * A connection to the directory's broker, whoever that is now.
   * @throws RafkaError `DATA_DIRECTORY_IN_USE` when its owner does not answer in 10 s; `CANCELLED`, `CLOSED`; and what opening a store throws
   */
  async dial(_address?: unknown, signal?: AbortSignal): Promise<Transport> {
    return this.#attempt(ANSWER_BOUND_MS, signal, async (remainingMs) => {
      const served = await this.#serve()
      if (served !== undefined) return inProcessTransport(served.broker.broker, this.#clientId)
      return this.#connect(remainingMs, signal)
    })
  }

  /**
   * Becomes the broker, or fails.
   * @throws RafkaError `DATA_DIRECTORY_IN_USE` when somebody else is; and what opening a store throws
   */
  async own(): Promise<EmbeddedBroker> {
    return this.#attempt(OWN_BOUND_MS, undefined, async () => (await this.#serve())?.broker)
  }

  /** Becomes the broker if nobody is, however long opening the store takes. @throws what opening a store throws */
  async settle(): Promise<void> {
    await this.#serve()
  }

  /** Notes new listeners for others to see. */
  announce(): void {
    this.#served?.announce()
  }

  /** Stops serving, if this process does. */
  async close(): Promise<void> {
    this.#closed = true
    const served = await this.#serving?.catch(() => undefined)
    await served?.close()
  }

  /** Tries until there is a result or the bound is reached, with growing pauses that differ between processes. */
  async #attempt<T>(
    boundMs: number,
    signal: AbortSignal | undefined,
    attempt: (remainingMs: number) => Promise<T | undefined>,
  ): Promise<T> {
    const deadline = performance.now() + boundMs
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      this.#assertGoingOn(signal)
      const result = await attempt(deadline - performance.now())
      if (result !== undefined) return result
      if (performance.now() >= deadline) throw this.#inUse()
      await pause(pauseMs * (0.5 + Math.random()), signal)
    }
  }

  #assertGoingOn(signal: AbortSignal | undefined): void {
    if (this.#closed) throw new RafkaError('CLOSED', `${this.describe()} was closed`)
    if (signal?.aborted === true) throw new RafkaError('CANCELLED', `cancelled while connecting to ${this.describe()}`)
  }

  /** This process's broker, started if nobody holds the lock; undefined when somebody does. */
  async #serve(): Promise<ServedDirectory | undefined> {
    if (this.#serving === undefined) {
      const lock = this.#lock()
      if (lock === undefined) return undefined
      this.#serving = this.#start(lock)
    }
    return this.#serving
  }

  async #start(lock: Lock): Promise<ServedDirectory> {
    try {
      this.#served = await serveDirectory(this.path, lock, this.#settings)
      return this.#served
    } catch (error) {
      lock.release()
      this.#serving = undefined
      throw error
    }
  }

  #lock(): Lock | undefined {
    try {
      return acquireLock(join(this.path, 'lock'))
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw unusableDirectory(this.path, `its lock cannot be taken: ${reason}`, error)
    }
  }

  /** undefined when the owner is not there yet, or not any more. */
  async #connect(timeoutMs: number, signal: AbortSignal | undefined): Promise<Transport | undefined> {
    const path = readOwner(this.path)?.socket ?? localSocketPath(this.path)
    secureSocketDirectory(this.path, path)
    const connectTimeoutMs = Math.max(timeoutMs, LONGEST_PAUSE_MS)
    try {
      return await socketTransport({ target: { path }, clientId: this.#clientId, connectTimeoutMs, signal })
    } catch (error) {
      if (isRafkaError(error, 'BROKER_UNREACHABLE')) return undefined
      throw error
    }
  }

  #inUse(): RafkaError {
    const pid = readOwner(this.path)?.pid
    const owner = pid === undefined ? 'another process' : `process ${pid}`
    return new RafkaError(
      'DATA_DIRECTORY_IN_USE',
      `${this.describe()} is in use by ${owner}; end it, or name another directory`,
      {
        details: { dataDir: this.path, pid: pid ?? null },
      },
    )
  }
}

function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, delayMs)
    signal?.addEventListener('abort', end, { once: true })
  })
}
