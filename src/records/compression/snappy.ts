import { compressSync, uncompressSync } from 'snappy'
import type { Codec } from '../compression.ts'
import { damaged, tooLarge } from './inflate-error.ts'

/** Magic, version 1, compatible with version 1: what Java's SnappyOutputStream begins with. Blocks with a length in front follow. */
const XERIAL_HEADER = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])
const XERIAL_MAGIC = XERIAL_HEADER.subarray(0, 8)
/** Bytes of a block before compression (`SnappyOutputStream`). */
const BLOCK_BYTES = 32 * 1024

/** Written in Java's framing; read in that and as one raw block, which is what librdkafka writes. */
export const snappy: Codec = {
  name: 'snappy',
  compress(bytes) {
    const parts: Buffer[] = [XERIAL_HEADER]
    for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
      const block = compressSync(bytes.subarray(at, at + BLOCK_BYTES))
      const length = Buffer.allocUnsafe(4)
      length.writeInt32BE(block.length)
      parts.push(length, block)
    }
    return Buffer.concat(parts)
  },
  inflate(bytes, maxBytes) {
    const isXerial = bytes.subarray(0, 8).equals(XERIAL_MAGIC)
    return isXerial ? inflateXerial(bytes, maxBytes) : inflateRaw(bytes, maxBytes)
  },
}

function inflateXerial(bytes: Buffer, maxBytes: number): Buffer {
  const parts: Buffer[] = []
  let left = maxBytes
  for (let at = XERIAL_HEADER.length; at < bytes.length; ) {
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
