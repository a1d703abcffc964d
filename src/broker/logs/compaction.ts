import { setImmediate as nextTurn } from 'node:timers/promises'
import type { StoredBatch } from '../../core/storage-engine.ts'
import { loadCodec } from '../../records/compression.ts'
import { readBatchHeader } from '../../records/header.ts'
import { rebuildBatch } from '../../records/rebuild-batch.ts'
import { openRecords } from '../../records/record-cursor.ts'
import type { BrokerState } from '../broker-state.ts'
import type { TopicSettings } from '../configs/config-values.ts'
import { entryKeys, putEntry, readEntry } from '../entries.ts'
import { type CleanableRange, cleanableEnd } from './cleanable-range.ts'
import type { PartitionLog } from './partition-log.ts'

/** Bytes of batches that are read, and replaced, in one step. */
const STEP_BYTES = 4 * 2 ** 20
/** What a key costs in the map beside its bytes. */
const KEY_OVERHEAD_BYTES = 64

/** What compaction did to a log. */
export interface CompactionResult {
  readonly recordsBefore: number
  readonly recordsAfter: number
  readonly bytesBefore: number
  readonly bytesAfter: number
}

/** How far a log has been compacted: stored, so that a restart goes on from there. */
interface Cleaned {
  readonly before: number
}

/**
 * Keeps the last record of each key, with its offset and timestamp (`LogCleaner`, `Cleaner`). Batches keep their offsets, producers and
 * sequences; a tombstone stays until its delete horizon (KIP-534).
 * @param options.force compact whatever may be compacted, also when too little of it is dirty
 */
export function compactLog(
  state: BrokerState,
  log: PartitionLog,
  settings: TopicSettings,
  options: { readonly force: boolean },
): Promise<CompactionResult> {
  return log.maintain(async () => {
    const bytesBefore = log.sizeBytes
    const cleaned = (await readEntry<Cleaned>(state.storage, entryKeys.cleaned(log.id)))?.before ?? 0
    const firstDirty = Math.max(cleaned, log.start)
    const range = await cleanableEnd(log, settings, firstDirty, state.clock.now(), options.force)
    if (!options.force && !isDue(settings, range, state.clock.now())) return untouched(bytesBefore)
    if (range.end <= log.start) return untouched(bytesBefore)
    const { latest, end } = await latestOffsets(state, log, firstDirty, range.end)
    const counts = await rewrite(state, log, settings, latest, end)
    return { ...counts, bytesBefore, bytesAfter: log.sizeBytes }
  })
}

function untouched(bytes: number): CompactionResult {
  return { recordsBefore: 0, recordsAfter: 0, bytesBefore: bytes, bytesAfter: bytes }
}

function isDue(settings: TopicSettings, range: CleanableRange, nowMs: number): boolean {
  if (range.dirtyBytes === 0) return false
  if (nowMs - range.oldestDirtyMs > settings.maxCompactionLagMs) return true
  return range.dirtyBytes / (range.cleanBytes + range.dirtyBytes) >= settings.minCleanableRatio
}

/** Offset of the last record of each key from `from` on, as far as the memory for keys reaches. */
async function latestOffsets(
  state: BrokerState,
  log: PartitionLog,
  from: number,
  to: number,
): Promise<{ latest: Map<string, number>; end: number }> {
  const maxBytes = state.configs.number('log.cleaner.dedupe.buffer.size')
  const latest = new Map<string, number>()
  let usedBytes = 0
  let offset = from
  while (offset < to && usedBytes < maxBytes) {
    for (const batch of await readBelow(log, offset, to)) {
      const cursor = (await openRecords([asBuffer(batch.bytes)])).cursor()
      while (cursor.next()) {
        if (cursor.keyStart < 0) continue
        const key = cursor.bytes.toString('latin1', cursor.keyStart, cursor.keyEnd)
        if (!latest.has(key)) usedBytes += key.length + KEY_OVERHEAD_BYTES
        latest.set(key, cursor.offset)
      }
      offset = batch.lastOffset + 1
    }
    await nextTurn()
  }
  return { latest, end: Math.min(offset, to) }
}

async function rewrite(
  state: BrokerState,
  log: PartitionLog,
  settings: TopicSettings,
  latest: ReadonlyMap<string, number>,
  end: number,
): Promise<{ recordsBefore: number; recordsAfter: number }> {
  let recordsBefore = 0
  let recordsAfter = 0
  // A batch that spans the log's start stays as it is: what is below the start is not read any more.
  for (let offset = log.start; offset < end; ) {
    const batches = await readBelow(log, offset, end)
    const last = batches.at(-1)
    if (last === undefined) break
    const from = batches[0]!.baseOffset
    const to = last.lastOffset + 1
    const kept: StoredBatch[] = []
    let changed = false
    for (const batch of batches) {
      const bytes = asBuffer(batch.bytes)
      const rebuilt = await rebuildOne(bytes, settings, latest, state.clock.now())
      const before = readBatchHeader(bytes)
      const after = readBatchHeader(rebuilt)
      recordsBefore += before.recordCount
      recordsAfter += after.recordCount
      changed ||= rebuilt !== bytes
      if (after.recordCount > 0) kept.push({ ...batch, maxTimestamp: after.maxTimestamp, bytes: rebuilt })
      else changed = true
    }
    const done = putEntry(entryKeys.cleaned(log.id), { before: to } satisfies Cleaned)
    if (changed) await log.replace(from, to, kept, [done])
    else if (to >= end) await state.storage.commit([done])
    offset = to
    await nextTurn()
  }
  return { recordsBefore, recordsAfter }
}

async function rebuildOne(
  bytes: Buffer,
  settings: TopicSettings,
  latest: ReadonlyMap<string, number>,
  nowMs: number,
): Promise<Buffer> {
  const header = readBatchHeader(bytes)
  if (header.control || header.compression === undefined) return bytes
  const horizonPassed = header.hasDeleteHorizon && nowMs >= header.baseTimestamp
  let keepsTombstone = false
  const codec = await loadCodec(header.compression)
  const rebuilt = await rebuildBatch(bytes, codec, {
    decide: ({ offset, key, value }) => {
      // A record without a key is from before the topic was compacted: nothing can supersede it, and Kafka drops it (`Cleaner`).
      if (key === null) return 'drop'
      const superseded = (latest.get(key.toString('latin1')) ?? -1) > offset
      if (superseded || (value === null && horizonPassed)) return 'drop'
      if (value === null) keepsTombstone = true
      return 'keep'
    },
  })
  if (!keepsTombstone || header.hasDeleteHorizon || settings.deleteRetentionMs < 0) return rebuilt
  return rebuildBatch(rebuilt, codec, { decide: () => 'keep', deleteHorizonMs: nowMs + settings.deleteRetentionMs })
}

/** Some batches that lie wholly below `to`. */
async function readBelow(log: PartitionLog, offset: number, to: number): Promise<StoredBatch[]> {
  return (await log.read(offset, STEP_BYTES)).filter(({ lastOffset }) => lastOffset < to)
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
