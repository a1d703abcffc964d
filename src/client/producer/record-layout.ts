import { RafkaError } from '../../core/errors.ts'
import type { OutgoingMessage } from '../../core/message.ts'
import type { HeaderInput } from '../../records/batch-builder.ts'

const FIRST_SCRATCH_BYTES = 4 * 1024
const MAX_SCRATCH_BYTES = 64 * 1024

/** A record as slices of one buffer; a negative start means null. */
export interface RecordLayout {
  readonly source: Buffer
  readonly keyStart: number
  readonly keyEnd: number
  readonly valueStart: number
  readonly valueEnd: number
}

/** Lays keys and values of messages side by side, in memory that it uses again for the next one. */
export class RecordScratch {
  #bytes = Buffer.allocUnsafeSlow(FIRST_SCRATCH_BYTES)

  /** Valid until the next call. A value without a key is taken where it stands. */
  layOut({ key, value }: Pick<OutgoingMessage, 'key' | 'value'>): RecordLayout {
    if ((key === null || key === undefined) && value instanceof Uint8Array) {
      return { source: bufferOf(value), keyStart: -1, keyEnd: -1, valueStart: 0, valueEnd: value.length }
    }
    const keyBytes = sizeOf(key)
    const sizeBytes = keyBytes + sizeOf(value)
    return layOutIn(this.#room(sizeBytes), key, keyBytes, value, sizeBytes)
  }

  #room(sizeBytes: number): Buffer {
    if (sizeBytes > MAX_SCRATCH_BYTES) return Buffer.allocUnsafeSlow(sizeBytes)
    if (sizeBytes > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(MAX_SCRATCH_BYTES)
    return this.#bytes
  }
}

/** As `RecordScratch`, in memory of its own: for a record that has to wait. */
export function ownLayout({ key, value }: Pick<OutgoingMessage, 'key' | 'value'>): RecordLayout {
  const keyBytes = sizeOf(key)
  const sizeBytes = keyBytes + sizeOf(value)
  return layOutIn(Buffer.allocUnsafe(sizeBytes), key, keyBytes, value, sizeBytes)
}

/** @throws RafkaError `INVALID_ARGUMENT` when a part of the message is not what it has to be */
export function checkMessage(message: OutgoingMessage): void {
  const { topic, key, value, partition, timestamp } = message
  if (typeof topic !== 'string' || topic === '') throw invalid('topic', 'the name of a topic', topic)
  if (value === undefined || !isContent(value)) throw invalid('value', 'a string, a Uint8Array or null', value)
  if (!isContent(key)) throw invalid('key', 'a string, a Uint8Array or null', key)
  if (partition !== undefined && !isCount(partition)) throw invalid('partition', 'an integer from 0', partition)
  if (timestamp !== undefined && !isCount(timestamp)) throw invalid('timestamp', 'ms since 1970', timestamp)
}

/** Headers as the batch takes them. */
export function headersOf(headers: OutgoingMessage['headers']): HeaderInput[] | undefined {
  return headers?.map(({ key, value }) => {
    if (typeof key !== 'string') throw invalid('header', 'a key that is a string', key)
    if (!isContent(value)) throw invalid(`header "${key}"`, 'a string, a Uint8Array or null', value)
    return { key, value: typeof value === 'string' ? Buffer.from(value) : value }
  })
}

function layOutIn(
  target: Buffer,
  key: OutgoingMessage['key'],
  keyBytes: number,
  value: OutgoingMessage['value'],
  sizeBytes: number,
): RecordLayout {
  if (typeof key === 'string') target.write(key, 0)
  else if (key !== null && key !== undefined) target.set(key, 0)
  if (typeof value === 'string') target.write(value, keyBytes)
  else if (value !== null) target.set(value, keyBytes)
  return {
    source: target,
    keyStart: key === null || key === undefined ? -1 : 0,
    keyEnd: keyBytes,
    valueStart: value === null ? -1 : keyBytes,
    valueEnd: sizeBytes,
  }
}

function sizeOf(content: string | Uint8Array | null | undefined): number {
  if (content === null || content === undefined) return 0
  return typeof content === 'string' ? Buffer.byteLength(content) : content.length
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function isContent(value: unknown): boolean {
  return value === null || value === undefined || typeof value === 'string' || value instanceof Uint8Array
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function invalid(what: string, expected: string, got: unknown): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', `a message needs as ${what} ${expected}; got ${describe(got)}`)
}

function describe(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? JSON.stringify(value) : typeof value
}
