import type { Change, LogId, StoredBatch } from '../core/storage-engine.ts'
import { refusal } from './refusal.ts'

/** SQLite and Node's buffers hold no more in one piece. */
const MAX_BATCH_BYTES = 2 ** 29

/** What an engine knows of a log without looking at its batches. */
export interface Extent {
  readonly start: number
  readonly end: number
  readonly sizeBytes: number
}

/** A log that nobody has changed yet. */
export const emptyExtent: Extent = { start: 0, end: 0, sizeBytes: 0 }

/** Bytes that a commit brings: for the bounds of a queue. */
export function changeBytes(changes: readonly Change[]): number {
  let bytes = 0
  for (const change of changes) {
    if ('append' in change) bytes += change.batch.bytes.length
    else if ('put' in change) bytes += change.put.length + change.value.length
    else if ('replace' in change) for (const batch of change.batches) bytes += batch.bytes.length
  }
  return bytes
}

/** @throws RafkaError `KAFKA_STORAGE_ERROR` unless `batch` is well-formed and starts at the log's end. */
export function checkAppend(log: LogId, end: number, batch: StoredBatch): void {
  checkLog(log)
  checkBatch(log, batch)
  if (batch.baseOffset !== end) {
    throw refusal(`log ${log} ends at ${end}; a batch that starts at ${batch.baseOffset} cannot be appended to it`)
  }
}

/** @throws RafkaError `KAFKA_STORAGE_ERROR` unless the batches ascend inside `[from, to)` and below the log's end. */
export function checkReplace(log: LogId, end: number, from: number, to: number, batches: readonly StoredBatch[]): void {
  checkLog(log)
  checkOffset(log, from)
  checkOffset(log, to)
  let next = from
  for (const batch of batches) {
    checkBatch(log, batch)
    if (batch.baseOffset < next || batch.lastOffset >= Math.min(to, end)) {
      const where = `${batch.baseOffset}-${batch.lastOffset}`
      throw refusal(
        `log ${log}: batch ${where} is out of order or outside of ${from}-${Math.min(to, end)}, which it replaces`,
      )
    }
    next = batch.lastOffset + 1
  }
}

/** The refusal of a `replace` that would cut a batch in two. */
export function spanRefusal(log: LogId, bound: number, batch: { baseOffset: number; lastOffset: number }): Error {
  return refusal(`log ${log}: batch ${batch.baseOffset}-${batch.lastOffset} spans ${bound}; replace whole batches only`)
}

/** @throws RafkaError `KAFKA_STORAGE_ERROR` unless a log can have this id. */
export function checkLog(log: LogId): void {
  if (!Number.isSafeInteger(log) || log < 1) throw refusal(`a log's id is a positive integer, not ${log}`)
}

/** @throws RafkaError `KAFKA_STORAGE_ERROR` unless this is an offset: 0 to 2^53-1. */
export function checkOffset(log: LogId, offset: number): void {
  if (!Number.isSafeInteger(offset) || offset < 0) throw refusal(`log ${log}: ${offset} is no offset`)
}

function checkBatch(log: LogId, batch: StoredBatch): void {
  checkOffset(log, batch.baseOffset)
  checkOffset(log, batch.lastOffset)
  if (batch.lastOffset < batch.baseOffset || batch.lastOffset === Number.MAX_SAFE_INTEGER) {
    throw refusal(`log ${log}: a batch cannot span offsets ${batch.baseOffset} to ${batch.lastOffset}`)
  }
  if (!Number.isSafeInteger(batch.maxTimestamp)) {
    throw refusal(`log ${log}: ${batch.maxTimestamp} is no timestamp in ms`)
  }
  if (batch.bytes.length > MAX_BATCH_BYTES) {
    throw refusal(`log ${log}: a batch of ${batch.bytes.length} bytes is over the limit of ${MAX_BATCH_BYTES}`)
  }
}
