/** What an overlay lies on. */
export interface Readable<Key, Value> {
  get(key: Key): Value | undefined
}

/** A map with changes on top of another, that can be forgotten again or merged into it. A key that was deleted reads as undefined. */
export class Overlay<Key, Value> {
  readonly #below: Readable<Key, Value>
  readonly #changed = new Map<Key, Value | undefined>()

  constructor(below: Readable<Key, Value>) {
    this.#below = below
  }

  get(key: Key): Value | undefined {
    return this.#changed.has(key) ? this.#changed.get(key) : this.#below.get(key)
  }

  set(key: Key, value: Value): void {
    this.#changed.set(key, value)
  }

  delete(key: Key): void {
    this.#changed.set(key, undefined)
  }

  /** Every key that was changed, as it is now; undefined: deleted. */
  changes(): IterableIterator<[Key, Value | undefined]> {
    return this.#changed.entries()
  }

  /** Makes the changes in `target`. */
  mergeInto(target: { set(key: Key, value: Value): unknown; delete(key: Key): unknown }): void {
    for (const [key, value] of this.#changed) {
      if (value === undefined) target.delete(key)
      else target.set(key, value)
    }
  }
}
