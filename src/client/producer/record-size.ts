import { RafkaError } from '../../core/errors.ts'

/** What a record takes in a batch beside key and value: lengths, deltas and the header count, generously. */
const RECORD_OVERHEAD_BYTES = 16

/** What a record counts for in the memory budget. */
export function recordBytes(keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): number {
  return memoryBytes(1, contentBytes(keyStart, keyEnd, valueStart, valueEnd))
}

/** What so many records count for, with `bytes` of keys and values. */
export function memoryBytes(records: number, bytes: number): number {
  return records * RECORD_OVERHEAD_BYTES + bytes
}

/** Bytes of key and value. */
export function contentBytes(keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): number {
  return (keyStart < 0 ? 0 : keyEnd - keyStart) + (valueStart < 0 ? 0 : valueEnd - valueStart)
}

/** A record that no request can hold. `sizeBytes`: of key and value. */
export function tooLarge(topic: string, sizeBytes: number, maxRequestBytes: number): RafkaError {
  return new RafkaError(
    'MESSAGE_TOO_LARGE',
    `a record of ${sizeBytes} bytes (key and value) for topic "${topic}" does not fit in a request of ${maxRequestBytes} bytes; send less, or raise maxRequestBytes and the broker's max.message.bytes`,
    { details: { topic, sizeBytes, maxRequestBytes } },
  )
}
