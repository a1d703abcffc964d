import type { RafkaError } from '../../core/errors.ts'
import type { RecordSlices } from '../../core/producer.ts'
import type { BatchBuilder } from '../../records/batch-builder.ts'
import type { Codec } from '../../records/compression.ts'
import { trust } from '../../records/trusted-batches.ts'
import { BatchBytes, type ProducerStamp } from './batch-bytes.ts'
import type { Recipient } from './recipient.ts'

/** Records on their way to one partition, with all who wait for them. */
export class OutgoingBatch {
  readonly recipients: Recipient[] = []
  /** The last of `recipients`, for who appends. */
  lastRecipient: Recipient | undefined
  count = 0
  /** When its first record was handed in (`performance.now`). */
  createdAt: number
  /** For `Outstanding`. */
  generation: number
  /** What it holds of the memory budget. */
  memoryBytes = 0
  /** Its place in the producer's sequence; undefined until it is first sent, and without idempotence. */
  stamp: ProducerStamp | undefined
  inFlight = false
  /** It was acknowledged, but one that was sent before it is not settled yet. */
  settled = false
  /** It was sent, and no answer said that it was not appended: it must not be sent under another stamp. */
  mayBeAppended = false
  lastError: RafkaError | undefined
  #builder: BatchBuilder | undefined
  #bytes: BatchBytes | undefined
  #builtStamp: ProducerStamp | undefined

  constructor(contents: BatchBuilder | Buffer, createdAt: number, generation: number) {
    if (Buffer.isBuffer(contents)) this.#bytes = new BatchBytes(contents)
    else this.#builder = contents
    this.createdAt = createdAt
    this.generation = generation
  }

  /** Adds a record. False: it is full, and nothing was added. */
  append(
    timestamp: number,
    source: Buffer,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    headers: ReadonlyArray<{ key: string; value: Uint8Array | null }> | undefined,
  ): boolean {
    if (this.#builder?.append(timestamp, source, keyStart, keyEnd, valueStart, valueEnd, headers) !== true) return false
    this.count += 1
    return true
  }

  /** Adds records, from `first` to before `end` of `slices`, until one does not fit. @returns how many */
  appendMany(
    timestamp: number,
    source: Buffer,
    slices: RecordSlices,
    first: number,
    end: number,
    headers: ReadonlyArray<{ key: string; value: Uint8Array | null }> | undefined,
  ): number {
    const added = this.#builder?.appendMany(timestamp, source, slices, first, end, headers) ?? 0
    this.count += added
    return added
  }

  addRecipient(recipient: Recipient): void {
    this.recipients.push(recipient)
    this.lastRecipient = recipient
  }

  /** Bytes that it takes in a request, at most. */
  get sizeBytes(): number {
    return this.#bytes?.sizeBytes ?? this.#builder?.sizeBytes ?? 0
  }

  /** The bytes to send now, under its stamp. */
  handOver(compression: Codec | undefined): Buffer {
    return this.#built(compression).handOver()
  }

  /** Its bytes, for who splits it. */
  contents(compression: Codec | undefined): Buffer {
    return this.#built(compression).copy()
  }

  /** Its memory, when it was sent once and whoever carried it keeps nothing of it. To be called when it is settled, and nothing after that. */
  memory(): Buffer | undefined {
    return this.#bytes?.memory()
  }

  #built(compression: Codec | undefined): BatchBytes {
    if (this.#bytes === undefined) {
      const { minTimestamp } = this.#builder!
      const bytes = compact(this.#builder!.build({ compression, ...this.stamp }))
      trust(bytes, minTimestamp)
      this.#bytes = new BatchBytes(bytes)
      this.#builder = undefined
    } else if (this.stamp !== undefined && this.stamp !== this.#builtStamp) {
      this.#bytes.restamp(this.stamp)
    }
    this.#builtStamp = this.stamp
    return this.#bytes
  }
}

/** A small batch must not keep the large buffer alive that it was built in: an embedded broker may keep it for long. */
function compact(bytes: Buffer): Buffer {
  if (bytes.length * 2 >= bytes.buffer.byteLength) return bytes
  const exact = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(exact)
  return exact
}
