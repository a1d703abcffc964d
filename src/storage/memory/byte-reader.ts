/** Reads what `ByteWriter` gathered; every method throws RangeError when fewer bytes are left than it needs. */
export class ByteReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#bytes.length - this.#at
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#skip(1))
  }

  uint32(): number {
    return this.#bytes.readUInt32LE(this.#skip(4))
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#skip(8))
  }

  /** A part of the bytes, not copied. */
  sized(): Buffer {
    const length = this.uint32()
    const at = this.#skip(length)
    return this.#bytes.subarray(at, at + length)
  }

  #skip(count: number): number {
    if (count > this.left) throw new RangeError(`${count} bytes are needed, ${this.left} are left`)
    const at = this.#at
    this.#at += count
    return at
  }
}
