/** Memory that is used again for each record, for what does not stand in the input as such. */
export class Scratch {
  bytes = Buffer.alloc(0)

  /** The memory, with room for so many bytes from its beginning on; what was in it may be lost. */
  room(bytes: number): Buffer {
    if (this.bytes.length < bytes) this.bytes = Buffer.allocUnsafeSlow(Math.max(256, bytes, this.bytes.length * 2))
    return this.bytes
  }
}
