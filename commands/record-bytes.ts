import type { RecordCursor } from '../src/index.ts'

/** Bytes of the key and the value that a cursor stands on. */
export function recordBytes({ keyStart, keyEnd, valueStart, valueEnd }: RecordCursor): number {
  return (keyStart < 0 ? 0 : keyEnd - keyStart) + (valueStart < 0 ? 0 : valueEnd - valueStart)
}
