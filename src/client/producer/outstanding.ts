/**
 * Counts what was handed in and is not settled, by generation: `settled` waits for all that came before it and for nothing that came after.
 */
export class Outstanding {
  #generation = 0
  /** By generation, oldest first; a generation without anything is not in it. */
  readonly #counts = new Map<number, number>()
  #waiting: Array<{ readonly generation: number; readonly resolve: () => void }> = []

  /** True while somebody waits: what comes now may be what they wait for. */
  get awaited(): boolean {
    return this.#waiting.length > 0
  }

  /**
   * @param generation of something that is not settled yet and that this comes from
   * @returns the generation, for `leave`
   */
  enter(generation: number = this.#generation): number {
    this.#counts.set(generation, (this.#counts.get(generation) ?? 0) + 1)
    return generation
  }

  leave(generation: number): void {
    const left = (this.#counts.get(generation) ?? 0) - 1
    if (left > 0) {
      this.#counts.set(generation, left)
      return
    }
    this.#counts.delete(generation)
    const oldest = this.#oldest()
    const ready = this.#waiting.filter((waiter) => waiter.generation < oldest)
    if (ready.length === 0) return
    this.#waiting = this.#waiting.filter((waiter) => waiter.generation >= oldest)
    for (const waiter of ready) waiter.resolve()
  }

  /** Settles when everything that entered before has left. */
  settled(): Promise<void> {
    const generation = this.#generation
    this.#generation += 1
    if (this.#oldest() > generation) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ generation, resolve }))
  }

  #oldest(): number {
    const [oldest] = this.#counts.keys()
    return oldest ?? Number.POSITIVE_INFINITY
  }
}
