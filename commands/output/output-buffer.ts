import type { Writable } from 'node:stream'
import type { MaybeTerminal } from '../io.ts'

const LINE_FEED = 0x0a
const FLUSH_BYTES = 64 * 1024
const CAPACITY_BYTES = 128 * 1024
/** A buffer that one large record made grow past this is not kept. */
const KEPT_BYTES = 1024 * 1024
/** Below this a loop is faster than the call of a copy. */
const SHORT_BYTES = 24
const MAX_DIGITS = 16
/** At the end of each buffer, behind what is collected. */
const WINDOW_BYTES = 32 * 1024

/**
 * Collects many small pieces into few large writes. The pieces of a record are added without waiting; between records, `isFull` says
 * when to `flush`. While one buffer is on its way out the other one fills; it is used again once the stream has called back.
 */
export class OutputBuffer {
  readonly #stream: MaybeTerminal<Writable>
  #buffer = Buffer.allocUnsafe(CAPACITY_BYTES + WINDOW_BYTES)
  #spare = Buffer.allocUnsafe(CAPACITY_BYTES + WINDOW_BYTES)
  #roomBytes = CAPACITY_BYTES
  #used = 0
  /** Bytes of this buffer, from one position to the other, stand in the window. */
  #windowSource: Uint8Array | undefined
  #windowStart = 0
  #windowEnd = 0
  #writing: Promise<void> | undefined
  /** The last byte that was handed to the stream ends no line. */
  #isInLine = false

  constructor(stream: MaybeTerminal<Writable>) {
    this.#stream = stream
  }

  /** There is enough for a write. */
  get isFull(): boolean {
    return this.#used >= FLUSH_BYTES
  }

  byte(value: number): void {
    if (this.#used === this.#roomBytes) this.#grow(1)
    this.#buffer[this.#used++] = value
  }

  /** Bytes from `start` to before `end` of `source`. */
  slice(source: Uint8Array, start: number, end: number): void {
    const length = end - start
    if (this.#used + length > this.#roomBytes) this.#grow(length)
    const target = this.#buffer
    let at = this.#used
    if (length <= SHORT_BYTES) for (let from = start; from < end; ) target[at++] = source[from++]!
    else target.set(source.subarray(start, end), at)
    this.#used += length
  }

  /**
   * As `slice`, of bytes that stay as they are until `flush`. Short pieces of one buffer cost less this way: to copy within a buffer takes less than half
   * of what it takes to make a view of them, so many of them are brought into this one together.
   */
  piece(source: Uint8Array, start: number, end: number): void {
    const length = end - start
    if (length <= SHORT_BYTES || length > WINDOW_BYTES / 4) {
      this.slice(source, start, end)
      return
    }
    if (this.#used + length > this.#roomBytes) this.#grow(length)
    if (source !== this.#windowSource || start < this.#windowStart || end > this.#windowEnd) this.#look(source, start)
    const from = this.#roomBytes + start - this.#windowStart
    this.#buffer.copyWithin(this.#used, from, from + length)
    this.#used += length
  }

  /** A whole number in decimal. */
  digits(value: number): void {
    if (value < 0 || value > Number.MAX_SAFE_INTEGER) {
      this.text(String(value))
      return
    }
    let at = this.reserve(MAX_DIGITS) + digitCount(value)
    this.#used = at
    // Above 2^31 the engine divides more slowly.
    let left = value
    while (left >= 1e9) {
      const high = Math.floor(left / 1e9)
      let low = left - high * 1e9
      for (let digit = 0; digit < 9; digit++) {
        const rest = (low / 10) | 0
        this.#buffer[--at] = 0x30 + low - rest * 10
        low = rest
      }
      left = high
    }
    do {
      const rest = (left / 10) | 0
      this.#buffer[--at] = 0x30 + left - rest * 10
      left = rest
    } while (left > 0)
  }

  /** Makes room for so many bytes, to be put into `bytes` from the position that this gives; `advance` then says how far. */
  reserve(bytes: number): number {
    if (this.#used + bytes > this.#roomBytes) this.#grow(bytes)
    return this.#used
  }

  /** What was reserved in; until the next call of anything else. */
  get bytes(): Buffer {
    return this.#buffer
  }

  /** Everything before `to` is written. */
  advance(to: number): void {
    this.#used = to
  }

  /** Text as UTF-8. */
  text(text: string): void {
    const most = text.length * 3
    if (this.#used + most > this.#roomBytes) this.#grow(most)
    this.#used += this.#buffer.write(text, this.#used)
  }

  /** Hands what was collected to the stream. Waits only for the write before it: so much, and no more, is ever on its way. */
  async flush(): Promise<void> {
    if (this.#used === 0) return
    await this.#writing
    const full = this.#buffer
    const bytes = full.subarray(0, this.#used)
    this.#use(this.#spare)
    this.#isInLine = bytes[bytes.length - 1] !== LINE_FEED
    this.#spare = full.length > KEPT_BYTES ? Buffer.allocUnsafe(CAPACITY_BYTES + WINDOW_BYTES) : full
    this.#used = 0
    this.#writing = new Promise((resolve, reject) => {
      this.#stream.write(bytes, (error) => (error ? reject(error) : resolve()))
    })
    // Whoever flushes next, or finishes, hears of the failure.
    this.#writing.catch(() => {})
  }

  /** Flushes and waits until the stream has taken all. On a terminal, what is told next begins a line of its own. */
  async finish(): Promise<void> {
    await this.flush()
    if (this.#isInLine && this.#stream.isTTY === true) {
      this.byte(LINE_FEED)
      await this.flush()
    }
    await this.#writing
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafe(Math.max(this.#roomBytes * 2, this.#used + bytes) + WINDOW_BYTES)
    larger.set(this.#buffer.subarray(0, this.#used))
    this.#use(larger)
  }

  #use(buffer: Buffer<ArrayBuffer>): void {
    this.#buffer = buffer
    this.#roomBytes = buffer.length - WINDOW_BYTES
    this.#windowSource = undefined
  }

  /** Brings bytes of a buffer, from `start` on, into the window. */
  #look(source: Uint8Array, start: number): void {
    this.#windowSource = source
    this.#windowStart = start
    this.#windowEnd = Math.min(start + WINDOW_BYTES, source.length)
    this.#buffer.set(source.subarray(start, this.#windowEnd), this.#roomBytes)
  }
}

function digitCount(value: number): number {
  let count = 1
  for (let power = 10; value >= power; power *= 10) count += 1
  return count
}
