import type { Writable } from 'node:stream'

const FLUSH_BYTES = 64 * 1024
const CAPACITY_BYTES = 128 * 1024
/** A buffer that one large record made grow past this is not kept. */
const KEPT_BYTES = 1024 * 1024
/** Below this a loop is faster than the call of a copy. */
const SHORT_BYTES = 24

/**
 * Collects many small pieces into few large writes. The pieces of a record are added without waiting; between records, `isFull` says
 * when to `flush`. While one buffer is on its way out the other one fills; it is used again once the stream has called back.
 */
export class OutputBuffer {
  readonly #stream: Writable
  #buffer = Buffer.allocUnsafe(CAPACITY_BYTES)
  #spare = Buffer.allocUnsafe(CAPACITY_BYTES)
  #used = 0
  #writing: Promise<void> | undefined

  constructor(stream: Writable) {
    this.#stream = stream
  }

  /** There is enough for a write. */
  get isFull(): boolean {
    return this.#used >= FLUSH_BYTES
  }

  byte(value: number): void {
    if (this.#used === this.#buffer.length) this.#grow(1)
    this.#buffer[this.#used++] = value
  }

  /** Bytes from `start` to before `end` of `source`. */
  slice(source: Uint8Array, start: number, end: number): void {
    const length = end - start
    if (this.#used + length > this.#buffer.length) this.#grow(length)
    const target = this.#buffer
    let at = this.#used
    if (length <= SHORT_BYTES) for (let from = start; from < end; ) target[at++] = source[from++]!
    else target.set(source.subarray(start, end), at)
    this.#used += length
  }

  /** Text as UTF-8. */
  text(text: string): void {
    const most = text.length * 3
    if (this.#used + most > this.#buffer.length) this.#grow(most)
    this.#used += this.#buffer.write(text, this.#used)
  }

  /** Hands what was collected to the stream. Waits only for the write before it: so much, and no more, is ever on its way. */
  async flush(): Promise<void> {
    if (this.#used === 0) return
    await this.#writing
    const full = this.#buffer
    const bytes = full.subarray(0, this.#used)
    this.#buffer = this.#spare
    this.#spare = full.length > KEPT_BYTES ? Buffer.allocUnsafe(CAPACITY_BYTES) : full
    this.#used = 0
    this.#writing = new Promise((resolve, reject) => {
      this.#stream.write(bytes, (error) => (error ? reject(error) : resolve()))
    })
    // Whoever flushes next, or finishes, hears of the failure.
    this.#writing.catch(() => {})
  }

  /** Flushes and waits until the stream has taken all. */
  async finish(): Promise<void> {
    await this.flush()
    await this.#writing
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#used + bytes))
    larger.set(this.#buffer.subarray(0, this.#used))
    this.#buffer = larger
  }
}
