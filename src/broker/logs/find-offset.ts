import { openRecords, type Records } from '../../records/record-cursor.ts'
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
  if (batch.baseOffset >= log.start) {
    const found = await firstRecord(log, batch.baseOffset, ({ timestamp }) => timestamp === batch.maxTimestamp)
    if (found !== undefined) return found
  }
  return climb(log)
}

/**
 * The same when the batch with the largest timestamp does not help: the record is below the start of the log, or the header promises more
 * than the batch holds.
 */
async function climb(log: PartitionLog): Promise<FoundOffset | undefined> {
  let best: FoundOffset | undefined
  for (let from = log.start; from < log.highWatermark; ) {
    const batch = await log.findByTimestamp(best === undefined ? -1 : best.timestamp + 1, from)
    if (batch === undefined || batch.baseOffset >= log.highWatermark) break
    for (const record of await recordsIn(log, Math.max(batch.baseOffset, log.start))) {
      if (best === undefined || record.timestamp > best.timestamp) best = record
    }
    from = batch.lastOffset + 1
  }
  return best
}

/** The first record that satisfies `test` in the batch that holds `offset`. */
async function firstRecord(
  log: PartitionLog,
  offset: number,
  test: (record: FoundOffset) => boolean,
): Promise<FoundOffset | undefined> {
  for (const record of await recordsIn(log, offset)) if (test(record)) return record
  return undefined
}

/** The records of the batch that holds `offset`, from there on. */
async function recordsIn(log: PartitionLog, offset: number): Promise<Iterable<FoundOffset>> {
  const [batch] = await log.read(offset, 1)
  if (batch === undefined) return []
  const bytes = Buffer.from(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.length)
  return walk(await openRecords([bytes], { fromOffset: offset }))
}

function* walk(records: Records): Generator<FoundOffset> {
  const cursor = records.cursor()
  while (cursor.next()) yield { offset: cursor.offset, timestamp: cursor.timestamp }
}
