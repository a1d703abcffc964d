import { RafkaError } from '../core/errors.ts'
import { SLAB_BYTES, type SlabPool } from '../core/slab-pool.ts'

const SIZE_BYTES = 4
const FIRST_STEP_BYTES = 64 * 1024
const GROWTH = 16
const TLS_HANDSHAKE = 0x1603
const HTTP_METHOD = /^(?:GET |HEAD|POST|PUT |DELE|OPTI|PATC|CONN)$/
const nothing = Buffer.alloc(0)

/**
 * Cuts a stream of bytes into frames: `int32 size`, then as many bytes. A frame comes without its size, in memory that is its own:
 * slices of it stay valid and keep little else alive.
 *
 * A large frame is gathered in a buffer that grows with what has come (64 KiB, 1 MiB, 16 MiB, …), so a claim alone costs nothing,
 * and a frame of 1 MiB is copied little more than once. One that fills a good part of a slab is gathered in a slab, if there are `slabs`.
 */
export class FrameReader {
  readonly #slabs: SlabPool | undefined
  #maxBytes: number
  #chunk: Buffer = nothing
  #at = 0
  #sizeFilled = 0
  #sizeSoFar = 0
  #size = -1
  #frame: Buffer | undefined
  #filled = 0

  constructor(maxBytes: number, slabs?: SlabPool) {
    this.#maxBytes = maxBytes
    this.#slabs = slabs
  }

  /** Holds from the next frame on. */
  set maxBytes(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** True when a frame has begun and is not complete. */
  get partial(): boolean {
    return this.#sizeFilled > 0
  }

  /** Takes bytes as they came. The chunk before must have been used up: `next` answered undefined. */
  push(chunk: Buffer): void {
    this.#chunk = chunk
    this.#at = 0
  }

  /**
   * The next whole frame; undefined when more bytes are needed.
   * @throws RafkaError `MALFORMED_MESSAGE` when a size is not in 1..maxBytes
   */
  next(): Buffer | undefined {
    if (this.#size < 0 && !this.#readSize()) return this.#letGo()
    const frame = (this.#frame === undefined ? this.#wholeInChunk() : undefined) ?? this.#gather()
    if (frame === undefined) return this.#letGo()
    this.#begin()
    return frame
  }

  /** An idle connection must not keep its last chunk alive. */
  #letGo(): undefined {
    this.#chunk = nothing
    this.#at = 0
  }

  #begin(): void {
    this.#sizeFilled = 0
    this.#sizeSoFar = 0
    this.#size = -1
    this.#frame = undefined
    this.#filled = 0
  }

  #readSize(): boolean {
    while (this.#sizeFilled < SIZE_BYTES) {
      const byte = this.#chunk[this.#at]
      if (byte === undefined) return false
      this.#sizeSoFar = (this.#sizeSoFar << 8) | byte
      this.#sizeFilled += 1
      this.#at += 1
    }
    const size = this.#sizeSoFar
    if (size <= 0 || size > this.#maxBytes) {
      const claim = `a request claims ${size} bytes; 1 to ${this.#maxBytes} are allowed (socket.request.max.bytes)`
      throw new RafkaError('MALFORMED_MESSAGE', foreignProtocol(size) ?? claim)
    }
    this.#size = size
    return true
  }

  /** A slice where the frame is a good part of the chunk; a copy where a slice would keep a large chunk alive for a small frame. */
  #wholeInChunk(): Buffer | undefined {
    const end = this.#at + this.#size
    if (end > this.#chunk.length) return undefined
    const slice = this.#chunk.subarray(this.#at, end)
    this.#at = end
    return slice.length * 4 >= this.#chunk.buffer.byteLength ? slice : copyOf(slice)
  }

  #gather(): Buffer | undefined {
    const wanted = Math.min(this.#chunk.length - this.#at, this.#size - this.#filled)
    if (wanted === 0) return undefined
    const frame = this.#room(this.#filled + wanted)
    this.#chunk.copy(frame, this.#filled, this.#at, this.#at + wanted)
    this.#at += wanted
    this.#filled += wanted
    return this.#filled === this.#size ? frame : undefined
  }

  #room(bytes: number): Buffer {
    const frame = this.#frame
    if (frame !== undefined && frame.length >= bytes) return frame
    let capacity = frame?.length ?? FIRST_STEP_BYTES
    while (capacity < bytes) capacity *= GROWTH
    const grown = this.#slabFor(capacity) ?? Buffer.allocUnsafeSlow(Math.min(capacity, this.#size))
    frame?.copy(grown, 0, 0, this.#filled)
    this.#frame = grown
    return grown
  }

  /** Where less than half of it would be used, it would keep too much from others. */
  #slabFor(capacity: number): Buffer | undefined {
    const fits = capacity > FIRST_STEP_BYTES && this.#size * 2 > SLAB_BYTES && this.#size <= SLAB_BYTES
    return fits ? this.#slabs?.take().subarray(0, this.#size) : undefined
  }
}

/** The slab that a frame is in, if it is; for who knows that the frame is not needed any more. */
export function slabOf(frame: Buffer): Buffer | undefined {
  const isSlab = frame.byteOffset === 0 && frame.buffer.byteLength === SLAB_BYTES
  return isSlab ? Buffer.from(frame.buffer) : undefined
}

/** What the first bytes of other protocols are, read as a size. */
function foreignProtocol(size: number): string | undefined {
  if (size >>> 16 === TLS_HANDSHAKE) return 'the client speaks TLS, and this listener does not'
  const word = Buffer.alloc(SIZE_BYTES)
  word.writeInt32BE(size)
  return HTTP_METHOD.test(word.toString('latin1')) ? 'the client speaks HTTP, and this is a broker of Kafka' : undefined
}

function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(copy)
  return copy
}
