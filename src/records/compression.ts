import type { CompressionName } from '../core/message.ts'

/**
 * Packs and unpacks the records of a batch. Works at once: loading it is what takes time.
 */
export interface Codec {
  readonly name: CompressionName
  compress(bytes: Buffer): Buffer
  /**
   * Never allocates more than a small multiple of `maxBytes`.
   * @throws RafkaError `CORRUPT_MESSAGE` when it is damaged, or inflates to more than `maxBytes`
   */
  inflate(bytes: Buffer, maxBytes: number): Buffer
}

const none: Codec = { name: 'none', compress: (bytes) => bytes, inflate: (bytes) => bytes }

const loaded = new Map<CompressionName, Promise<Codec>>([['none', Promise.resolve(none)]])

/** The codec of this name, loaded when it is first asked for: a program that never compresses loads none. */
export function loadCodec(name: CompressionName): Promise<Codec> {
  const known = loaded.get(name)
  if (known !== undefined) return known
  const loading = load(name)
  loaded.set(name, loading)
  // A package that could not be loaded is tried anew: it may be installed meanwhile.
  loading.catch(() => loaded.delete(name))
  return loading
}

async function load(name: CompressionName): Promise<Codec> {
  switch (name) {
    case 'none':
      return none
    case 'gzip':
      return (await import('./compression/gzip.ts')).gzip
    case 'snappy':
      return (await import('./compression/snappy.ts')).snappy
    case 'lz4':
      return (await import('./compression/lz4.ts')).lz4
    case 'zstd':
      return (await import('./compression/zstd.ts')).loadZstd()
  }
}
