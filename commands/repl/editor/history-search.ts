/** Ctrl-R: the newest older entry that has what is typed in it. */
export class HistorySearch {
  readonly #entries: readonly string[]
  #query = ''
  #at: number

  constructor(entries: readonly string[]) {
    this.#entries = entries
    this.#at = entries.length
  }

  get query(): string {
    return this.#query
  }

  /** The entry that was found last. */
  get found(): string {
    return this.#entries[this.#at] ?? ''
  }

  /** Whether the query is in any entry from here on. */
  get hasFound(): boolean {
    return this.#query === '' || this.found.includes(this.#query)
  }

  type(text: string): void {
    this.#query += text
    // What was found may still fit.
    this.#find(Math.min(this.#at, this.#entries.length - 1), -1)
  }

  backspace(): void {
    this.#query = this.#query.slice(0, -1)
    this.#find(this.#entries.length - 1, -1)
  }

  /** Goes on to an older one, or back to a newer one. */
  next(step: 1 | -1): void {
    const found = this.found
    for (let at = this.#at + step; at >= 0 && at < this.#entries.length; at += step) {
      if (this.#entries[at]!.includes(this.#query) && this.#entries[at] !== found) {
        this.#at = at
        return
      }
    }
  }

  #find(from: number, step: 1 | -1): void {
    if (this.#query === '') return
    for (let at = from; at >= 0 && at < this.#entries.length; at += step) {
      if (this.#entries[at]!.includes(this.#query)) {
        this.#at = at
        return
      }
    }
  }
}
