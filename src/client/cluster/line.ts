import { backoffMs, reconnectBackoff } from '../backoff.ts'
import { closedError } from '../connection-errors.ts'
import { pause } from '../deadline.ts'
import { ending } from '../ending.ts'
import type { Transport } from '../transport.ts'

/** A connection that lived for less than this counts as a failed attempt, so that a broker that hangs up at once is not called in a loop. */
const SHORT_LIVED_MS = 1_000

/** The way to one node: at most one transport at a time, made again when it went, with a growing pause between attempts. */
export class Line {
  readonly #dial: (signal: AbortSignal) => Promise<Transport>
  readonly #closing = ending()
  #transport: Transport | undefined
  #dialing: Promise<Transport> | undefined
  #failures = 0
  #notBefore = 0

  constructor(dial: (signal: AbortSignal) => Promise<Transport>) {
    this.#dial = dial
  }

  /** The transport, while it is there. */
  get open(): Transport | undefined {
    return this.#transport
  }

  /** The transport, or a new one. All who wait share one attempt. */
  connect(): Promise<Transport> {
    if (this.#transport !== undefined) return Promise.resolve(this.#transport)
    this.#dialing ??= this.#attempt()
    return this.#dialing
  }

  /** Lets go of the transport; the next `connect` makes a new one at once. */
  async hangUp(): Promise<void> {
    const transport = this.#transport
    this.#transport = undefined
    await transport?.close()
  }

  /** Ends the attempt to connect, if there is one, and lets go for good. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.hangUp()
  }

  async #attempt(): Promise<Transport> {
    const waitMs = this.#notBefore - performance.now()
    if (waitMs > 0) await pause(waitMs, 'the next attempt to connect', this.#closing.signal)
    try {
      const transport = await this.#dial(this.#closing.signal)
      if (this.#closing.signal.aborted) {
        await transport.close()
        throw closedError('the client')
      }
      this.#adopt(transport)
      return transport
    } catch (error) {
      this.#failed()
      throw error
    } finally {
      // At once, and not when whoever waits hears of it: the transport may be hung up before that.
      this.#dialing = undefined
    }
  }

  #adopt(transport: Transport): void {
    const connectedAt = performance.now()
    this.#transport = transport
    void transport.closed.then(() => {
      if (this.#transport !== transport) return
      this.#transport = undefined
      if (performance.now() - connectedAt < SHORT_LIVED_MS) this.#failed()
      else this.#failures = 0
    })
  }

  #failed(): void {
    this.#failures += 1
    this.#notBefore = performance.now() + backoffMs(reconnectBackoff, this.#failures)
  }
}
