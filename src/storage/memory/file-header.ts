import { randomInt } from 'node:crypto'
import { crc32c } from '../../core/crc32c.ts'

/**
 * How each file of the memory engine begins. All numbers are little-endian.
 *
 * | bytes | |
 * |---|---|
 * | 8 | `RAFKAWAL` or `RAFKASNP` |
 * | 4 | format version |
 * | 4 | salt: random; the CRC of each frame starts from it, so that no record can pass for a frame |
 * | 8 | number of the file (a snapshot has that of the first log after it) |
 * | 8 | bytes of the log before this one when it was left (0 in a snapshot) |
 * | 4 | CRC-32C of all before |
 */
export interface FileHeader {
  readonly kind: 'wal' | 'snapshot'
  readonly version: number
  readonly salt: number
  readonly number: number
  readonly previousBytes: number
}

/** The version that this Rafka writes. */
export const formatVersion = 1

/** Size of a header. */
export const fileHeaderBytes = 36

const magics = { wal: Buffer.from('RAFKAWAL'), snapshot: Buffer.from('RAFKASNP') } as const

/** A header for a new file, with a salt of its own. */
export function newFileHeader(kind: FileHeader['kind'], number: number, previousBytes = 0): FileHeader {
  return { kind, version: formatVersion, salt: randomInt(2 ** 32), number, previousBytes }
}

/** The header's bytes. */
export function encodeFileHeader(header: FileHeader): Buffer {
  const bytes = Buffer.alloc(fileHeaderBytes)
  magics[header.kind].copy(bytes)
  bytes.writeUInt32LE(header.version, 8)
  bytes.writeUInt32LE(header.salt, 12)
  bytes.writeDoubleLE(header.number, 16)
  bytes.writeDoubleLE(header.previousBytes, 24)
  bytes.writeUInt32LE(crc32c(bytes.subarray(0, 32)), 32)
  return bytes
}

/** Reads a header; undefined when these bytes are none, or damaged. */
export function decodeFileHeader(kind: FileHeader['kind'], bytes: Buffer): FileHeader | undefined {
  if (bytes.length < fileHeaderBytes || !bytes.subarray(0, 8).equals(magics[kind])) return undefined
  if (bytes.readUInt32LE(32) !== crc32c(bytes.subarray(0, 32))) return undefined
  return {
    kind,
    version: bytes.readUInt32LE(8),
    salt: bytes.readUInt32LE(12),
    number: bytes.readDoubleLE(16),
    previousBytes: bytes.readDoubleLE(24),
  }
}
