import { RafkaError } from '../../core/errors.ts'
import {
  type BatchHeader,
  clearLogAppendTime,
  readBatchHeader,
  setLogAppendTime,
  setMaxTimestamp,
} from '../../records/header.ts'
import type { TopicSettings } from '../configs/config-values.ts'
import type { ValidBatch } from './log-input.ts'

/** Smallest and largest timestamp of the records of a batch, in ms. */
export interface TimeRange {
  readonly min: number
  readonly max: number
}

/**
 * Holds the timestamps of a batch against the topic's window (KIP-937, `LogValidator.validateTimestamp`). -1, no timestamp, passes.
 * @throws RafkaError `INVALID_TIMESTAMP`
 */
export function assertTimes(
  settings: TopicSettings,
  header: BatchHeader,
  { min, max }: TimeRange,
  nowMs: number,
): void {
  const { logAppendTime, timestampAfterMaxMs, timestampBeforeMaxMs } = settings
  if (logAppendTime) {
    if (header.timestampType === 'create') return
    throw new RafkaError('INVALID_TIMESTAMP', 'the batch says that the broker set its time; only the broker may say so')
  }
  const isAhead = max - nowMs > timestampAfterMaxMs
  const isBehind = min >= 0 && nowMs - min > timestampBeforeMaxMs
  if (isAhead || isBehind || !Number.isSafeInteger(min) || !Number.isSafeInteger(max)) {
    throw new RafkaError(
      'INVALID_TIMESTAMP',
      `the batch has timestamps from ${min} to ${max}; it is ${nowMs}, and at most ${timestampAfterMaxMs} ms ahead and ${timestampBeforeMaxMs} ms behind are allowed`,
    )
  }
}

/**
 * Puts into a batch whose time counts: the broker's, or the records' own. A largest timestamp that the header has wrong is put right, as
 * Kafka does, and so is a claim of the producer that the broker set the time.
 */
export function stampTime(
  settings: TopicSettings,
  batch: Buffer,
  header: BatchHeader,
  { max }: TimeRange,
  nowMs: number,
): ValidBatch {
  if (settings.logAppendTime) {
    setLogAppendTime(batch, nowMs)
    return { bytes: batch, header: readBatchHeader(batch), logAppendTimeMs: nowMs }
  }
  if (header.timestampType === 'create' && header.maxTimestamp === max) {
    return { bytes: batch, header, logAppendTimeMs: -1 }
  }
  if (header.timestampType === 'append') clearLogAppendTime(batch)
  if (header.maxTimestamp !== max) setMaxTimestamp(batch, max)
  return { bytes: batch, header: readBatchHeader(batch), logAppendTimeMs: -1 }
}
