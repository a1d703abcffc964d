const POLYNOMIAL = 0x82f63b78
const SLICES = 8

type Tables = [Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array]

/** `tables[k][b]`: what byte b does to the CRC when k more bytes follow it in the same step. */
let tables: Uint32Array[] | undefined

/** CRC-32C in JavaScript, eight bytes a step ("slicing by 8"): for platforms without a native binary. As `crc32c`. */
export function crc32cByTable(bytes: Uint8Array, previous = 0): number {
  tables ??= buildTables()
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as Tables
  let crc = ~previous
  let at = 0
  for (const end = bytes.length - (bytes.length % SLICES); at < end; at += SLICES) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    crc =
      t7[crc & 0xff]! ^
      t6[(crc >>> 8) & 0xff]! ^
      t5[(crc >>> 16) & 0xff]! ^
      t4[crc >>> 24]! ^
      t3[bytes[at + 4]!]! ^
      t2[bytes[at + 5]!]! ^
      t1[bytes[at + 6]!]! ^
      t0[bytes[at + 7]!]!
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[at]!) & 0xff]!
  return ~crc >>> 0
}

function buildTables(): Uint32Array[] {
  const tables = Array.from({ length: SLICES }, () => new Uint32Array(256))
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0)
    tables[0]![byte] = crc
  }
  for (let slice = 1; slice < SLICES; slice++) {
    for (let byte = 0; byte < 256; byte++) {
      const before = tables[slice - 1]![byte]!
      tables[slice]![byte] = (before >>> 8) ^ tables[0]![before & 0xff]!
    }
  }
  return tables
}
