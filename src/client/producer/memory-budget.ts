import { BufferPool } from './buffer-pool.ts'

/** Bytes of records that are not yet acknowledged, and the bound on them. */
export class MemoryBudget {
  readonly limitBytes: number
  /** Memory of those that are, for the next: as much as may be in use at once (Kafka: `BufferPool`). */
  readonly pool: BufferPool
  usedBytes = 0
  readonly #onRoom: () => void

  /** @param onRoom is called when bytes were given back and there is room */
  constructor(limitBytes: number, onRoom: () => void) {
    this.limitBytes = limitBytes
    this.pool = new BufferPool(limitBytes)
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
