import type { Dialer, Transport } from '../client/transport.ts'
import { inProcessTransport } from '../client/transports/in-process-transport.ts'
import { socketTransport } from '../client/transports/socket-transport.ts'
import { isRafkaError, RafkaError } from '../core/errors.ts'
import { silentLogger } from '../core/log.ts'
import type { EmbeddedBroker } from '../embedded-broker.ts'
import type { Lock } from '../storage/sqlite/exclusive-lock.ts'
import { directoryInUse, takeLock, tryLock } from './directory-lock.ts'
import { localSocketPath, secureSocketDirectory } from './local-socket.ts'
import { readOwner } from './owner-file.ts'
import { prepareDirectory } from './prepare-directory.ts'
import { type ServedDirectory, type ServeSettings, serveDirectory } from './serve-directory.ts'
import { askForDirectory } from './succession.ts'

/** How long to wait for somebody who holds the lock and does not answer yet, in ms: it may be opening a large store, or be about to end. */
const ANSWER_BOUND_MS = 10_000
const FIRST_PAUSE_MS = 5
const LONGEST_PAUSE_MS = 100
/** For so long after letting go of a directory this process does not take it again, unless somebody else had it, in ms. */
const YIELD_MS = 3000

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
  /** The owner that this process was, until it has let go. */
  #yielding: Promise<void> | undefined
  #yieldedUntil = 0
  #closed = false
  #warned = false

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
    const deadline = performance.now() + ANSWER_BOUND_MS
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      this.#assertGoingOn(signal)
      const transport = await this.#reach(deadline - performance.now(), signal)
      if (transport !== undefined) return transport
      if (performance.now() >= deadline) throw directoryInUse(this.path)
      // Pauses differ between processes that all wait for the same.
      await pause(pauseMs * (0.5 + Math.random()), signal)
    }
  }

  /**
   * Becomes the broker, also in place of one that lets go of the directory when it is asked to.
   * @throws RafkaError `DATA_DIRECTORY_IN_USE` when somebody else is; and what opening a store throws
   */
  async own(): Promise<EmbeddedBroker> {
    if (this.#serving === undefined) {
      const lock = await this.#succeed()
      this.#serving ??= this.#start(lock)
    }
    return (await this.#serving).broker
  }

  /** The lock of the directory, however many owners have to be asked for it. */
  async #succeed(): Promise<Lock> {
    const deadline = performance.now() + ANSWER_BOUND_MS
    for (let isAwaited = false; ; ) {
      const lock = tryLock(this.path)
      if (lock !== undefined) return lock
      isAwaited = (await askForDirectory(this.path)) || isAwaited
      if (!isAwaited || performance.now() >= deadline) return takeLock(this.path)
      await pause(FIRST_PAUSE_MS * (0.5 + Math.random()), undefined)
    }
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
    await this.#yielding
    const served = await this.#serving?.catch(() => undefined)
    await served?.close()
  }

  #assertGoingOn(signal: AbortSignal | undefined): void {
    if (this.#closed) throw new RafkaError('CLOSED', `${this.describe()} was closed`)
    if (signal?.aborted === true) throw new RafkaError('CANCELLED', `cancelled while connecting to ${this.describe()}`)
  }

  /** This process's broker, started if nobody holds the lock; undefined when somebody does. */
  async #serve(): Promise<ServedDirectory | undefined> {
    if (this.#serving === undefined) {
      const lock = tryLock(this.path)
      if (lock === undefined) return undefined
      this.#serving = this.#start(lock)
    }
    return this.#serving
  }

  async #start(lock: Lock): Promise<ServedDirectory> {
    try {
      this.#served = await serveDirectory(this.path, lock, this.#settings, () => this.#yield())
      return this.#served
    } catch (error) {
      lock.release()
      this.#serving = undefined
      throw error
    }
  }

  /** Lets go of the directory: what has begun is answered, and the next request of this process's own clients is for the new owner. */
  #yield(): void {
    const served = this.#served
    // Who lets clients in by TCP is there for that.
    if (served === undefined || this.#closed || served.broker.listeners.length > 0) return
    this.#served = undefined
    this.#serving = undefined
    this.#yieldedUntil = performance.now() + YIELD_MS
    const { logger = silentLogger } = this.#settings
    logger('info', `${this.describe()} is left to a process that asked for it`)
    this.#yielding = served.close().catch((error: unknown) => {
      logger('error', `${this.describe()} was not closed in order`, { error: String(error) })
    })
  }

  /** undefined when the owner is not there yet, or not any more. */
  async #reach(timeoutMs: number, signal: AbortSignal | undefined): Promise<Transport | undefined> {
    await this.#yielding
    const served = performance.now() < this.#yieldedUntil ? undefined : await this.#serve()
    if (served !== undefined) return inProcessTransport(served.broker.broker, this.#clientId, { mayMove: true })
    return this.#connect(timeoutMs, signal)
  }

  async #connect(timeoutMs: number, signal: AbortSignal | undefined): Promise<Transport | undefined> {
    const path = readOwner(this.path)?.socket ?? localSocketPath(this.path)
    secureSocketDirectory(this.path, path)
    const connectTimeoutMs = Math.max(timeoutMs, LONGEST_PAUSE_MS)
    try {
      const transport = await socketTransport({ target: { path }, clientId: this.#clientId, connectTimeoutMs, signal })
      // Who asked for the directory has it.
      this.#yieldedUntil = 0
      this.#warnOfHooks()
      return transport
    } catch (error) {
      if (isRafkaError(error, 'BROKER_UNREACHABLE')) return undefined
      throw error
    }
  }

  /** Hooks run in the broker, which is another process here. */
  #warnOfHooks(): void {
    const { hooks = [], logger = silentLogger } = this.#settings
    if (hooks.length === 0 || this.#warned) return
    this.#warned = true
    const names = hooks.map(({ name }) => name).join(', ')
    logger(
      'warn',
      `${this.describe()} is served by another process: hooks given to this one (${names}) do not run there`,
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
