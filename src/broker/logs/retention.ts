import type { TopicSettings } from '../configs/config-values.ts'
import type { PartitionLog } from './partition-log.ts'

/** Batches looked at before other work gets its turn. */
const STEP = 1000

/**
 * Removes the oldest batches of a log by age and by size (`UnifiedLog.deleteOldSegments`). A batch is the unit that goes, where Kafka has
 * segments: it goes only when its largest timestamp is too old, and only while all before it are gone. One without a timestamp never goes by age,
 * and none before the transaction that it belongs to has ended.
 * @returns bytes that were freed
 */
export async function applyRetention(log: PartitionLog, settings: TopicSettings, nowMs: number): Promise<number> {
  if (!settings.delete) return 0
  const due = Math.max(
    await expiredBefore(log, settings.retentionMs, nowMs),
    await excessBefore(log, settings.retentionBytes),
  )
  const before = Math.min(due, log.lastStableOffset)
  if (before <= log.start) return 0
  const sizeBytes = log.sizeBytes
  await log.trim(before)
  return sizeBytes - log.sizeBytes
}

async function expiredBefore(log: PartitionLog, retentionMs: number, nowMs: number): Promise<number> {
  if (retentionMs < 0) return log.start
  const oldestMs = nowMs - retentionMs
  for (let offset = log.start; offset < log.highWatermark; ) {
    const batches = await log.scan(offset, STEP)
    const kept = batches.find(({ maxTimestamp }) => maxTimestamp < 0 || maxTimestamp >= oldestMs)
    if (kept !== undefined) return kept.baseOffset
    const last = batches.at(-1)
    if (last === undefined) break
    offset = last.lastOffset + 1
  }
  return log.highWatermark
}

async function excessBefore(log: PartitionLog, retentionBytes: number): Promise<number> {
  if (retentionBytes < 0) return log.start
  let sizeBytes = log.sizeBytes
  for (let offset = log.start; offset < log.highWatermark; ) {
    const batches = await log.scan(offset, STEP)
    for (const batch of batches) {
      if (sizeBytes - batch.sizeBytes < retentionBytes) return batch.baseOffset
      sizeBytes -= batch.sizeBytes
      offset = batch.lastOffset + 1
    }
    if (batches.length === 0) break
  }
  return log.highWatermark
}
