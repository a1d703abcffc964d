import { compressFrameSync, decompressFrameSync } from 'lz4-napi'
import type { Codec } from '../compression.ts'
import { damaged, tooLarge } from './inflate-error.ts'
import { lz4BlockBytes } from './lz4-block.ts'

const MAGIC = 0x184d2204
const SKIPPABLE_MAGIC = 0x184d2a50
/** Largest block by its code in the frame's header (4 to 7). */
const BLOCK_MAX_BYTES = new Map([
  [4, 64 * 1024],
  [5, 256 * 1024],
  [6, 1024 * 1024],
  [7, 4 * 1024 * 1024],
])
/** An lz4 block grows at most this much: 255 bytes for one. */
const MAX_RATIO = 255

/** The LZ4 frame format, as Kafka uses it (`Lz4BlockOutputStream`). */
export const lz4: Codec = {
  name: 'lz4',
  compress: (bytes) => compressFrameSync(bytes),
  inflate(bytes, maxBytes) {
    // Counting is dearer than guessing, so only what may be too large is counted.
    if (inflatedBound(bytes, guess) > maxBytes && inflatedBound(bytes, lz4BlockBytes) > maxBytes) {
      throw tooLarge('lz4', undefined, maxBytes)
    }
    try {
      return decompressFrameSync(bytes)
    } catch (cause) {
      throw damaged('lz4', cause)
    }
  },
}

/** What a block from `start` to `end` inflates to at most. */
type MeasureBlock = (bytes: Buffer, start: number, end: number) => number

const guess: MeasureBlock = (_bytes, start, end) => (end - start) * MAX_RATIO

/**
 * What the frame can inflate to at most, by its header and its blocks, without inflating anything.
 * @throws RafkaError `CORRUPT_MESSAGE` when it is not one whole frame
 */
function inflatedBound(bytes: Buffer, measure: MeasureBlock): number {
  if (bytes.length < 7) throw damaged('lz4', 'the frame has no header')
  const magic = bytes.readUInt32LE(0)
  if (magic !== MAGIC) {
    const what = (magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC ? 'a skippable frame' : 'no LZ4 frame'
    throw damaged('lz4', `it is ${what}`)
  }
  const flags = bytes[4]!
  const contentBytes = (flags & 0x08) === 0 ? 0 : readSize(bytes)
  const blockMaxBytes = BLOCK_MAX_BYTES.get((bytes[5]! >> 4) & 7)
  if (blockMaxBytes === undefined) throw damaged('lz4', 'the frame names no block size')
  const hasBlockChecksums = (flags & 0x10) !== 0
  let bound = 0
  for (let at = 7 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0); ; ) {
    if (at + 4 > bytes.length) throw damaged('lz4', 'the frame has no end')
    const word = bytes.readUInt32LE(at)
    if (word === 0) {
      assertEnd(bytes, at + 4 + (flags & 0x04 ? 4 : 0))
      // Whoever inflates may reserve the size that is claimed.
      if (contentBytes > bound) throw damaged('lz4', `the frame claims ${contentBytes} bytes; its blocks hold fewer`)
      return bound
    }
    const size = word & 0x7fffffff
    const isStored = word >>> 31 === 1
    const start = at + 4
    at = start + size + (hasBlockChecksums ? 4 : 0)
    if (at > bytes.length || size > blockMaxBytes)
      throw damaged('lz4', `a block of ${size} bytes ends behind the frame`)
    bound += isStored ? size : Math.min(blockMaxBytes, measure(bytes, start, start + size))
  }
}

/** A second frame would inflate beyond the bound, and bytes that are left over belong to nothing. */
function assertEnd(bytes: Buffer, end: number): void {
  if (end > bytes.length) throw damaged('lz4', 'the frame has no end')
  if (end < bytes.length) throw damaged('lz4', `${bytes.length - end} bytes follow the frame`)
}

function readSize(bytes: Buffer): number {
  if (bytes.length < 14) throw damaged('lz4', 'the frame has no header')
  return bytes.readUInt32LE(6) + bytes.readUInt32LE(10) * 2 ** 32
}
