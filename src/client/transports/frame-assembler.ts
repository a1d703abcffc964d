import { RafkaError } from '../../core/errors.ts'
import { frameSizeBytes } from '../../protocol/wire.ts'

/** An alert of TLS begins with its type, 21, and the 3 that all versions have in common: what a listener says to who does not speak it. */
const TLS_ALERT = 0x1503

/**
 * Cuts what a broker sends into responses: `int32 size`, then as many bytes. Each comes without its size in a buffer of exactly its
 * length that nothing else uses, so slices of it (records) stay valid and keep nothing else alive.
 */
export class FrameAssembler {
  readonly #maxBytes: number
  readonly #onFrame: (frame: Buffer) => void
  readonly #sizeField = Buffer.alloc(frameSizeBytes)
  #sizeFilled = 0
  #frame: Buffer | undefined
  #filled = 0

  constructor(maxBytes: number, onFrame: (frame: Buffer) => void) {
    this.#maxBytes = maxBytes
    this.#onFrame = onFrame
  }

  /**
   * Takes bytes as they came and hands on each response that they complete.
   * @throws RafkaError `MALFORMED_MESSAGE` when a size is not in 1..maxBytes, `TLS_FAILED` when it is the beginning of a message of TLS
   */
  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      at = this.#frame === undefined ? this.#takeSize(chunk, at) : this.#takeBytes(this.#frame, chunk, at)
    }
  }

  #takeSize(chunk: Buffer, at: number): number {
    const wanted = Math.min(frameSizeBytes - this.#sizeFilled, chunk.length - at)
    chunk.copy(this.#sizeField, this.#sizeFilled, at, at + wanted)
    this.#sizeFilled += wanted
    if (this.#sizeFilled === frameSizeBytes) this.#begin(this.#sizeField.readInt32BE(0))
    return at + wanted
  }

  #begin(sizeBytes: number): void {
    if (sizeBytes <= 0 || sizeBytes > this.#maxBytes) {
      if (sizeBytes >>> 16 === TLS_ALERT) {
        throw new RafkaError('TLS_FAILED', 'what answers speaks TLS; set security.protocol to ssl (sasl_ssl with SASL)')
      }
      throw new RafkaError(
        'MALFORMED_MESSAGE',
        `a response claims ${sizeBytes} bytes; 1 to ${this.#maxBytes} are allowed. Is this a Kafka listener?`,
      )
    }
    this.#sizeFilled = 0
    this.#filled = 0
    this.#frame = Buffer.allocUnsafeSlow(sizeBytes)
  }

  #takeBytes(frame: Buffer, chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + frame.length - this.#filled)
    chunk.copy(frame, this.#filled, at, end)
    this.#filled += end - at
    if (this.#filled === frame.length) {
      this.#frame = undefined
      this.#onFrame(frame)
    }
    return end
  }
}
