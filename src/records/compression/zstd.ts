import * as zlib from 'node:zlib'
import type { Codec } from '../compression.ts'
import { damaged, tooLarge } from './inflate-error.ts'
import { type ZstdFrame, zstdFrames } from './zstd-frame.ts'

/** What Node has from 22.15 on, and its types for Node 20 do not know. */
interface NativeZstd {
  zstdCompressSync?: (bytes: Buffer) => Buffer
  zstdDecompressSync?: (bytes: Buffer, options: { maxOutputLength: number }) => Buffer
}

/** Inflates one frame into `maxBytes` at most; throws when that is too little. */
type InflateFrame = (bytes: Buffer, maxBytes: number) => Uint8Array

const LEVEL = 3
/** Whatever the caller allows: WebAssembly has 2 GiB for what goes in and what comes out. */
const LARGEST_BYTES = 2 ** 30

/** zstd by Node where it has it, else by WebAssembly. */
export async function loadZstd(): Promise<Codec> {
  const { zstdCompressSync, zstdDecompressSync } = zlib as NativeZstd
  if (zstdCompressSync !== undefined && zstdDecompressSync !== undefined) {
    return codec(zstdCompressSync, (bytes, maxBytes) => zstdDecompressSync(bytes, { maxOutputLength: maxBytes }))
  }
  const { compress, decompress, init } = await import('@bokuweb/zstd-wasm')
  await init()
  return codec(
    (bytes) => compress(bytes, LEVEL),
    (bytes, maxBytes) => decompress(bytes, { defaultHeapSize: maxBytes }),
  )
}

function codec(compress: (bytes: Buffer) => Uint8Array, inflateFrame: InflateFrame): Codec {
  return {
    name: 'zstd',
    compress: (bytes) => asBuffer(compress(bytes)),
    // One frame at a time: Node stops silently behind the first one, and within one that is cut.
    inflate(bytes, maxBytes) {
      const parts: Buffer[] = []
      let left = Math.min(maxBytes, LARGEST_BYTES)
      for (const frame of zstdFrames(bytes)) {
        if (frame.exact && frame.maxBytes > left) throw tooLarge('zstd', frame.maxBytes, maxBytes)
        const part = inflate(bytes, frame, left, inflateFrame)
        parts.push(part)
        left -= part.length
      }
      return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    },
  }
}

function inflate(bytes: Buffer, frame: ZstdFrame, left: number, inflateFrame: InflateFrame): Buffer {
  if (frame.maxBytes === 0) return Buffer.alloc(0)
  const room = Math.min(frame.maxBytes, left)
  let plain: Uint8Array
  try {
    plain = inflateFrame(bytes.subarray(frame.start, frame.end), Math.max(room, 1))
  } catch (cause) {
    // Only a frame that hides its size can have been given less room than it may need.
    throw room < frame.maxBytes ? tooLarge('zstd', undefined, left) : damaged('zstd', cause)
  }
  if (frame.exact && plain.length !== frame.maxBytes) {
    throw damaged('zstd', `a frame holds ${plain.length} bytes; it says ${frame.maxBytes}`)
  }
  return asBuffer(plain)
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
