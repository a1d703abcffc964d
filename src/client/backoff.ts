/** Bounds of an exponential backoff, in ms. */
export interface BackoffBounds {
  readonly firstMs: number
  readonly maxMs: number
}

/** Between attempts of one operation. Java's `retry.backoff.ms` and `retry.backoff.max.ms`. */
export const retryBackoff: BackoffBounds = { firstMs: 100, maxMs: 1_000 }

/** Between attempts to connect to one node. Java's `reconnect.backoff.ms` and `reconnect.backoff.max.ms`. */
export const reconnectBackoff: BackoffBounds = { firstMs: 50, maxMs: 1_000 }

/** Wait before the next attempt after `failures` (1 or more) in a row: doubles up to the bound, with 20 % of jitter either way (KIP-580). */
export function backoffMs(bounds: BackoffBounds, failures: number, random: () => number = Math.random): number {
  const exponent = Math.min(failures - 1, 30)
  const delayMs = Math.min(bounds.firstMs * 2 ** exponent, bounds.maxMs)
  return delayMs * (0.8 + 0.4 * random())
}
