import { malformed } from './codec-errors.ts'
import { zeroUuid } from './uuid.ts'

const beyondSafeInteger = 2 ** 21 // high 32 bits of 2^53
const shortText = 24 // below this many bytes a loop beats the call into the runtime

/**
 * Reads the protocol's primitive types from a frame, from front to back. Every length is checked against the bytes that are left
 * before anything is allocated.
 * @throws RafkaError `MALFORMED_MESSAGE`, and nothing else
 */
export class Reader {
  readonly #bytes: Buffer
  #at: number
  #end: number
  #elementsLeft: number

  /** `maxElements` bounds the entries of all arrays together: small entries cost far more memory decoded than on the wire. */
  constructor(bytes: Buffer, at = 0, maxElements = Number.POSITIVE_INFINITY) {
    this.#bytes = bytes
    this.#at = at
    this.#end = bytes.length
    this.#elementsLeft = maxElements
  }

  /** Index of the next byte in the frame. */
  get at(): number {
    return this.#at
  }

  int8(): number {
    return (this.#bytes[this.#take(1)]! << 24) >> 24
  }

  boolean(): boolean {
    return this.#bytes[this.#take(1)] !== 0
  }

  int16(): number {
    const at = this.#take(2)
    return (((this.#bytes[at]! << 8) | this.#bytes[at + 1]!) << 16) >> 16
  }

  uint16(): number {
    const at = this.#take(2)
    return (this.#bytes[at]! << 8) | this.#bytes[at + 1]!
  }

  int32(): number {
    return this.#int32At(this.#take(4))
  }

  uint32(): number {
    return this.#int32At(this.#take(4)) >>> 0
  }

  int64(): number {
    const at = this.#take(8)
    const high = this.#int32At(at)
    const value = high * 0x1_0000_0000 + (this.#int32At(at + 4) >>> 0)
    if (high >= beyondSafeInteger || value <= -(2 ** 53)) {
      throw malformed(
        `int64 ${this.#bytes.readBigInt64BE(at)} at byte ${at} is beyond 2^53, the largest that Rafka takes`,
      )
    }
    return value
  }

  float64(): number {
    return this.#bytes.readDoubleBE(this.#take(8))
  }

  uuid(): string {
    const at = this.#take(16)
    const bytes = this.#bytes
    for (let i = at; i < at + 16; i++) {
      if (bytes[i] !== 0) return bytes.toString('base64url', at, at + 16)
    }
    return zeroUuid
  }

  /** Up to five bytes, low bits first, the form of KIP-482. */
  unsignedVarint(): number {
    const first = this.#bytes[this.#take(1)]!
    if (first < 0x80) return first
    let value = first & 0x7f
    for (let shift = 7; shift < 28; shift += 7) {
      const byte = this.#bytes[this.#take(1)]!
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    const last = this.#bytes[this.#take(1)]!
    if (last > 0x0f) throw malformed(`varint before byte ${this.#at} does not end within 32 bits`)
    return value + last * 0x1000_0000
  }

  /** UTF-8; what is not becomes U+FFFD, as with Kafka. */
  text(length: number): string {
    const at = this.#take(length)
    return length < shortText ? this.#shortText(at, at + length) : this.#bytes.toString('utf8', at, at + length)
  }

  /** The next bytes as a view of the frame. */
  slice(length: number): Buffer {
    const at = this.#take(length)
    return this.#bytes.subarray(at, at + length)
  }

  skip(length: number): void {
    this.#take(length)
  }

  /** Refuses an array whose entries, each of at least `minBytes`, cannot be in what is left. */
  expectElements(count: number, minBytes: number): void {
    const left = this.#end - this.#at
    if (count > left / minBytes)
      throw malformed(`array of ${count} at byte ${this.#at} does not fit in the ${left} bytes left`)
    this.#elementsLeft -= count
    if (this.#elementsLeft < 0)
      throw malformed(`array of ${count} at byte ${this.#at} makes more entries than one message may have`)
  }

  /** Lets `read` see the next `length` bytes and nothing behind them, all of which it must use. */
  within<T>(length: number, read: (reader: Reader) => T): T {
    const at = this.#take(length)
    const outerEnd = this.#end
    this.#end = this.#at
    this.#at = at
    const value = read(this)
    if (this.#at !== this.#end) throw malformed(`${this.#end - this.#at} bytes too many before byte ${this.#end}`)
    this.#end = outerEnd
    return value
  }

  #take(count: number): number {
    const at = this.#at
    if (count > this.#end - at) throw malformed(`${count} bytes needed at byte ${at}, ${this.#end - at} are left`)
    this.#at = at + count
    return at
  }

  #int32At(at: number): number {
    const bytes = this.#bytes
    return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
  }

  #shortText(start: number, end: number): string {
    let text = ''
    for (let i = start; i < end; i++) {
      const code = this.#bytes[i]!
      if (code >= 0x80) return this.#bytes.toString('utf8', start, end)
      text += String.fromCharCode(code)
    }
    return text
  }
}
