import { RafkaError } from '../core/errors.ts'
import type { Header, RecordCursor, TimestampType } from '../core/message.ts'
import { type Codec, loadCodec } from './compression.ts'
import { type BatchHeader, batchOverheadBytes, hasValidCrc, readBatchHeader } from './header.ts'

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
  /** Walks the records, from the first one at each call. @throws RafkaError `CORRUPT_MESSAGE`, `INVALID_RECORD` while walking */
  cursor(): RecordCursor
}

const DEFAULT_MAX_INFLATED_BYTES = 128 * 2 ** 20

/**
 * Loads the codecs that the batches need.
 * @param batches one whole batch each
 * @throws RafkaError `CORRUPT_MESSAGE`, `UNSUPPORTED_COMPRESSION_TYPE`
 */
export async function openRecords(batches: readonly Buffer[], options: OpenRecordsOptions = {}): Promise<Records> {
  const codecs = new Map<string, Codec>()
  for (const batch of batches) {
    const { compression } = readBatchHeader(batch)
    if (compression === undefined) {
      throw new RafkaError(
        'UNSUPPORTED_COMPRESSION_TYPE',
        `a batch names codec ${batch[22]! & 7}, which does not exist`,
      )
    }
    if (compression !== 'none' && !codecs.has(compression)) codecs.set(compression, await loadCodec(compression))
  }
  return { cursor: () => new BatchesCursor(batches, codecs, options) }
}

/** Reads a batch's records out of its payload: one position moves on, nothing is allocated per record. */
class BatchesCursor implements RecordCursor {
  bytes: Buffer = Buffer.alloc(0)
  offset = -1
  timestamp = -1
  timestampType: TimestampType = 'create'
  keyStart = -1
  keyEnd = -1
  valueStart = -1
  valueEnd = -1
  headerCount = 0
  readonly #batches: readonly Buffer[]
  readonly #codecs: ReadonlyMap<string, Codec>
  readonly #fromOffset: number
  readonly #beforeOffset: number
  readonly #options: OpenRecordsOptions
  #next = 0
  #left = 0
  #at = 0
  #baseOffset = 0
  #baseTimestamp = 0
  #appendTime = -1
  #headersAt = 0
  #recordEnd = 0

  constructor(batches: readonly Buffer[], codecs: ReadonlyMap<string, Codec>, options: OpenRecordsOptions) {
    this.#batches = batches
    this.#codecs = codecs
    this.#options = options
    this.#fromOffset = options.fromOffset ?? 0
    this.#beforeOffset = options.beforeOffset ?? Number.POSITIVE_INFINITY
  }

  next(): boolean {
    for (;;) {
      while (this.#left === 0) if (!this.#nextBatch()) return false
      this.#left--
      this.#readRecord()
      if (this.offset >= this.#beforeOffset) return false
      if (this.offset >= this.#fromOffset) return true
    }
  }

  headers(): Header[] {
    const headers: Header[] = []
    let at = this.#headersAt
    for (let index = 0; index < this.headerCount; index++) {
      const keyBytes = this.#varintAt(at)
      at = this.#at
      if (keyBytes < 0) throw this.#broken('a header without a key')
      const key = this.bytes.toString('utf8', at, this.#within(at, keyBytes))
      const valueBytes = this.#varintAt(at + keyBytes)
      at = this.#at
      const value = valueBytes < 0 ? null : this.bytes.subarray(at, this.#within(at, valueBytes))
      at += Math.max(valueBytes, 0)
      headers.push({ key, value })
    }
    this.#at = this.#recordEnd
    return headers
  }

  #nextBatch(): boolean {
    const batch = this.#batches[this.#next]
    if (batch === undefined) return false
    this.#next++
    const header = readBatchHeader(batch)
    if (this.#options.checkCrc === true && !hasValidCrc(batch)) {
      throw new RafkaError('CORRUPT_MESSAGE', `the batch at offset ${header.baseOffset} is damaged: its CRC is wrong`)
    }
    if (header.control && this.#options.includeControl !== true) return true
    if (header.lastOffset < this.#fromOffset) return true
    this.#open(batch, header)
    return true
  }

  #open(batch: Buffer, header: BatchHeader): void {
    const codec = header.compression === 'none' ? undefined : this.#codecs.get(header.compression!)
    if (codec === undefined) {
      this.bytes = batch
      this.#at = batchOverheadBytes
    } else {
      this.bytes = codec.inflate(
        batch.subarray(batchOverheadBytes),
        this.#options.maxInflatedBytes ?? DEFAULT_MAX_INFLATED_BYTES,
      )
      this.#at = 0
    }
    this.#left = header.recordCount
    this.#baseOffset = header.baseOffset
    this.#baseTimestamp = header.baseTimestamp
    this.timestampType = header.timestampType
    this.#appendTime = header.timestampType === 'append' ? header.maxTimestamp : -1
  }

  #readRecord(): void {
    const size = this.#varint()
    const end = this.#within(this.#at, size)
    this.#recordEnd = end
    this.#at++
    const timestampDelta = this.#varlong()
    this.timestamp = this.#appendTime >= 0 ? this.#appendTime : this.#baseTimestamp + timestampDelta
    this.offset = this.#baseOffset + this.#varint()
    const keyBytes = this.#varint()
    this.keyStart = keyBytes < 0 ? -1 : this.#at
    this.#at += Math.max(keyBytes, 0)
    this.keyEnd = this.#at
    const valueBytes = this.#varint()
    this.valueStart = valueBytes < 0 ? -1 : this.#at
    this.#at += Math.max(valueBytes, 0)
    this.valueEnd = this.#at
    this.headerCount = this.#varint()
    this.#headersAt = this.#at
    if (this.#at > end || this.headerCount < 0 || this.headerCount > end - this.#at) {
      throw this.#broken('a record whose parts are longer than it')
    }
    this.#at = end
  }

  #varintAt(at: number): number {
    this.#at = at
    return this.#varint()
  }

  #varint(): number {
    const first = this.bytes[this.#at]!
    if (first < 0x80) {
      this.#at++
      return (first >>> 1) ^ -(first & 1)
    }
    let value = first & 0x7f
    for (let shift = 7, at = this.#at + 1; shift < 35; shift += 7, at++) {
      const byte = this.bytes[at]
      if (byte === undefined) break
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.#at = at + 1
        return (value >>> 1) ^ -(value & 1)
      }
    }
    throw this.#broken('a number that does not end')
  }

  #varlong(): number {
    const bytes = this.bytes
    let at = this.#at
    let low = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = bytes[at++]
      if (byte === undefined) throw this.#broken('a number that does not end')
      low |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.#at = at
        return (low >>> 1) ^ -(low & 1)
      }
    }
    return this.#wideVarlong()
  }

  #wideVarlong(): number {
    let value = 0n
    for (let shift = 0n, at = this.#at; shift < 70n; shift += 7n, at++) {
      const byte = this.bytes[at]
      if (byte === undefined) break
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) {
        this.#at = at + 1
        const wide = BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n))
        const number = Number(wide)
        if (!Number.isSafeInteger(number))
          throw new RafkaError('INVALID_TIMESTAMP', `a record has the timestamp delta ${wide}, which is beyond 2^53`)
        return number
      }
    }
    throw this.#broken('a number that does not end')
  }

  #within(at: number, size: number): number {
    if (size < 0 || at + size > this.bytes.length) throw this.#broken('a part that ends behind it')
    return at + size
  }

  #broken(what: string): RafkaError {
    return new RafkaError('INVALID_RECORD', `the batch at offset ${this.#baseOffset} has ${what}, at byte ${this.#at}`)
  }
}
