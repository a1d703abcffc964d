import { RafkaError } from '../core/errors.ts'
import type { Codec } from './compression.ts'
import { batchOverheadBytes, codecNumber, lengthPrefixBytes, writeCrc, writeInt64 } from './header.ts'
import { type HeaderInput, sizeOfHeaders, writeHeaders } from './record-headers.ts'
import { recordPacker } from './record-packer.ts'
import { sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong } from './varint.ts'

export type { HeaderInput } from './record-headers.ts'

/** What `build` puts into the batch's header; -1 and `none` where left out. */
export interface BuildOptions {
  readonly compression?: Codec | undefined
  readonly producerId?: number | undefined
  readonly producerEpoch?: number | undefined
  readonly baseSequence?: number | undefined
  readonly transactional?: boolean | undefined
  readonly baseOffset?: number | undefined
}

const FIRST_BYTES = 16 * 1024
/** Below this a loop beats a call. */
const COPY_BY_LOOP_BYTES = 24
/** Below this the way to the packer costs more than it spares. */
const PACK_FROM_RECORDS = 8
const TRANSACTIONAL_BIT = 0x10

/** What a builder takes as its memory from the start, in bytes: a batch that will probably become nearly full should not have to grow at its end. */
export function batchMemoryBytes(maxBytes: number, expectedBytes: number): number {
  const roomBytes = expectedBytes * 2 < maxBytes ? Math.max(FIRST_BYTES, expectedBytes) : maxBytes
  return Math.max(Math.min(roomBytes, maxBytes), batchOverheadBytes)
}

/**
 * Builds one record batch v2: records go straight into one growing buffer, no object is made for any of them.
 * `maxBytes` bounds the batch before compression, header and all; `expectedBytes` is what it will probably come to, so that the buffer need not grow.
 * `memory` is used for it where it is given, and belongs to the batch from then on.
 */
export class BatchBuilder {
  readonly #maxBytes: number
  #bytes: Buffer
  #at = batchOverheadBytes
  #count = 0
  #baseTimestamp = 0
  #minTimestamp = Number.POSITIVE_INFINITY
  #maxTimestamp = -1

  constructor({
    maxBytes,
    expectedBytes = FIRST_BYTES,
    memory,
  }: {
    readonly maxBytes: number
    readonly expectedBytes?: number
    readonly memory?: Buffer | undefined
  }) {
    this.#maxBytes = maxBytes
    this.#bytes = memory ?? Buffer.allocUnsafeSlow(batchMemoryBytes(maxBytes, expectedBytes))
  }

  /** Records in it. */
  get count(): number {
    return this.#count
  }

  /** Smallest timestamp in it, in ms; infinity while it is empty. */
  get minTimestamp(): number {
    return this.#minTimestamp
  }

  /** Bytes of the batch so far, before compression. */
  get sizeBytes(): number {
    return this.#at
  }

