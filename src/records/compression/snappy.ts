import { compressSync, uncompressSync } from 'snappy'
import type { Codec } from '../compression.ts'
import { damaged, tooLarge } from './inflate-error.ts'

/** What Java's SnappyOutputStream begins with, before two versions of 4 bytes each. Blocks with a length in front follow. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0])
const XERIAL_HEADER_BYTES = 16
/** A block grows at most from 3 bytes, a copy, to 64. */
const MAX_RATIO = 22

/** Written as one raw block, as librdkafka does: every client reads that. Read in that form and in Java's framing. */
export const snappy: Codec = {
  name: 'snappy',
  compress: (bytes) => compressSync(bytes),
  inflate(bytes, maxBytes) {
    const isXerial = bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)
    return isXerial ? inflateXerial(bytes, maxBytes) : inflateRaw(bytes, maxBytes)
  },
}

function inflateXerial(bytes: Buffer, maxBytes: number): Buffer {
  if (bytes.length < XERIAL_HEADER_BYTES) throw damaged('snappy', 'the framing has no versions')
  const parts: Buffer[] = []
  let left = maxBytes
  for (let at = XERIAL_HEADER_BYTES; at < bytes.length; ) {
    if (at + 4 > bytes.length) throw damaged('snappy', 'a block has no length')
    const length = bytes.readInt32BE(at)
    const end = at + 4 + length
    if (length < 0 || end > bytes.length) throw damaged('snappy', `a block of ${length} bytes ends behind the records`)
    const part = inflateRaw(bytes.subarray(at + 4, end), left)
    parts.push(part)
    left -= part.length
    at = end
  }
  return Buffer.concat(parts)
}

function inflateRaw(bytes: Buffer, maxBytes: number): Buffer {
  const declared = declaredBytes(bytes)
  if (declared > maxBytes) throw tooLarge('snappy', declared, maxBytes)
  // Whoever inflates reserves the size that is claimed.
  if (declared > bytes.length * MAX_RATIO) {
    throw damaged('snappy', `a block of ${bytes.length} bytes claims to hold ${declared}`)
  }
  try {
    return uncompressSync(bytes, { asBuffer: true }) as Buffer
  } catch (cause) {
    throw damaged('snappy', cause)
  }
}

/** A raw block begins with its inflated length, as an unsigned varint of at most 32 bits. */
function declaredBytes(bytes: Buffer): number {
  let length = 0
  for (let at = 0, factor = 1; at < 5 && at < bytes.length; at++, factor *= 128) {
    const byte = bytes[at]!
    length += (byte & 0x7f) * factor
    if (byte < 0x80) return length
  }
  throw damaged('snappy', 'a block does not say how long it is')
}
