import type { AnswerMemory } from '../core/broker.ts'

/** Holds a batch of Kafka's default `max.message.bytes`, and as much as one partition gives to a fetch by default. */
const SLAB_BYTES = 1024 * 1024 + 64 * 1024
/** Slabs that are kept for later: as many as a few busy readers need. */
const MAX_FREE = 8

/** Memory that answers to fetches are read into, over all connections of a listener: used again when an answer was sent. */
export class AnswerMemoryPool {
  readonly #free: Buffer[] = []

  /** Memory for one answer. If it is never given back it is garbage, no more. */
  lend(): LentMemory {
    return new LentMemory(this)
  }

  takeSlab(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES)
  }

  giveBack(slabs: readonly Buffer[]): void {
    this.#free.push(...slabs.slice(0, MAX_FREE - this.#free.length))
  }
}

/** What one answer has of a pool. */
export class LentMemory implements AnswerMemory {
  readonly #pool: AnswerMemoryPool
  #slabs: Buffer[] = []
  /** Bytes of the last slab that are taken. */
  #taken = SLAB_BYTES

  constructor(pool: AnswerMemoryPool) {
    this.#pool = pool
  }

  /** Bytes that nobody else can use meanwhile. */
  get heldBytes(): number {
    return this.#slabs.length * SLAB_BYTES
  }

  take(sizeBytes: number): Buffer {
    if (sizeBytes > SLAB_BYTES) return Buffer.allocUnsafeSlow(sizeBytes)
    if (sizeBytes > SLAB_BYTES - this.#taken) {
      this.#slabs.push(this.#pool.takeSlab())
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
    this.#pool.giveBack(this.#slabs)
    this.#slabs = []
    this.#taken = SLAB_BYTES
  }
}
