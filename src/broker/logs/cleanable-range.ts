import type { BatchInfo } from '../../core/storage-engine.ts'
import type { TopicSettings } from '../configs/config-values.ts'
import type { PartitionLog } from './partition-log.ts'

/** Batches looked at in one step. */
const STEP = 1000

/** What of a log may be compacted: from its start to `end`. */
export interface CleanableRange {
  /** Offset after the last record that may be compacted. */
  readonly end: number
  /** Bytes below the first dirty offset, and from there to `end`. */
  readonly cleanBytes: number
  readonly dirtyBytes: number
  /** Timestamp of the oldest dirty batch in ms; infinity when there is none. */
  readonly oldestDirtyMs: number
}

/**
 * How far compaction may go (`LogCleanerManager.cleanableOffsets`): not into the active segment, not to what is younger than
 * `min.compaction.lag.ms`, and never to the last batch, so that a reader's position reaches the end of the log.
 *
 * There are no segments here: a batch has left the active one when `segment.bytes` follow it or when it is older than `segment.ms`.
 * @param force leave the active segment out of account
 */
export async function cleanableEnd(
  log: PartitionLog,
  settings: TopicSettings,
  firstDirty: number,
  nowMs: number,
  force: boolean,
): Promise<CleanableRange> {
  let end = log.start
  let behindBytes = log.sizeBytes
  let cleanBytes = 0
  let dirtyBytes = 0
  let oldestDirtyMs = Number.POSITIVE_INFINITY
  for await (const batch of batchesOf(log)) {
    behindBytes -= batch.sizeBytes
    const isActive = behindBytes < settings.segmentBytes && nowMs - batch.maxTimestamp < settings.segmentMs
    const isYoung = nowMs - batch.maxTimestamp < settings.minCompactionLagMs
    const isLast = batch.lastOffset + 1 >= log.lastStableOffset
    if ((isActive && !force) || isYoung || isLast) break
    end = batch.lastOffset + 1
    if (batch.lastOffset < firstDirty) {
      cleanBytes += batch.sizeBytes
    } else {
      dirtyBytes += batch.sizeBytes
      oldestDirtyMs = Math.min(oldestDirtyMs, batch.maxTimestamp)
    }
  }
  return { end, cleanBytes, dirtyBytes, oldestDirtyMs }
}

async function* batchesOf(log: PartitionLog): AsyncGenerator<BatchInfo> {
  for (let offset = log.start; offset < log.highWatermark; ) {
    const batches = await log.scan(offset, STEP)
    yield* batches
    const last = batches.at(-1)
    if (last === undefined) return
    offset = last.lastOffset + 1
  }
}
