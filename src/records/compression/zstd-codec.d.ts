declare module 'zstd-codec' {
  interface Simple {
    compress(bytes: Uint8Array, level?: number): Uint8Array | null
    decompress(bytes: Uint8Array): Uint8Array | null
  }
  interface Streaming {
    decompress(bytes: Uint8Array, sizeHint?: number): Uint8Array | null
  }
  export const ZstdCodec: {
    run(callback: (binding: { Simple: new () => Simple; Streaming: new () => Streaming }) => void): void
  }
}
