import * as zlib from 'node:zlib'
import type { Codec } from '../compression.ts'
import { damaged, tooLarge } from './inflate-error.ts'
import { zstdBound } from './zstd-frame.ts'

/** What Node has from 22.15 on, and its types for Node 20 do not know. */
interface NativeZstd {
  zstdCompressSync?: (bytes: Buffer) => Buffer
  zstdDecompressSync?: (bytes: Buffer, options: { maxOutputLength: number }) => Buffer
}

type Inflate = (bytes: Buffer, bound: { bytes: number; exact: boolean }, maxBytes: number) => Uint8Array | null

/** zstd by Node where it has it, else by WebAssembly. */
export async function loadZstd(): Promise<Codec> {
  const { zstdCompressSync, zstdDecompressSync } = zlib as NativeZstd
  if (zstdCompressSync !== undefined && zstdDecompressSync !== undefined) {
    return codec(zstdCompressSync, (bytes, _bound, maxBytes) =>
      zstdDecompressSync(bytes, { maxOutputLength: maxBytes }),
    )
  }
  const { ZstdCodec } = (await import('zstd-codec')).default
  return new Promise((resolve) => {
    ZstdCodec.run(({ Simple, Streaming }) => {
      const simple = new Simple()
      const streaming = new Streaming()
      const inflate: Inflate = (bytes, bound) =>
        bound.exact ? simple.decompress(bytes) : streaming.decompress(bytes, bound.bytes)
      resolve(codec((bytes) => simple.compress(bytes, 3), inflate))
    })
  })
}

function codec(compress: (bytes: Buffer) => Uint8Array | null, inflate: Inflate): Codec {
  return {
    name: 'zstd',
    compress(bytes) {
      const packed = compress(bytes)
      if (packed === null) throw new Error('zstd could not compress')
      return asBuffer(packed)
    },
    inflate(bytes, maxBytes) {
      const bound = zstdBound(bytes)
      if (bound.bytes > maxBytes) throw tooLarge('zstd', bound.exact ? bound.bytes : undefined, maxBytes)
      let plain: Uint8Array | null
      try {
        plain = inflate(bytes, bound, Math.max(maxBytes, 1))
      } catch (cause) {
        throw damaged('zstd', cause)
      }
      if (plain === null) throw damaged('zstd', 'it cannot be inflated')
      return asBuffer(plain)
    },
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
