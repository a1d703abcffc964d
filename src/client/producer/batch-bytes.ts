import { batchOverheadBytes, writeCrc, writeInt64 } from '../../records/header.ts'

/** What makes a batch recognizable to the broker, so that it is not appended twice (KIP-98). */
export interface ProducerStamp {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly transactional?: boolean
}

const PRODUCER_ID_AT = 43
const PRODUCER_EPOCH_AT = 51
const BASE_SEQUENCE_AT = 53

/**
 * The bytes of a batch that may have to be sent again. What was handed over belongs to the broker, which writes offsets, and may write
 * timestamps, into the header; so the header is kept aside, and every later sending is a copy with the header as it was.
 */
export class BatchBytes {
  #bytes: Buffer
  #header: Buffer | undefined
  /** Its memory was handed over once, and never a copy of it. */
  #sentOnce = false
  #copied = false

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get sizeBytes(): number {
    return this.#bytes.length
  }

  /** The bytes to send: never the same memory twice. */
  handOver(): Buffer {
    if (this.#header !== undefined) return this.copy()
    this.#sentOnce = true
    this.#header = Buffer.from(this.#bytes.subarray(0, batchOverheadBytes))
    return this.#bytes
  }

  /** The bytes as they were built. */
  copy(): Buffer {
    this.#copied = true
    const copy = Buffer.from(this.#bytes)
    this.#header?.copy(copy)
    return copy
  }

  /**
   * The memory that was sent, when no other sending may still be on its way: for use after the answer, when whoever carried it keeps nothing of it. The batch is
   * of no use any more.
   */
  memory(): Buffer | undefined {
    const { buffer, byteOffset } = this.#bytes
    return this.#sentOnce && !this.#copied && byteOffset === 0 ? Buffer.from(buffer) : undefined
  }

  /** Gives the batch another place in another sequence. */
  restamp({ producerId, producerEpoch, baseSequence }: ProducerStamp): void {
    const bytes = this.#header === undefined ? this.#bytes : this.copy()
    writeInt64(bytes, producerId, PRODUCER_ID_AT)
    bytes.writeInt16BE(producerEpoch, PRODUCER_EPOCH_AT)
    bytes.writeInt32BE(baseSequence, BASE_SEQUENCE_AT)
    writeCrc(bytes)
    this.#bytes = bytes
    this.#header = undefined
  }
}
