const minTimestamps = new WeakMap<Buffer, number>()

/**
 * Says of a batch that this process has just built it, and lets nobody else at it: its CRC is right and its records are in order. A broker in
 * the same process then need not look at each of its bytes once more.
 * @param minTimestamp the smallest of its records, in ms
 */
export function trust(batch: Buffer, minTimestamp: number): void {
  minTimestamps.set(batch, minTimestamp)
}

/** The smallest timestamp of a batch that can be trusted, in ms; undefined: it has to be looked at. */
export function trustedMinTimestamp(batch: Buffer): number | undefined {
  return minTimestamps.get(batch)
}
