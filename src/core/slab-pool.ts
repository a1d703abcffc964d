/** Holds a batch of Kafka's default `max.message.bytes` and the request around it, and as much as one partition gives to a fetch by default. */
export const SLAB_BYTES = 1024 * 1024 + 64 * 1024
/** Slabs that are kept for later: as many as a few busy clients need. */
const MAX_FREE = 8

/**
 * Memory for large requests and answers, over all connections of a listener, or of a consumer: used again as soon as nobody needs it. V8's collector runs for every 64 MB of new
 * buffers, which costs more than what is written into them.
 */
export class SlabPool {
  readonly #free: Buffer[] = []

  /** `SLAB_BYTES`, whatever is in them. If they are never given back they are garbage, no more. */
  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES)
  }

  /** Takes slabs that nobody looks at, or writes to, from now on. */
  give(slabs: readonly Buffer[]): void {
    this.#free.push(...slabs.slice(0, MAX_FREE - this.#free.length))
  }
}
