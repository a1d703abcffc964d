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
  if (fitsVarint(value)) return sizeOfVarint(value)
  let size = 1
  for (let rest = Math.floor(magnitude(value) / 64); rest > 0; rest = Math.floor(rest / 128)) size++
  return size
}

/** Writes a whole number within 2^53. @returns the position behind it */
export function writeVarlong(bytes: Buffer, value: number, at: number): number {
  if (fitsVarint(value)) return writeVarint(bytes, value, at)
  const first = magnitude(value)
  let position = at
  let byte = (first % 64) * 2 + (value < 0 ? 1 : 0)
  for (let rest = Math.floor(first / 64); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[position++] = byte | 0x80
    byte = rest % 128
  }
  bytes[position++] = byte
  return position
}

function fitsVarint(value: number): boolean {
  return value >= -0x40000000 && value < 0x40000000
}

/** What zigzag puts above the sign bit. Kept apart from it, because both together may need 54 bits. */
function magnitude(value: number): number {
  return value < 0 ? -(value + 1) : value
}
