import { BufferPool } from './buffer-pool.ts'

/** Bytes of records that are not yet acknowledged, and the bound on them. */
export class MemoryBudget {
  readonly limitBytes: number
  /** Memory of those that are, for the next. */
  readonly pool = new BufferPool()
  usedBytes = 0
  readonly #onRoom: () => void

  /** @param onRoom is called when bytes were given back and there is room */
  constructor(limitBytes: number, onRoom: () => void) {
    this.limitBytes = limitBytes
    this.#onRoom = onRoom
  }

  get hasRoom(): boolean {
    return this.usedBytes < this.limitBytes
  }

  give(bytes: number): void {
    this.usedBytes -= bytes
    if (this.hasRoom) this.#onRoom()
  }
}
