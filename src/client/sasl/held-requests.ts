/** Work that has to wait for something for a moment, and is then begun in the order in which it came. */
export class HeldRequests {
  #waiting: Set<() => void> | undefined

  /** Whether work has to wait now. */
  get isHeld(): boolean {
    return this.#waiting !== undefined
  }

  hold(): void {
    this.#waiting ??= new Set()
  }

  /** Begins what waits, at once: what comes later comes after it. */
  release(): void {
    const waiting = this.#waiting ?? new Set()
    this.#waiting = undefined
    for (const begin of waiting) begin()
  }

  /** Begins the work when it may, or when `signal` fires: then it is for the work to say so. */
  whenReleased<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        this.#waiting?.delete(begin)
        signal?.removeEventListener('abort', begin)
        // It may throw before it has a promise.
        new Promise<T>((settle) => settle(work())).then(resolve, reject)
      }
      if (this.#waiting === undefined || signal?.aborted === true) begin()
      else {
        this.#waiting.add(begin)
        signal?.addEventListener('abort', begin, { once: true })
      }
    })
  }
}
