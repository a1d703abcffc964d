const MIN_ALLOWANCE_BYTES = 1024 * 1024
const SHARE = 8

/**
 * Shares out the memory that answers to fetches take, over all connections of a listener: slow readers that ask for 50 MiB each must not
 * fill it. Each fetch is given an eighth of what is left, never less than 1 MiB, so nobody starves and few get much.
 * Kafka allows the smaller answer: `max_bytes` is not absolute, and the consumer asks again.
 */
export class FetchBudget {
  #left: number

  constructor(bytes: number) {
    this.#left = bytes
  }

  /** Takes up to `wantedBytes`. @returns what the answer may have, to be given back with `release` */
  reserve(wantedBytes: number): number {
    const share = Math.max(MIN_ALLOWANCE_BYTES, Math.floor(this.#left / SHARE))
    const allowed = Math.max(0, Math.min(wantedBytes, share))
    this.#left -= allowed
    return allowed
  }

  /** Gives back; negative when an answer became larger than what was reserved. */
  release(bytes: number): void {
    this.#left += bytes
  }
}
