import { damaged } from './inflate-error.ts'

const MAGIC = 0xfd2fb528
const SKIPPABLE_MAGIC = 0x184d2a50
const BLOCK_MAX_BYTES = 128 * 1024
/** Largest window that zstd itself inflates without being told to (`ZSTD_WINDOWLOG_LIMIT_DEFAULT`). */
const WINDOW_MAX_BYTES = 2 ** 27
/** Bytes of the content size field by its code; the dictionary id's likewise (RFC 8878, 3.1.1.1). */
const CONTENT_SIZE_BYTES = [0, 2, 4, 8]
const DICTIONARY_ID_BYTES = [0, 1, 2, 4]

/** Where one frame stands, and what it says of itself. */
export interface ZstdFrame {
  readonly start: number
  readonly end: number
  /** What it can inflate to at most, from the sizes that the frame and its blocks name. */
  readonly maxBytes: number
  /** Whether that is stated to be its size. */
  readonly exact: boolean
}

/**
 * The frames of a run of them, found by their blocks (RFC 8878) without inflating anything.
 * @throws RafkaError `CORRUPT_MESSAGE` when it is no run of frames
 */
export function zstdFrames(bytes: Buffer): ZstdFrame[] {
  const frames: ZstdFrame[] = []
  for (let at = 0; at < bytes.length; ) {
    need(bytes, at, 8)
    const magic = bytes.readUInt32LE(at)
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
      at += 8 + bytes.readUInt32LE(at + 4)
      need(bytes, at, 0)
      continue
    }
    if (magic !== MAGIC) throw damaged('zstd', 'it is no zstd frame')
    const frame = walkFrame(bytes, at)
    frames.push(frame)
    at = frame.end
  }
  return frames
}

function walkFrame(bytes: Buffer, start: number): ZstdFrame {
  const descriptor = bytes[start + 4]!
  const isSingleSegment = (descriptor & 0x20) !== 0
  const sizeCode = descriptor >> 6
  const sizeBytes = sizeCode === 0 && isSingleSegment ? 1 : CONTENT_SIZE_BYTES[sizeCode]!
  if (!isSingleSegment) assertWindow(bytes[start + 5]!)
  let at = start + 5 + (isSingleSegment ? 0 : 1) + DICTIONARY_ID_BYTES[descriptor & 3]!
  need(bytes, at, sizeBytes)
  const contentBytes = sizeBytes === 0 ? undefined : contentSize(bytes, at, sizeBytes)
  const blocks = walkBlocks(bytes, at + sizeBytes)
  at = blocks.end + ((descriptor & 0x04) === 0 ? 0 : 4)
  need(bytes, at, 0)
  // Whoever inflates may reserve the size that is claimed.
  if (contentBytes !== undefined && contentBytes > blocks.maxBytes) {
    throw damaged('zstd', `a frame claims ${contentBytes} bytes; its blocks hold fewer`)
  }
  return { start, end: at, maxBytes: contentBytes ?? blocks.maxBytes, exact: contentBytes !== undefined }
}

function walkBlocks(bytes: Buffer, start: number): { maxBytes: number; end: number } {
  let maxBytes = 0
  let at = start
  for (let isLast = false; !isLast; ) {
    need(bytes, at, 3)
    const header = bytes.readUIntLE(at, 3)
    const size = header >> 3
    isLast = (header & 1) === 1
    const isRepeatedByte = ((header >> 1) & 3) === 1
    const isCompressed = ((header >> 1) & 3) === 2
    if (size > BLOCK_MAX_BYTES) throw damaged('zstd', `a block of ${size} bytes is larger than any`)
    maxBytes += isCompressed ? BLOCK_MAX_BYTES : size
    at += 3 + (isRepeatedByte ? 1 : size)
    need(bytes, at, 0)
  }
  return { maxBytes, end: at }
}

function assertWindow(descriptor: number): void {
  const base = 2 ** (10 + (descriptor >> 3))
  const windowBytes = base + (base / 8) * (descriptor & 7)
  if (windowBytes > WINDOW_MAX_BYTES) throw damaged('zstd', `a frame asks for a window of ${windowBytes} bytes`)
}

function contentSize(bytes: Buffer, at: number, size: number): number {
  if (size === 8) return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32
  // A two-byte size counts from 256 on.
  return bytes.readUIntLE(at, size) + (size === 2 ? 256 : 0)
}

function need(bytes: Buffer, at: number, count: number): void {
  if (at + count > bytes.length) throw damaged('zstd', 'a frame ends behind the records')
}
