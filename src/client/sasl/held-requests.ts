/** Work that has to wait for something for a moment, and is then begun in the order in which it came. */
export class HeldRequests {
  #waiting: Array<() => void> | undefined

  /** Whether work has to wait now. */
  get isHeld(): boolean {
    return this.#waiting !== undefined
  }

  hold(): void {
    this.#waiting ??= []
  }

  /** Begins what waits, at once: what comes later comes after it. */
  release(): void {
    const waiting = this.#waiting ?? []
    this.#waiting = undefined
    for (const begin of waiting) begin()
  }

  /** Begins the work when it may. */
  whenReleased<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const begin = () => work().then(resolve, reject)
      if (this.#waiting === undefined) void begin()
      else this.#waiting.push(() => void begin())
    })
  }
}
