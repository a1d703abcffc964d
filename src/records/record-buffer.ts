import { RafkaError } from '../core/errors.ts'
import { type HeaderInput, sizeOfHeaders, writeHeaders } from './record-headers.ts'
import type { RecordReader } from './record-reader.ts'
import { sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong } from './varint.ts'

/** Largest record, in bytes: what a varint could tell is more than a buffer should hold. */
const MAX_RECORD_BYTES = 2 ** 30

/** The parts of a record that change; those left out stay as they are, byte for byte. */
export interface RecordChange {
  readonly key?: Uint8Array | null
  readonly value?: Uint8Array | null
  readonly headers?: readonly HeaderInput[]
}

/** Collects records of a batch that is made anew from another. */
export class RecordBuffer {
  #bytes: Buffer
  #at = 0

  constructor(expectedBytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(expectedBytes, 64))
  }

  /** What was added, as long as nothing more is. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#at)
  }

  /** Adds the record that `reader` read last; what stands behind its offset is copied as it is. */
  addAsItIs(reader: RecordReader, timestampDelta: number): void {
    const { bytes, contentStart, recordEnd } = reader
    const at = this.#begin(timestampDelta, reader.offsetDelta, recordEnd - contentStart)
    this.#at = at + bytes.copy(this.#bytes, at, contentStart, recordEnd)
  }

  /** Adds the record that `reader` read last, with changes. */
  addChanged(reader: RecordReader, timestampDelta: number, change: RecordChange): void {
    const { bytes, headersStart, recordEnd } = reader
    const key = change.key === undefined ? slice(bytes, reader.keyStart, reader.keyEnd) : change.key
    const value = change.value === undefined ? slice(bytes, reader.valueStart, reader.valueEnd) : change.value
    const headers = change.headers
    const headersBytes = headers === undefined ? recordEnd - headersStart : sizeOfHeaders(headers)
    let at = this.#begin(timestampDelta, reader.offsetDelta, sizeOfBytes(key) + sizeOfBytes(value) + headersBytes)
    at = writeBytes(this.#bytes, key, at)
    at = writeBytes(this.#bytes, value, at)
    if (headers === undefined) at += bytes.copy(this.#bytes, at, headersStart, recordEnd)
    else at = writeHeaders(this.#bytes, headers, at)
    this.#at = at
  }

  /** Makes room and writes what stands in front of the key. @returns the position behind it */
  #begin(timestampDelta: number, offsetDelta: number, contentBytes: number): number {
    const bodyBytes = 1 + sizeOfVarlong(timestampDelta) + sizeOfVarint(offsetDelta) + contentBytes
    if (bodyBytes > MAX_RECORD_BYTES) {
      throw new RafkaError('MESSAGE_TOO_LARGE', `a record of ${bodyBytes} bytes is over the limit of 1 GiB`)
    }
    this.#reserve(sizeOfVarint(bodyBytes) + bodyBytes)
    let at = writeVarint(this.#bytes, bodyBytes, this.#at)
    this.#bytes[at++] = 0
    at = writeVarlong(this.#bytes, timestampDelta, at)
    return writeVarint(this.#bytes, offsetDelta, at)
  }

  #reserve(recordBytes: number): void {
    const needed = this.#at + recordBytes
    if (needed <= this.#bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2))
    this.#bytes.copy(grown, 0, 0, this.#at)
    this.#bytes = grown
  }
}

function slice(bytes: Buffer, start: number, end: number): Buffer | null {
  return start < 0 ? null : bytes.subarray(start, end)
}

function sizeOfBytes(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : sizeOfVarint(bytes.length) + bytes.length
}

function writeBytes(target: Buffer, bytes: Uint8Array | null, start: number): number {
  const at = writeVarint(target, bytes === null ? -1 : bytes.length, start)
  if (bytes === null) return at
  target.set(bytes, at)
  return at + bytes.length
}
