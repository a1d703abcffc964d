/**
 * Zigzag varints, as records use them: 7 bits a byte, lowest first, the sign in the lowest bit.
 * A varint holds 32 bits in at most 5 bytes, a varlong 64 bits in at most 10.
 */

/** Bytes of a signed 32-bit number. */
export function sizeOfVarint(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0
  if (zigzag < 0x80) return 1
  if (zigzag < 0x4000) return 2
  if (zigzag < 0x200000) return 3
  return zigzag < 0x10000000 ? 4 : 5
}

/** Writes a signed 32-bit number. @returns the position behind it */
export function writeVarint(bytes: Buffer, value: number, at: number): number {
  let zigzag = ((value << 1) ^ (value >> 31)) >>> 0
  let position = at
  while (zigzag >= 0x80) {
    bytes[position++] = (zigzag & 0x7f) | 0x80
    zigzag >>>= 7
  }
  bytes[position++] = zigzag
  return position
}

/** Bytes of a whole number within 2^53. */
export function sizeOfVarlong(value: number): number {
  if (value >= -0x40000000 && value < 0x40000000) return sizeOfVarint(value)
  let zigzag = zigzag64(value)
  let size = 1
  for (; zigzag >= 0x80n; zigzag >>= 7n) size++
  return size
}

/** Writes a whole number within 2^53. @returns the position behind it */
export function writeVarlong(bytes: Buffer, value: number, at: number): number {
  if (value >= -0x40000000 && value < 0x40000000) return writeVarint(bytes, value, at)
  let zigzag = zigzag64(value)
  let position = at
  for (; zigzag >= 0x80n; zigzag >>= 7n) bytes[position++] = Number(zigzag & 0x7fn) | 0x80
  bytes[position++] = Number(zigzag)
  return position
}

function zigzag64(value: number): bigint {
  const wide = BigInt(value)
  return (wide << 1n) ^ (wide >> 63n)
}
