import { openRecords } from '../../records/record-cursor.ts'
import type { PartitionLog } from './partition-log.ts'

/** A record by its offset and timestamp. */
export interface FoundOffset {
  readonly offset: number
  readonly timestamp: number
}

/** The first record of a log at or after `timestamp` (`UnifiedLog.fetchOffsetByTimestamp`). By record, not by batch. */
export async function findByTimestamp(log: PartitionLog, timestamp: number): Promise<FoundOffset | undefined> {
  for (let from = log.start; from < log.highWatermark; ) {
    const batch = await log.findByTimestamp(timestamp, from)
    if (batch === undefined || batch.baseOffset >= log.highWatermark) return undefined
    const found = await firstRecord(
      log,
      Math.max(batch.baseOffset, log.start),
      (record) => record.timestamp >= timestamp,
    )
    if (found !== undefined) return found
    // The header promised a later record than the batch holds: look behind it.
    from = batch.lastOffset + 1
  }
  return undefined
}

/** The record with the largest timestamp, the first of equals (KIP-734). */
export async function findMaxTimestamp(log: PartitionLog): Promise<FoundOffset | undefined> {
  const batch = await log.findMaxTimestamp()
  if (batch === undefined || batch.baseOffset >= log.highWatermark) return undefined
  const from = Math.max(batch.baseOffset, log.start)
  const exact = await firstRecord(log, from, (record) => record.timestamp === batch.maxTimestamp)
  return exact ?? { offset: from, timestamp: batch.maxTimestamp }
}

/** The first record that satisfies `test` in the batch that holds `offset`. */
async function firstRecord(
  log: PartitionLog,
  offset: number,
  test: (record: FoundOffset) => boolean,
): Promise<FoundOffset | undefined> {
  const [batch] = await log.read(offset, 1)
  if (batch === undefined) return undefined
  const bytes = Buffer.from(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.length)
  const records = await openRecords([bytes], { fromOffset: offset })
  const cursor = records.cursor()
  while (cursor.next()) {
    if (test(cursor)) return { offset: cursor.offset, timestamp: cursor.timestamp }
  }
  return undefined
}
