import { sizeOfVarint, writeVarint } from './varint.ts'

/** A header of a record, on its way in. */
export interface HeaderInput {
  readonly key: string
  readonly value: Uint8Array | null
}

/** Bytes of a record's headers, with their count in front. */
export function sizeOfHeaders(headers: readonly HeaderInput[]): number {
  let size = sizeOfVarint(headers.length)
  for (const { key, value } of headers) {
    const keyBytes = Buffer.byteLength(key)
    const valueBytes = value === null ? -1 : value.length
    size += sizeOfVarint(keyBytes) + keyBytes + sizeOfVarint(valueBytes) + Math.max(valueBytes, 0)
  }
  return size
}

/** Writes a record's headers, with their count in front. @returns the position behind them */
export function writeHeaders(bytes: Buffer, headers: readonly HeaderInput[], start: number): number {
  let at = writeVarint(bytes, headers.length, start)
  for (const { key, value } of headers) {
    at = writeVarint(bytes, Buffer.byteLength(key), at)
    at += bytes.write(key, at)
    at = writeVarint(bytes, value === null ? -1 : value.length, at)
    if (value !== null) {
      bytes.set(value, at)
      at += value.length
    }
  }
  return at
}
