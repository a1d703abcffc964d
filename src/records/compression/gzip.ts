import { kMaxLength } from 'node:buffer'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { Codec } from '../compression.ts'
import { damaged, tooLarge } from './inflate-error.ts'

/** RFC 1952, as Java's GZIPOutputStream writes it. */
export const gzip: Codec = {
  name: 'gzip',
  compress: (bytes) => gzipSync(bytes),
  inflate(bytes, maxBytes) {
    try {
      return gunzipSync(bytes, { maxOutputLength: Math.min(Math.max(maxBytes, 1), kMaxLength) })
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge('gzip', undefined, maxBytes)
      throw damaged('gzip', cause)
    }
  },
}
