/**
 * Writes records one behind the other, as a batch holds them. AssemblyScript: the syntax of TypeScript, compiled to the WebAssembly in
 * `packed.ts` by `npx tsx scripts/compile-packer.ts`. `RecordPacker` is its only caller.
 *
 * The module has one fixed memory. Copies go by 16 bytes, up to 15 too many: behind each of the two areas of bytes is room for them.
 */

/** Records as four 32-bit positions each: where key and value start and end. A negative start is null. */
export const slicesAt: u32 = 0
export const maxRecords: u32 = 1024
/** A piece of the bytes that the positions point into. */
export const inputAt: u32 = 16 * 1024
export const maxInputBytes: u32 = 64 * 1024
/** What came of it. */
export const outputAt: u32 = 96 * 1024
export const maxOutputBytes: u32 = 64 * 1024

/** How many records the last call wrote. */
export let written: u32 = 0

/**
 * Writes records without headers, until one does not fit, or its bytes are not all in the piece that is here.
 * @param inputStart position of the piece's first byte, as the slices count
 * @param inputEnd position behind its last byte
 * @param timestampDelta of all of them
 * @param offsetDelta of the first; each further one has one more
 * @returns bytes written; `written` says how many records they are
 */
export function pack(
  records: u32,
  inputStart: i32,
  inputEnd: i32,
  timestampDelta: i64,
  offsetDelta: i32,
  outputBytes: u32,
): u32 {
  const timestamp = zigzag64(timestampDelta)
  const outputEnd = outputAt + outputBytes
  const shift = inputAt - inputStart
  let at = outputAt
  written = 0
  for (let slice = slicesAt; written < records; slice += 16) {
    const keyStart = load<i32>(slice)
    const keyBytes = lengthOf(keyStart, load<i32>(slice, 4))
    const valueStart = load<i32>(slice, 8)
    const valueBytes = lengthOf(valueStart, load<i32>(slice, 12))
    if (!isWithin(keyStart, keyBytes, inputStart, inputEnd)) break
    if (!isWithin(valueStart, valueBytes, inputStart, inputEnd)) break
    const offset = zigzag(offsetDelta + written)
    // Attributes and the count of headers are a byte each.
    const body =
      2 +
      sizeOfVarlong(timestamp) +
      sizeOfVarint(offset) +
      sizeOfVarint(zigzag(keyBytes)) +
      max(keyBytes, 0) +
      sizeOfVarint(zigzag(valueBytes)) +
      max(valueBytes, 0)
    if (at + sizeOfVarint(zigzag(body)) + body > outputEnd) break
    at = putVarint(at, zigzag(body))
    store<u8>(at++, 0)
    at = putVarlong(at, timestamp)
    at = putVarint(at, offset)
    at = putBytes(at, keyStart + shift, keyBytes)
    at = putBytes(at, valueStart + shift, valueBytes)
    store<u8>(at++, 0)
    written++
  }
  return at - outputAt
}

/** -1 for null; less where the end is before the start. */
function lengthOf(start: i32, end: i32): i32 {
  if (start < 0) return -1
  return end < start ? -2 : end - start
}

function isWithin(start: i32, bytes: i32, inputStart: i32, inputEnd: i32): bool {
  return bytes === -1 || (bytes >= 0 && start >= inputStart && start + bytes <= inputEnd)
}

/** Length and bytes; a length of -1 has none. */
function putBytes(at: u32, from: u32, bytes: i32): u32 {
  const start = putVarint(at, zigzag(bytes))
  for (let done = 0; done < bytes; done += 16) v128.store(start + done, v128.load(from + done))
  return start + max(bytes, 0)
}

function zigzag(value: i32): u32 {
  return (value << 1) ^ (value >> 31)
}

function zigzag64(value: i64): u64 {
  return (value << 1) ^ (value >> 63)
}

function sizeOfVarint(zigzagged: u32): u32 {
  return (38 - clz(zigzagged | 1)) / 7
}

function sizeOfVarlong(zigzagged: u64): u32 {
  return <u32>((70 - clz(zigzagged | 1)) / 7)
}

function putVarint(at: u32, zigzagged: u32): u32 {
  let rest = zigzagged
  while (rest >= 0x80) {
    store<u8>(at++, rest | 0x80)
    rest >>= 7
  }
  store<u8>(at, rest)
  return at + 1
}

function putVarlong(at: u32, zigzagged: u64): u32 {
  let rest = zigzagged
  while (rest >= 0x80) {
    store<u8>(at++, <u8>(rest | 0x80))
    rest >>= 7
  }
  store<u8>(at, <u8>rest)
  return at + 1
}
