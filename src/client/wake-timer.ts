/** Calls back at the earliest of the times that it was given since it last did. */
export class WakeTimer {
  readonly #callback: () => void
  #timer: NodeJS.Timeout | undefined
  #at = Number.POSITIVE_INFINITY

  constructor(callback: () => void) {
    this.#callback = callback
  }

  /** @param at by `performance.now`; Infinity: never */
  arm(at: number): void {
    if (at >= this.#at) return
    this.cancel()
    this.#at = at
    this.#timer = setTimeout(() => this.#fire(), Math.max(0, at - performance.now()))
  }

  cancel(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#at = Number.POSITIVE_INFINITY
  }

  #fire(): void {
    this.cancel()
    this.#callback()
  }
}
