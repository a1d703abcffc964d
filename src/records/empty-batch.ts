import { batchOverheadBytes, lengthPrefixBytes, writeCrc, writeInt64 } from './header.ts'

/** So many offsets a batch can stand for: its last one is told as an int32 from its first. */
const MAX_OFFSETS = 2 ** 31 - 1

/** A batch without records, and the offsets that it stands for. */
export interface EmptyBatch {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly bytes: Buffer
}

/**
 * Batches of no record that stand for all offsets from `first` to `last`: a header each (`DefaultRecordBatch.writeEmptyHeader`). A reader passes over them, where it would
 * wait for ever at an offset that no batch holds.
 */
export function buildEmptyBatches(first: number, last: number): EmptyBatch[] {
  const batches: EmptyBatch[] = []
  for (let baseOffset = first; baseOffset <= last; ) {
    const lastOffset = Math.min(last, baseOffset + MAX_OFFSETS - 1)
    batches.push({ baseOffset, lastOffset, bytes: buildHeader(baseOffset, lastOffset) })
    baseOffset = lastOffset + 1
  }
  return batches
}

function buildHeader(baseOffset: number, lastOffset: number): Buffer {
  const bytes = Buffer.alloc(batchOverheadBytes)
  writeInt64(bytes, baseOffset, 0)
  bytes.writeInt32BE(bytes.length - lengthPrefixBytes, 8)
  bytes.writeInt8(2, 16)
  bytes.writeInt32BE(lastOffset - baseOffset, 23)
  for (const at of [27, 35, 43]) writeInt64(bytes, -1, at)
  bytes.writeInt16BE(-1, 51)
  bytes.writeInt32BE(-1, 53)
  writeCrc(bytes)
  return bytes
}
