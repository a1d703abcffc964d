import type { BatchInfo, StoredBatch } from '../../src/core/storage-engine.ts'

/** A batch over `[baseOffset, lastOffset]` whose bytes are its own: they tell it from any other. */
export function storedBatch(
  baseOffset: number,
  lastOffset = baseOffset,
  options: { maxTimestamp?: number; sizeBytes?: number; mark?: number } = {},
): StoredBatch {
  const { maxTimestamp = 1000 + baseOffset, sizeBytes = 20, mark = 0 } = options
  const bytes = Buffer.alloc(sizeBytes, `${mark}:${baseOffset}-${lastOffset};`)
  return { baseOffset, lastOffset, maxTimestamp, bytes }
}

/** What `scan` tells of a batch. */
export function infoOf({ baseOffset, lastOffset, maxTimestamp, bytes }: StoredBatch): BatchInfo {
  return { baseOffset, lastOffset, maxTimestamp, sizeBytes: bytes.length }
}

/** A batch with its bytes in the class that all engines can be compared in. */
export function comparable(batch: StoredBatch): {
  baseOffset: number
  lastOffset: number
  maxTimestamp: number
  hex: string
} {
  const { baseOffset, lastOffset, maxTimestamp, bytes } = batch
  return { baseOffset, lastOffset, maxTimestamp, hex: Buffer.from(bytes).toString('hex') }
}
