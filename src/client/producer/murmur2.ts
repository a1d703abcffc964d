const SEED = 0x9747b28c
const MULTIPLIER = 0x5bd1e995
const SHIFT = 24

/**
 * The hash of Kafka's default partitioner (`org.apache.kafka.common.utils.Utils.murmur2`) of `bytes[start, end)`, as a signed 32-bit number.
 */
export function murmur2(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start
  const tail = start + (length & ~3)
  let hash = SEED ^ length
  for (let at = start; at < tail; at += 4) {
    let word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    word = Math.imul(word, MULTIPLIER)
    word = Math.imul(word ^ (word >>> SHIFT), MULTIPLIER)
    hash = Math.imul(hash, MULTIPLIER) ^ word
  }
  if (tail < end) {
    if (end - tail === 3) hash ^= bytes[tail + 2]! << 16
    if (end - tail >= 2) hash ^= bytes[tail + 1]! << 8
    hash = Math.imul(hash ^ bytes[tail]!, MULTIPLIER)
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER)
  return hash ^ (hash >>> 15)
}

/** The partition of a key among `partitionCount`: the same that Java's default partitioner picks. */
export function partitionOfKey(bytes: Uint8Array, start: number, end: number, partitionCount: number): number {
  return (murmur2(bytes, start, end) & 0x7fffffff) % partitionCount
}
