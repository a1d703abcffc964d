import type { AnswerMemory } from './broker.ts'
import { SLAB_BYTES, type SlabPool } from './slab-pool.ts'

/** What the answer to one fetch is read into: slabs, given back when it was sent, or read. */
export class LentMemory implements AnswerMemory {
  readonly #pool: SlabPool
  #slabs: Buffer[] = []
  /** Bytes of the last slab that are taken. */
  #taken = SLAB_BYTES

  constructor(pool: SlabPool) {
    this.#pool = pool
  }

  /** Bytes that nobody else can use meanwhile. */
  get heldBytes(): number {
    return this.#slabs.length * SLAB_BYTES
  }

  take(sizeBytes: number): Buffer {
    if (sizeBytes > SLAB_BYTES) return Buffer.allocUnsafeSlow(sizeBytes)
    if (sizeBytes > SLAB_BYTES - this.#taken) {
      this.#slabs.push(this.#pool.take())
      this.#taken = 0
    }
    const start = this.#taken
    this.#taken += sizeBytes
    return this.#slabs.at(-1)!.subarray(start, this.#taken)
  }

  startAgain(): void {
    this.giveBack()
  }

  /** To be called once nobody reads what was taken. */
  giveBack(): void {
    this.#pool.give(this.#slabs)
    this.#slabs = []
    this.#taken = SLAB_BYTES
  }
}
