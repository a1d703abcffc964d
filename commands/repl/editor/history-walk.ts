/** Goes through older entries that begin as the one that is being typed, and back to it. */
export class HistoryWalk {
  readonly #entries: readonly string[]
  #at: number
  #draft = ''
  #prefix = ''
  #isWalking = false

  constructor(entries: readonly string[]) {
    this.#entries = entries
    this.#at = entries.length
  }

  /** Something was typed: the next walk begins with what is there then. */
  stop(): void {
    this.#isWalking = false
  }

  /** The next entry in that direction, undefined where there is none. */
  go(step: 1 | -1, typed: string): string | undefined {
    if (!this.#isWalking) {
      this.#at = this.#entries.length
      this.#draft = typed
      this.#prefix = typed
      this.#isWalking = true
    }
    for (let at = this.#at + step; at >= 0 && at <= this.#entries.length; at += step) {
      const entry = at === this.#entries.length ? this.#draft : this.#entries[at]!
      if (at < this.#entries.length && !entry.startsWith(this.#prefix)) continue
      this.#at = at
      return entry
    }
    return undefined
  }
}
