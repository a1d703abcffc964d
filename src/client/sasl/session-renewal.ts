import type { Clock, Timer } from '../../core/clock.ts'

/** When a session is renewed, as parts of its lifetime: early enough to be done before its end, and not for all connections at once. */
const EARLIEST = 0.85
const LATEST = 0.95

/** Renews a session again and again, each time before it ends (KIP-368). Keeps no process alive. */
export class SessionRenewal {
  readonly #clock: Clock
  readonly #renew: () => Promise<number>
  readonly #random: () => number
  #timer: Timer | undefined
  #stopped = false

  /**
   * @param renew authenticates anew, and tells for how long that is good, in ms; 0: for good. When it fails, nothing more is done here
   * @param random from 0 to 1
   */
  constructor(clock: Clock, renew: () => Promise<number>, random: () => number = Math.random) {
    this.#clock = clock
    this.#renew = renew
    this.#random = random
  }

  /** @param lifetimeMs of the session; 0: it has no end */
  begin(lifetimeMs: number): void {
    if (lifetimeMs <= 0 || this.#stopped) return
    const part = EARLIEST + (LATEST - EARLIEST) * this.#random()
    this.#timer = this.#clock.after(lifetimeMs * part, () => {
      this.#renew().then(
        (nextMs) => this.begin(nextMs),
        () => this.stop(),
      )
    })
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }
}
