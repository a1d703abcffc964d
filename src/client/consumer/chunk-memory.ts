import { LentMemory } from '../../core/lent-memory.ts'
import type { SlabPool } from '../../core/slab-pool.ts'

/**
 * Memory of the chunks of one answer: used again when none of them, and nobody who makes chunks of the answer, needs it. An answer that nobody waits for any
 * more keeps it, for the broker may still write to it.
 */
export class ChunkMemory {
  readonly lent: LentMemory
  #holders = 1

  constructor(pool: SlabPool) {
    this.lent = new LentMemory(pool)
  }

  /** One more needs it. */
  hold(): void {
    this.#holders += 1
  }

  /** One needs it no more. */
  release(): void {
    this.#holders -= 1
    if (this.#holders === 0) this.lent.giveBack()
  }
}
