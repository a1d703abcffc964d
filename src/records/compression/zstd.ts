import * as zlib from 'node:zlib'
import type { Codec } from '../compression.ts'
import { damaged, tooLarge } from './inflate-error.ts'
import { type ZstdFrame, zstdFrames } from './zstd-frame.ts'

/** What Node has from 22.15 on, and its types for Node 20 do not know. */
interface NativeZstd {
  zstdCompressSync?: (bytes: Buffer) => Buffer
  zstdDecompressSync?: (bytes: Buffer, options: { maxOutputLength: number }) => Buffer
}

/** Inflates one frame, into `frame.maxBytes` at most. */
type InflateFrame = (bytes: Buffer, frame: ZstdFrame) => Uint8Array

const LEVEL = 3

/** zstd by Node where it has it, else by WebAssembly. */
export async function loadZstd(): Promise<Codec> {
  const { zstdCompressSync, zstdDecompressSync } = zlib as NativeZstd
  if (zstdCompressSync !== undefined && zstdDecompressSync !== undefined) {
    return codec(zstdCompressSync, (bytes, { maxBytes }) => zstdDecompressSync(bytes, { maxOutputLength: maxBytes }))
  }
  const { compress, decompress, init } = await import('@bokuweb/zstd-wasm')
  await init()
  return codec(
    (bytes) => compress(bytes, LEVEL),
    (bytes, { maxBytes }) => decompress(bytes, { defaultHeapSize: maxBytes }),
  )
}

function codec(compress: (bytes: Buffer) => Uint8Array, inflateFrame: InflateFrame): Codec {
  return {
    name: 'zstd',
    compress: (bytes) => asBuffer(compress(bytes)),
    inflate(bytes, maxBytes) {
      const frames = zstdFrames(bytes)
      const total = frames.reduce((sum, frame) => sum + frame.maxBytes, 0)
      if (total > maxBytes) throw tooLarge('zstd', undefined, maxBytes)
      const parts = frames.map((frame) => inflate(bytes, frame, inflateFrame))
      return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    },
  }
}

function inflate(bytes: Buffer, frame: ZstdFrame, inflateFrame: InflateFrame): Buffer {
  if (frame.maxBytes === 0) return Buffer.alloc(0)
  let plain: Uint8Array
  try {
    plain = inflateFrame(bytes.subarray(frame.start, frame.end), frame)
  } catch (cause) {
    throw damaged('zstd', cause)
  }
  if (frame.exact && plain.length !== frame.maxBytes) {
    throw damaged('zstd', `a frame holds ${plain.length} bytes; it says ${frame.maxBytes}`)
  }
  return asBuffer(plain)
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
