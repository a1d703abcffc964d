type Done = (error?: Error | null) => void

/** What takes the place of a stream's `write`: bytes, and what to call when they are out. */
export type Write = (bytes: Buffer, done: Done) => void

/** The same terminal, whose size and abilities are those of `stream`, with another way for what is written to it. */
export function withWrite<Stream extends NodeJS.WritableStream>(stream: Stream, write: Write): Stream {
  const replaced = (chunk: string | Uint8Array, encodingOrDone?: BufferEncoding | Done, callback?: Done): boolean => {
    const done = typeof encodingOrDone === 'function' ? encodingOrDone : callback
    const encoding = typeof encodingOrDone === 'string' ? encodingOrDone : 'utf8'
    const bytes =
      typeof chunk === 'string'
        ? Buffer.from(chunk, encoding)
        : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    write(bytes, done ?? (() => {}))
    return true
  }
  return Object.create(stream, {
    write: { value: replaced, writable: true, configurable: true },
  }) as Stream
}
