import { RafkaError } from '../core/errors.ts'
import type { Header, RecordCursor, TimestampType } from '../core/message.ts'
import { type Codec, loadCodec } from './compression.ts'
import {
  assertWholeBatch,
  type BatchHeader,
  batchOverheadBytes,
  compressionOf,
  hasValidCrc,
  readBatchHeader,
} from './header.ts'
import { RecordReader } from './record-reader.ts'

export interface OpenRecordsOptions {
  /** Records below it are skipped. Default 0. */
  readonly fromOffset?: number
  /** Records from it on are left out. */
  readonly beforeOffset?: number
  /** Whether the CRC of each batch is checked. Default false. */
  readonly checkCrc?: boolean
  /** Bound of what one batch may inflate to. Default 128 MiB. */
  readonly maxInflatedBytes?: number
  /** Whether control batches (transaction markers) are given too. Default false. */
  readonly includeControl?: boolean
}

/** Batches whose records can be walked: their codecs are loaded. */
export interface Records {
  /**
   * Walks the records, from the first one at each call. What is wrong with a batch shows when the walk comes to it.
   * @throws RafkaError `CORRUPT_MESSAGE`, `INVALID_RECORD`, `INVALID_TIMESTAMP`, `UNSUPPORTED_COMPRESSION_TYPE`,
   *   `UNSUPPORTED_FOR_MESSAGE_FORMAT` while walking; from then on at every step
   */
  cursor(): RecordCursor
}

/** What the records of one batch may inflate to where nobody says otherwise. */
export const defaultMaxInflatedBytes = 128 * 2 ** 20

/**
 * Loads the codecs that the batches need.
 * @param batches one whole batch each
 */
export async function openRecords(batches: readonly Buffer[], options: OpenRecordsOptions = {}): Promise<Records> {
  const codecs = new Map<string, Codec>()
  for (const batch of batches) {
    if (batch.length < batchOverheadBytes) continue
    const compression = compressionOf(batch)
    if (compression !== undefined && compression !== 'none' && !codecs.has(compression)) {
      codecs.set(compression, await loadCodec(compression))
    }
  }
  return { cursor: () => new BatchesCursor(batches, codecs, options) }
}

class BatchesCursor implements RecordCursor {
  offset = -1
  timestamp = -1
  timestampType: TimestampType = 'create'
  leaderEpoch = -1
  producerId = -1
  producerEpoch = -1
  attributes = 0
  readonly #reader = new RecordReader()
  readonly #codecs: ReadonlyMap<string, Codec>
  readonly #fromOffset: number
  readonly #beforeOffset: number
  readonly #options: OpenRecordsOptions
  #batches: readonly Buffer[]
  #next = 0
  #left = 0
  #baseOffset = 0
  #baseTimestamp = 0
  #appendTime = -1

  constructor(batches: readonly Buffer[], codecs: ReadonlyMap<string, Codec>, options: OpenRecordsOptions) {
    this.#batches = batches
    this.#codecs = codecs
    this.#options = options
    this.#fromOffset = options.fromOffset ?? 0
    this.#beforeOffset = options.beforeOffset ?? Number.POSITIVE_INFINITY
  }

  get bytes(): Buffer {
    return this.#reader.bytes
  }
  get keyStart(): number {
    return this.#reader.keyStart
  }
  get keyEnd(): number {
    return this.#reader.keyEnd
  }
  get valueStart(): number {
    return this.#reader.valueStart
  }
  get valueEnd(): number {
    return this.#reader.valueEnd
  }
  get headerCount(): number {
    return this.#reader.headerCount
  }

  next(): boolean {
    const reader = this.#reader
    for (;;) {
      while (this.#left === 0) if (!this.#nextBatch()) return false
      reader.read()
      this.#place()
      this.#left--
      if (this.offset >= this.#beforeOffset) return this.#stop()
      if (this.offset >= this.#fromOffset) return true
    }
  }

  headers(): Header[] {
    return this.#reader.headerCount === 0 ? [] : this.#reader.headers()
  }

  #place(): void {
    const { offsetDelta, timestampDelta } = this.#reader
    this.offset = this.#baseOffset + offsetDelta
    this.timestamp = this.#appendTime >= 0 ? this.#appendTime : this.#baseTimestamp + timestampDelta
    if (Number.isSafeInteger(this.timestamp)) return
    throw new RafkaError('INVALID_TIMESTAMP', `the record at offset ${this.offset} has a timestamp beyond 2^53`)
  }

  #stop(): false {
    this.#batches = []
    this.#left = 0
    this.#reader.open(this.#reader.bytes, this.#reader.bytes.length)
    return false
  }

  #nextBatch(): boolean {
    this.#reader.assertNoneLeft()
    const batch = this.#batches[this.#next]
    if (batch === undefined) return false
    assertWholeBatch(batch)
    // The CRC comes first: whatever else is wrong with a damaged batch is not what is wrong with it.
    if (this.#options.checkCrc === true && !hasValidCrc(batch)) {
      throw new RafkaError(
        'CORRUPT_MESSAGE',
        `the batch at offset ${batch.readBigInt64BE(0)} is damaged: its CRC is wrong`,
      )
    }
    const header = readBatchHeader(batch)
    const isWanted = (!header.control || this.#options.includeControl === true) && header.lastOffset >= this.#fromOffset
    if (isWanted) this.#open(batch, header)
    this.#next++
    return true
  }

  #open(batch: Buffer, header: BatchHeader): void {
    const { baseOffset, recordCount } = header
    if (recordCount < 0) {
      throw new RafkaError('INVALID_RECORD', `the batch at offset ${baseOffset} has ${recordCount} records`)
    }
    if (recordCount > 0 || batch.length > batchOverheadBytes) this.#openPayload(batch, header)
    this.#left = recordCount
    this.#baseOffset = baseOffset
    this.#baseTimestamp = header.baseTimestamp
    this.timestampType = header.timestampType
    this.leaderEpoch = header.partitionLeaderEpoch
    this.producerId = header.producerId
    this.producerEpoch = header.producerEpoch
    this.attributes = header.attributes
    this.#appendTime = header.timestampType === 'append' ? header.maxTimestamp : -1
  }

  #openPayload(batch: Buffer, { compression, baseOffset, attributes }: BatchHeader): void {
    if (compression === 'none') {
      this.#reader.open(batch, batchOverheadBytes, baseOffset)
      return
    }
    const codec = compression === undefined ? undefined : this.#codecs.get(compression)
    if (codec === undefined) {
      throw new RafkaError(
        'UNSUPPORTED_COMPRESSION_TYPE',
        `the batch at offset ${baseOffset} names codec ${attributes & 7}, which does not exist`,
      )
    }
    const maxBytes = this.#options.maxInflatedBytes ?? defaultMaxInflatedBytes
    this.#reader.open(codec.inflate(batch.subarray(batchOverheadBytes), maxBytes), 0, baseOffset)
  }
}
