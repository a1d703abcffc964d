import { RafkaError } from '../core/errors.ts'
import type { Header } from '../core/message.ts'

/**
 * Reads the records of one batch, one after the other, out of its payload (`DefaultRecord.readFrom`). Nothing is allocated per record:
 * the fields tell of the record that was read last. Every length is held against the record's own, and that against the payload.
 *
 * varint length; i8 attributes; varlong timestamp delta; varint offset delta; varint key length, key; varint value length, value;
 * varint header count; each header: varint key length, key, varint value length, value. A length of -1 is null.
 */
export class RecordReader {
  /** What the positions point into. */
  bytes: Buffer = Buffer.alloc(0)
  timestampDelta = 0
  offsetDelta = 0
  /** -1: the key is null. */
  keyStart = -1
  keyEnd = -1
  /** -1: the value is null. */
  valueStart = -1
  valueEnd = -1
  headerCount = 0
  /** Where the key's length stands: from here on a record does not tell of its place in the batch. */
  contentStart = 0
  /** Where the header count stands. */
  headersStart = 0
  recordEnd = 0
  #at = 0
  #index = -1
  #batch: number | undefined

  /** Begins a batch: its records stand in `bytes` from `start` to the end. `baseOffset` is for messages. */
  open(bytes: Buffer, start: number, baseOffset?: number): void {
    this.bytes = bytes
    this.#at = start
    this.#index = -1
    this.#batch = baseOffset
  }

  /**
   * Reads the next record. After a failure every later call fails too.
   * @throws RafkaError `INVALID_RECORD`; `INVALID_TIMESTAMP` when the timestamp delta is beyond 2^53
   */
  read(): void {
    this.#index++
    const size = this.#varint()
    if (size < 0 || size > this.bytes.length - this.#at) throw this.#broken(`a length of ${size}`)
    const end = this.#at + size
    this.recordEnd = end
    this.#at++
    this.timestampDelta = this.#varlong()
    this.offsetDelta = this.#varint()
    this.contentStart = this.#at
    const keyBytes = this.#length(end, 'key')
    this.keyStart = keyBytes < 0 ? -1 : this.#at
    if (keyBytes > 0) this.#at += keyBytes
    this.keyEnd = this.#at
    const valueBytes = this.#length(end, 'value')
    this.valueStart = valueBytes < 0 ? -1 : this.#at
    if (valueBytes > 0) this.#at += valueBytes
    this.valueEnd = this.#at
    this.headersStart = this.#at
    this.headerCount = this.#varint()
    const left = end - this.#at
    if (this.headerCount < 0 || this.headerCount > left) throw this.#broken(`${this.headerCount} headers`)
    if (this.headerCount === 0 && left !== 0) throw this.#broken(`${left} bytes too many`)
    this.#at = end
  }

  /** The headers of the record. @throws RafkaError `INVALID_RECORD` */
  headers(): Header[] {
    const headers: Header[] = []
    this.#eachHeader((keyStart, keyEnd, valueStart, valueEnd) => {
      const key = this.bytes.toString('utf8', keyStart, keyEnd)
      headers.push({ key, value: valueStart < 0 ? null : this.bytes.subarray(valueStart, valueEnd) })
    })
    return headers
  }

  /** Holds the headers against the record's length, which `read` leaves to who asks for them. @throws RafkaError `INVALID_RECORD` */
  checkHeaders(): void {
    if (this.headerCount > 0) this.#eachHeader(() => {})
  }

  /** @throws RafkaError `INVALID_RECORD` when something follows the record */
  assertNoneLeft(): void {
    const left = this.bytes.length - this.#at
    if (left !== 0) throw this.#invalid(`${left} bytes follow the last record of ${this.#name()}`)
  }

  #eachHeader(visit: (keyStart: number, keyEnd: number, valueStart: number, valueEnd: number) => void): void {
    const end = this.recordEnd
    this.#at = this.headersStart
    this.#varint()
    for (let header = 0; header < this.headerCount; header++) {
      const keyBytes = this.#length(end, 'header key')
      if (keyBytes < 0) throw this.#broken('a header without a key')
      const keyStart = this.#at
      this.#at += keyBytes
      const valueBytes = this.#length(end, 'header value')
      const valueStart = this.#at
      if (valueBytes > 0) this.#at += valueBytes
      visit(keyStart, keyStart + keyBytes, valueBytes < 0 ? -1 : valueStart, this.#at)
    }
    if (this.#at !== end) throw this.#broken(`${end - this.#at} bytes too many`)
  }

  /** A length that leaves its bytes within the record; -1 is null. */
  #length(end: number, what: string): number {
    const length = this.#varint()
    if (length < -1 || length > end - this.#at) throw this.#broken(`a ${what} of ${length} bytes`)
    return length
  }

  #varint(): number {
    const bytes = this.bytes
    let at = this.#at
    const first = bytes[at++]!
    if (first < 0x80) {
      this.#at = at
      return (first >>> 1) ^ -(first & 1)
    }
    let value = first & 0x7f
    for (let shift = 7; shift < 35; shift += 7) {
      // Behind the end there is nothing, which is not below 0x80 either.
      const byte = bytes[at++]!
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.#at = at
        return (value >>> 1) ^ -(value & 1)
      }
    }
    throw this.#broken('a number that does not end')
  }

  #varlong(): number {
    const bytes = this.bytes
    let at = this.#at
    let value = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = bytes[at++]!
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.#at = at
        return (value >>> 1) ^ -(value & 1)
      }
    }
    return this.#wideVarlong()
  }

  /** The sign is kept apart from the rest, because both together may need 54 bits. */
  #wideVarlong(): number {
    const first = this.bytes[this.#at]!
    let magnitude = (first & 0x7f) >>> 1
    for (let index = 1, factor = 64; index < 10; index++, factor *= 128) {
      const byte = this.bytes[this.#at + index]!
      magnitude += (byte & 0x7f) * factor
      if (byte < 0x80) {
        const value = first & 1 ? -magnitude - 1 : magnitude
        if (!Number.isSafeInteger(value)) throw this.#broken('a timestamp delta beyond 2^53', 'INVALID_TIMESTAMP')
        this.#at += index + 1
        return value
      }
    }
    throw this.#broken('a number that does not end')
  }

  #broken(what: string, code: 'INVALID_RECORD' | 'INVALID_TIMESTAMP' = 'INVALID_RECORD'): RafkaError {
    const message = `record ${this.#index} of ${this.#name()} has ${what}, at byte ${this.#at}`
    // Whatever is read from here on is not there.
    this.#at = this.bytes.length
    return this.#invalid(message, code)
  }

  #invalid(message: string, code: 'INVALID_RECORD' | 'INVALID_TIMESTAMP' = 'INVALID_RECORD'): RafkaError {
    return new RafkaError(code, message)
  }

  #name(): string {
    return this.#batch === undefined ? 'the batch' : `the batch at offset ${this.#batch}`
  }
}
