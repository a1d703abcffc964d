import type { LogId, StorageEngine } from '../../core/storage-engine.ts'

/** Batches looked at in one step. */
const STEP = 1000

/** Bytes of the batches of a log that begin at `start` or later, or span it, and end before `offset`. */
export async function bytesBelow(storage: StorageEngine, log: LogId, start: number, offset: number): Promise<number> {
  let sizeBytes = 0
  for (let from = start; from < offset; ) {
    const batches = await storage.scan(log, from, STEP)
    for (const batch of batches) {
      if (batch.lastOffset >= offset) return sizeBytes
      sizeBytes += batch.sizeBytes
      from = batch.lastOffset + 1
    }
    if (batches.length < STEP) break
  }
  return sizeBytes
}