  /**
   * Adds a record of bytes from `source`; a negative start means null. A timestamp is in ms, or -1 for none.
   * @returns false when it does not fit any more: nothing was added
   * @throws RafkaError `INVALID_ARGUMENT` when the positions are not within `source`, `INVALID_TIMESTAMP` when the timestamp is no whole
   *   number from -1 to 2^53: nothing was added
   */
  append(
    timestamp: number,
    source: Buffer,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    headers?: readonly HeaderInput[],
  ): boolean {
    const timestampDelta = this.#deltaOf(timestamp)
    if (!this.#add(timestampDelta, source, keyStart, keyEnd, valueStart, valueEnd, headers)) return false
    this.#noteTime(timestamp)
    return true
  }

  /**
   * Adds records of `source`, those from `first` to before `end` of `slices`, until one does not fit.
   * @returns how many
   * @throws as `append`
   */
  appendMany(
    timestamp: number,
    source: Buffer,
    slices: Int32Array,
    first: number,
    end: number,
    headers?: readonly HeaderInput[],
  ): number {
    const timestampDelta = this.#deltaOf(timestamp)
    let next = first
    while (next < end) {
      if (headers === undefined) next += this.#pack(timestampDelta, source, slices, next, end)
      if (next === end) break
      const at = next * 4
      const keyStart = slices[at]!
      const keyEnd = slices[at + 1]!
      if (!this.#add(timestampDelta, source, keyStart, keyEnd, slices[at + 2]!, slices[at + 3]!, headers)) break
      next++
    }
    if (next > first) this.#noteTime(timestamp)
    return next - first
  }

  #noteTime(timestamp: number): void {
    if (timestamp < this.#minTimestamp) this.#minTimestamp = timestamp
    if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp
  }

  #deltaOf(timestamp: number): number {
    if (this.#count === 0) this.#baseTimestamp = timestamp
    const delta = timestamp - this.#baseTimestamp
    if (timestamp >= -1 && Number.isSafeInteger(timestamp) && Number.isSafeInteger(delta)) return delta
    throw new RafkaError('INVALID_TIMESTAMP', `a record cannot have the timestamp ${timestamp}`)
  }

  #add(
    timestampDelta: number,
    source: Buffer,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    headers: readonly HeaderInput[] | undefined,
  ): boolean {
    const keyBytes = keyStart < 0 ? -1 : sliceBytes(source, keyStart, keyEnd)
    const valueBytes = valueStart < 0 ? -1 : sliceBytes(source, valueStart, valueEnd)
    const bodyBytes =
      1 +
      sizeOfVarlong(timestampDelta) +
      sizeOfVarint(this.#count) +
      sizeOfVarint(keyBytes) +
      Math.max(keyBytes, 0) +
      sizeOfVarint(valueBytes) +
      Math.max(valueBytes, 0) +
      (headers === undefined ? 1 : sizeOfHeaders(headers))
    const recordBytes = sizeOfVarint(bodyBytes) + bodyBytes
    if (this.#at + recordBytes > this.#maxBytes) return false
    this.#reserve(recordBytes)
    const bytes = this.#bytes
    let at = writeVarint(bytes, bodyBytes, this.#at)
    bytes[at++] = 0
    at = writeVarlong(bytes, timestampDelta, at)
    at = writeVarint(bytes, this.#count, at)
    at = writeVarint(bytes, keyBytes, at)
    if (keyBytes > 0) at = this.#copy(source, keyStart, keyEnd, at)
    at = writeVarint(bytes, valueBytes, at)
    if (valueBytes > 0) at = this.#copy(source, valueStart, valueEnd, at)
    if (headers === undefined) bytes[at++] = 0
    else at = writeHeaders(bytes, headers, at)
    this.#at = at
    this.#count++
    return true
  }

  /** Adds as many as can be packed together, where that is worth it: what is left may still fit. @returns how many */
  #pack(timestampDelta: number, source: Buffer, slices: Int32Array, first: number, end: number): number {
    let next = first
    while (end - next >= PACK_FROM_RECORDS) {
      const packer = recordPacker()
      if (packer === undefined) break
      this.#at += packer.pack(source, slices, next, end, {
        timestampDelta,
        offsetDelta: this.#count,
        batch: this.#bytes,
        at: this.#at,
        end: Math.min(this.#bytes.length, this.#maxBytes),
      })
      if (packer.records === 0) break
      this.#count += packer.records
      next += packer.records
    }
    return next - first
  }

  /**
   * The finished batch; the builder is used up.
   * @throws RafkaError `INVALID_ARGUMENT` when it is empty
   */
  build(options: BuildOptions = {}): Buffer {
    if (this.#count === 0) throw new RafkaError('INVALID_ARGUMENT', 'a record batch needs at least one record')
    const batch = this.#assemble(options.compression)
    writeInt64(batch, options.baseOffset ?? 0, 0)
    batch.writeInt32BE(batch.length - lengthPrefixBytes, 8)
    batch.writeInt32BE(-1, 12)
    batch.writeInt8(2, 16)
    const codec = codecNumber(options.compression?.name ?? 'none')
    batch.writeInt16BE(codec | (options.transactional === true ? TRANSACTIONAL_BIT : 0), 21)
    batch.writeInt32BE(this.#count - 1, 23)
    writeInt64(batch, this.#baseTimestamp, 27)
    writeInt64(batch, this.#maxTimestamp, 35)
    writeInt64(batch, options.producerId ?? -1, 43)
    batch.writeInt16BE(options.producerEpoch ?? -1, 51)
    batch.writeInt32BE(options.baseSequence ?? -1, 53)
    batch.writeInt32BE(this.#count, 57)
    writeCrc(batch)
    return batch
  }

  #assemble(compression: Codec | undefined): Buffer {
    if (compression === undefined || compression.name === 'none') return this.#bytes.subarray(0, this.#at)
    const payload = compression.compress(this.#bytes.subarray(batchOverheadBytes, this.#at))
    const batch = Buffer.allocUnsafeSlow(batchOverheadBytes + payload.length)
    payload.copy(batch, batchOverheadBytes)
    return batch
  }

  #reserve(recordBytes: number): void {
    const needed = this.#at + recordBytes
    if (needed <= this.#bytes.length) return
    const grown = Buffer.allocUnsafeSlow(batchMemoryBytes(this.#maxBytes, Math.max(needed, this.#bytes.length * 2)))
    this.#bytes.copy(grown, 0, 0, this.#at)
    this.#bytes = grown
  }

  #copy(source: Buffer, start: number, end: number, at: number): number {
    const size = end - start
    const bytes = this.#bytes
    if (size < COPY_BY_LOOP_BYTES) {
      let position = at
      for (let from = start; from < end; from++) bytes[position++] = source[from]!
    } else {
      // What `Buffer.copy` does in the end.
      bytes.set(new Uint8Array(source.buffer, source.byteOffset + start, size), at)
    }
    return at + size
  }
}

function sliceBytes(source: Buffer, start: number, end: number): number {
  if (end >= start && end <= source.length) return end - start
  throw new RafkaError('INVALID_ARGUMENT', `a record cannot be bytes ${start} to ${end} of ${source.length}`)
}
