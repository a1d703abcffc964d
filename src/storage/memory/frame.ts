import { crc32c } from '../../core/crc32c.ts'

/**
 * What stands before a payload in the memory engine's files. All numbers are little-endian.
 *
 * | bytes | |
 * |---|---|
 * | 4 | marker, to find the next frame after a damaged one |
 * | 4 | length of the payload |
 * | 8 | how far the file was durable when this frame was written: damage below is no torn end |
 * | 4 | CRC-32C of the payload |
 * | 4 | CRC-32C of all before, from the file's salt: bytes of a record cannot pass for a frame |
 *
 * The payload is items (`item-codec.ts`); none in a frame that only says what is durable.
 */
export interface FrameHeader {
  readonly payloadBytes: number
  readonly durableBytes: number
  readonly payloadCrc: number
}

/** Size of a frame without its payload. */
export const frameHeaderBytes = 24

/** How each frame begins. Not text, so that it is rare in records. */
export const frameMarker = Buffer.from([0xf5, 0xa3, 0x9e, 0xd1])

/** The bytes before a payload that is made of `pieces`. */
export function encodeFrameHeader(salt: number, durableBytes: number, pieces: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(frameHeaderBytes)
  frameMarker.copy(header)
  header.writeUInt32LE(sizeOf(pieces), 4)
  header.writeDoubleLE(durableBytes, 8)
  header.writeUInt32LE(
    pieces.reduce((crc, piece) => crc32c(piece, crc), 0),
    16,
  )
  header.writeUInt32LE(crc32c(header.subarray(0, 20), salt), 20)
  return header
}

/** Reads a frame's header; undefined when these bytes are none of this file, or damaged. */
export function decodeFrameHeader(salt: number, bytes: Buffer): FrameHeader | undefined {
  if (bytes.length < frameHeaderBytes || !bytes.subarray(0, 4).equals(frameMarker)) return undefined
  if (bytes.readUInt32LE(20) !== crc32c(bytes.subarray(0, 20), salt)) return undefined
  return {
    payloadBytes: bytes.readUInt32LE(4),
    durableBytes: bytes.readDoubleLE(8),
    payloadCrc: bytes.readUInt32LE(16),
  }
}

/** Sum of the sizes of pieces. */
export function sizeOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0)
}
