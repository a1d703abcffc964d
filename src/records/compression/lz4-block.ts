const LEAST_MATCH_BYTES = 4
/** A length of four bits that is full goes on in the bytes behind it. */
const LENGTH_GOES_ON = 15

/**
 * What an LZ4 block from `start` to `end` inflates to, counted by walking its sequences without copying any. Of a damaged block it tells
 * no less than what can be inflated before the damage shows.
 *
 * A sequence: a byte of two lengths of 4 bits; more of the first length; as many literal bytes; u16 distance; more of the second length.
 * The last one ends with its literals.
 */
export function lz4BlockBytes(bytes: Buffer, start: number, end: number): number {
  let size = 0
  for (let at = start; at < end; ) {
    const token = bytes[at++]!
    let literalBytes = token >>> 4
    if (literalBytes === LENGTH_GOES_ON) {
      for (let byte = 255; byte === 255 && at < end; literalBytes += byte) byte = bytes[at++]!
    }
    at += literalBytes
    size += literalBytes
    if (at >= end) return size
    at += 2
    let matchBytes = token & LENGTH_GOES_ON
    if (matchBytes === LENGTH_GOES_ON) {
      for (let byte = 255; byte === 255 && at < end; matchBytes += byte) byte = bytes[at++]!
    }
    size += matchBytes + LEAST_MATCH_BYTES
  }
  return size
}
