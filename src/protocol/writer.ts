import { unencodable } from './codec-errors.ts'
import { isUuid } from './uuid.ts'

const copyBelowBytes = 4096
const maxChunkBytes = 64 * 1024

/**
 * Writes the protocol's primitive types into pieces: chunks of its own, and large buffers of the caller as they are.
 * It never goes back, so nothing that is written is copied when it grows.
 * @throws RafkaError `INVALID_ARGUMENT` for a value that the type cannot hold
 */
export class Writer {
  readonly #pieces: Buffer[] = []
  #piecesBytes = 0
  #chunk: Buffer
  #from = 0
  #at = 0

  constructor(sizeHint = 256) {
    this.#chunk = Buffer.allocUnsafe(sizeHint)
  }

  /** Bytes written so far. */
  get sizeBytes(): number {
    return this.#piecesBytes + this.#at - this.#from
  }

  int8(value: number): void {
    if ((value << 24) >> 24 !== value) throw unencodable('int8', value)
    this.#put8(value)
  }

  boolean(value: boolean): void {
    if (typeof value !== 'boolean') throw unencodable('boolean', value)
    this.#put8(value ? 1 : 0)
  }

  int16(value: number): void {
    if ((value << 16) >> 16 !== value) throw unencodable('int16', value)
    this.#put16(value)
  }

  uint16(value: number): void {
    if ((value & 0xffff) !== value) throw unencodable('uint16', value)
    this.#put16(value)
  }

  int32(value: number): void {
    if ((value | 0) !== value) throw unencodable('int32', value)
    this.#put32(value)
  }

  uint32(value: number): void {
    if (value >>> 0 !== value) throw unencodable('uint32', value)
    this.#put32(value)
  }

  int64(value: number): void {
    if (!Number.isSafeInteger(value)) throw unencodable('int64', value)
    this.#put32(Math.floor(value / 0x1_0000_0000))
    this.#put32(value % 0x1_0000_0000)
  }

  float64(value: number): void {
    if (typeof value !== 'number') throw unencodable('float64', value)
    const at = this.#take(8)
    this.#chunk.writeDoubleBE(value, at)
  }

  uuid(value: string): void {
    if (!isUuid(value)) throw unencodable('uuid', value)
    const at = this.#take(16)
    this.#chunk.write(value, at, 16, 'base64url')
  }

  /** Up to five bytes, low bits first, the form of KIP-482. */
  unsignedVarint(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.#put8((rest & 0x7f) | 0x80)
      rest >>>= 7
    }
    this.#put8(rest)
  }

  /** UTF-8. `length` is `Buffer.byteLength(value)`. */
  text(value: string, length: number): void {
    const at = this.#take(length)
    this.#chunk.write(value, at, length, 'utf8')
  }

  /** Bytes as they are: copied when small, else a piece of their own. */
  raw(bytes: Buffer): void {
    if (bytes.length < copyBelowBytes) {
      const at = this.#take(bytes.length)
      bytes.copy(this.#chunk, at)
    } else {
      this.#endPiece()
      this.#addPiece(bytes)
    }
  }

  /** Everything that `other` has written. `other` must not be written to afterwards. */
  append(other: Writer): void {
    for (const piece of other.finish()) this.raw(piece)
  }

  /** The pieces, in order. Nothing may be written afterwards. */
  finish(): Buffer[] {
    this.#endPiece()
    return this.#pieces
  }

  #put8(value: number): void {
    const at = this.#take(1)
    this.#chunk[at] = value
  }

  #put16(value: number): void {
    const at = this.#take(2)
    this.#chunk[at] = value >> 8
    this.#chunk[at + 1] = value
  }

  #put32(value: number): void {
    const at = this.#take(4)
    const chunk = this.#chunk
    chunk[at] = value >>> 24
    chunk[at + 1] = value >>> 16
    chunk[at + 2] = value >>> 8
    chunk[at + 3] = value
  }

  /** Makes room and moves on. May change the chunk: ask for it only after the call. */
  #take(count: number): number {
    if (count > this.#chunk.length - this.#at) this.#nextChunk(count)
    const at = this.#at
    this.#at = at + count
    return at
  }

  #nextChunk(count: number): void {
    this.#endPiece()
    this.#chunk = Buffer.allocUnsafe(Math.max(count, Math.min(2 * this.#chunk.length, maxChunkBytes)))
    this.#from = 0
    this.#at = 0
  }

  #endPiece(): void {
    if (this.#at > this.#from) this.#addPiece(this.#chunk.subarray(this.#from, this.#at))
    this.#from = this.#at
  }

  #addPiece(bytes: Buffer): void {
    this.#pieces.push(bytes)
    this.#piecesBytes += bytes.length
  }
}
