/** What a record takes in a batch beside key and value: lengths, deltas and the header count, generously. */
const RECORD_OVERHEAD_BYTES = 16

/** What a record counts for in the memory budget. */
export function recordBytes(keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): number {
  return RECORD_OVERHEAD_BYTES + contentBytes(keyStart, keyEnd, valueStart, valueEnd)
}

/** Bytes of key and value. */
export function contentBytes(keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): number {
  return (keyStart < 0 ? 0 : keyEnd - keyStart) + (valueStart < 0 ? 0 : valueEnd - valueStart)
}
