/** Smaller ones are quickly made. */
const MIN_BYTES = 64 * 1024

/** Memory of batches that were sent and need it no more: new memory costs more than what is written into it, page by page. */
export class BufferPool {
  readonly #maxBytes: number
  readonly #buffers: Buffer[] = []
  #bytes = 0

  /** @param maxBytes what is kept for later, in all */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Memory for at least so many bytes, with anything in it; undefined when there is none, or it would be too little to be worth it. */
  take(bytes: number): Buffer | undefined {
    if (bytes < MIN_BYTES) return undefined
    const buffer = this.#buffers.pop()
    if (buffer === undefined) return undefined
    this.#bytes -= buffer.length
    return buffer.length >= bytes ? buffer : undefined
  }

  /** Takes memory that nobody else looks at, or writes to, from now on. */
  give(buffer: Buffer): void {
    if (buffer.length < MIN_BYTES || this.#bytes + buffer.length > this.#maxBytes) return
    this.#buffers.push(buffer)
    this.#bytes += buffer.length
  }
}
