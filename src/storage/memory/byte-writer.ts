/** Pieces from this size on are referred to, not copied. */
const OWN_PIECE_BYTES = 4096
const FIRST_CHUNK_BYTES = 4096
const CHUNK_BYTES = 65_536

/** Gathers bytes as pieces to be written one after the other: small ones copied together, large ones as they are. */
export class ByteWriter {
  readonly #pieces: Buffer[] = []
  #chunk: Buffer = Buffer.alloc(0)
  #used = 0
  #sizeBytes = 0

  /** Bytes gathered. */
  get sizeBytes(): number {
    return this.#sizeBytes
  }

  byte(value: number): this {
    const at = this.#take(1)
    this.#chunk.writeUInt8(value, at)
    return this
  }

  uint32(value: number): this {
    const at = this.#take(4)
    this.#chunk.writeUInt32LE(value, at)
    return this
  }

  double(value: number): this {
    const at = this.#take(8)
    this.#chunk.writeDoubleLE(value, at)
    return this
  }

  /** Length in 4 bytes, then the bytes, which must stay unchanged until the pieces are written. */
  sized(bytes: Uint8Array): this {
    this.uint32(bytes.length)
    if (bytes.length < OWN_PIECE_BYTES) {
      const at = this.#take(bytes.length)
      this.#chunk.set(bytes, at)
      return this
    }
    this.#endPiece()
    this.#pieces.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
    this.#sizeBytes += bytes.length
    return this
  }

  /** All that was gathered; the writer is not to be used any more. */
  pieces(): readonly Buffer[] {
    this.#endPiece()
    return this.#pieces
  }

  /** Makes room for `count` bytes in the chunk and returns where. */
  #take(count: number): number {
    if (this.#used + count > this.#chunk.length) {
      this.#endPiece()
      this.#chunk = Buffer.allocUnsafeSlow(this.#sizeBytes === 0 ? FIRST_CHUNK_BYTES : CHUNK_BYTES)
      this.#used = 0
    }
    const at = this.#used
    this.#used += count
    this.#sizeBytes += count
    return at
  }

  #endPiece(): void {
    if (this.#used > 0) this.#pieces.push(this.#chunk.subarray(0, this.#used))
    this.#chunk = this.#chunk.subarray(this.#used)
    this.#used = 0
  }
}
