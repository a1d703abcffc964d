import { setImmediate as nextTurn } from 'node:timers/promises'
import { RafkaError } from '../../core/errors.ts'
import type { StoredBatch } from '../../core/storage-engine.ts'
import { type Codec, loadCodec } from '../../records/compression.ts'
import { type BatchHeader, readBatchHeader } from '../../records/header.ts'
import { rebuildBatch } from '../../records/rebuild-batch.ts'
import { openRecords } from '../../records/record-cursor.ts'
import type { BrokerState } from '../broker-state.ts'
import type { TopicSettings } from '../configs/config-values.ts'
import { entryKeys, putEntry, readEntry } from '../entries.ts'
import { type CleanableRange, cleanableEnd } from './cleanable-range.ts'
import { inflateBound } from './inflate-bound.ts'
import type { PartitionLog } from './partition-log.ts'
import { isAborted, TransactionCleaning } from './transaction-cleaning.ts'

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
 * sequences; a tombstone stays until its delete horizon (KIP-534). Records of aborted transactions go.
 * @param options.force compact whatever may be compacted, also when too little of it is dirty
 * @param options.dryRun only tell what would become of it
 */
export function compactLog(
  state: BrokerState,
  log: PartitionLog,
  settings: TopicSettings,
  options: { readonly force: boolean; readonly dryRun?: boolean | undefined },
): Promise<CompactionResult> {
  return log.maintain(async () => {
    const bytesBefore = log.sizeBytes
    const cleaned = (await readEntry<Cleaned>(state.storage, entryKeys.cleaned(log.id)))?.before ?? 0
    const firstDirty = Math.max(cleaned, log.start)
    const range = await cleanableEnd(log, settings, firstDirty, state.clock.now(), options.force)
    if (!options.force && !isDue(settings, range, state.clock.now())) return untouched(bytesBefore)
    if (range.end <= log.start) return untouched(bytesBefore)
    const dryRun = options.dryRun === true
    const pass: Pass = { state, log, settings, firstDirty, dryRun }
    const { latest, end } = await latestOffsets(pass, range.end)
    const { freedBytes, ...records } = await rewrite(pass, latest, end)
    return { ...records, bytesBefore, bytesAfter: dryRun ? bytesBefore - freedBytes : log.sizeBytes }
  })
}

/** What one compaction works on. */
interface Pass {
  readonly state: BrokerState
  readonly log: PartitionLog
  readonly settings: TopicSettings
  /** Offset from which on nothing was compacted yet. */
  readonly firstDirty: number
  /** Nothing is changed. */
  readonly dryRun: boolean
}

function untouched(bytes: number): CompactionResult {
  return { recordsBefore: 0, recordsAfter: 0, bytesBefore: bytes, bytesAfter: bytes }
}

function isDue(settings: TopicSettings, range: CleanableRange, nowMs: number): boolean {
  if (range.dirtyBytes === 0) return false
  if (nowMs - range.oldestDirtyMs > settings.maxCompactionLagMs) return true
  return range.dirtyBytes / (range.cleanBytes + range.dirtyBytes) >= settings.minCleanableRatio
}

/** Offset of the last record of each key from the first dirty offset on, as far as the memory for keys reaches. */
async function latestOffsets(pass: Pass, to: number): Promise<{ latest: Map<string, number>; end: number }> {
  const maxBytes = pass.state.configs.number('log.cleaner.dedupe.buffer.size')
  const latest = new Map<string, number>()
  let usedBytes = 0
  let offset = pass.firstDirty
  while (offset < to && usedBytes < maxBytes) {
    const batches = await readBelow(pass, offset, to)
    const last = batches.at(-1)
    if (last === undefined) break
    for (const batch of batches) {
      for (const [key, found] of await lastOfEachKey(pass, asBuffer(batch.bytes))) {
        if (!latest.has(key)) usedBytes += key.length + KEY_OVERHEAD_BYTES
        latest.set(key, found)
      }
    }
    offset = last.lastOffset + 1
    await nextTurn()
  }
  return { latest, end: offset }
}

async function lastOfEachKey({ state, log, settings }: Pass, batch: Buffer): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  const header = readBatchHeader(batch)
  if (header.control || isAborted(log, header)) return found
  try {
    const cursor = (await openRecords([batch], { maxInflatedBytes: inflateBound(settings) })).cursor()
    while (cursor.next()) {
      if (cursor.keyStart >= 0) found.set(keyOf(cursor.bytes.subarray(cursor.keyStart, cursor.keyEnd)), cursor.offset)
    }
    return found
  } catch (error) {
    if (!(error instanceof RafkaError)) throw error
    // What cannot be read stays as it is, and supersedes nothing.
    state.logger('warn', `compaction of ${log.topic}/${log.partition} leaves a batch as it is: ${error.message}`)
    return new Map()
  }
}

async function rewrite(
  pass: Pass,
  latest: ReadonlyMap<string, number>,
  end: number,
): Promise<{ recordsBefore: number; recordsAfter: number; freedBytes: number }> {
  const { log, firstDirty, dryRun } = pass
  let recordsBefore = 0
  let freedBytes = 0
  let recordsAfter = 0
  const cleaning = new TransactionCleaning()
  // A batch that spans the log's start stays as it is: what is below the start is not read any more.
  for (let offset = log.start; offset < end; ) {
    const old = await readBelow(pass, offset, end)
    const last = old.at(-1)
    if (last === undefined) break
    const batches: StoredBatch[] = []
    const goneMarkers: number[] = []
    for (const batch of old) {
      const bytes = asBuffer(batch.bytes)
      const before = readBatchHeader(bytes)
      const rebuilt = await rebuildOne(pass, cleaning, bytes, latest)
      const after = rebuilt === undefined ? undefined : readBatchHeader(rebuilt)
      recordsBefore += before.recordCount
      recordsAfter += after?.recordCount ?? 0
      freedBytes += bytes.length - (rebuilt?.length ?? 0)
      if (rebuilt === bytes) batches.push(batch)
      else if (after !== undefined) batches.push({ ...batch, maxTimestamp: after.maxTimestamp, bytes: rebuilt! })
      else if (before.control) goneMarkers.push(before.baseOffset)
    }
    const changed = batches.length < old.length || batches.some((batch, index) => batch !== old[index])
    const to = last.lastOffset + 1
    const done = putEntry(entryKeys.cleaned(log.id), { before: Math.max(to, firstDirty) } satisfies Cleaned)
    if (changed && !dryRun) await log.replace({ from: old[0]!.baseOffset, to, old, batches, goneMarkers }, [done])
    else if (to >= end && !dryRun) await log.note([done])
    offset = to
    await nextTurn()
  }
  return { recordsBefore, recordsAfter, freedBytes }
}

/** The batch as it stays; the same buffer when nothing changes, undefined when nothing is left of it. */
async function rebuildOne(
  pass: Pass,
  cleaning: TransactionCleaning,
  batch: Buffer,
  latest: ReadonlyMap<string, number>,
): Promise<Buffer | undefined> {
  const { state, log, settings } = pass
  const header = readBatchHeader(batch)
  if (isAborted(log, header) && !header.control) return undefined
  try {
    const codec = await loadCodec(header.compression ?? 'none')
    if (header.control) {
      const { deleteRetentionMs } = settings
      return await cleaning.marker(batch, header, codec, { nowMs: state.clock.now(), deleteRetentionMs })
    }
    const filtered = header.compression === undefined ? batch : await filter(pass, batch, header, codec, latest)
    if (readBatchHeader(filtered).recordCount === 0) return undefined
    cleaning.kept(header)
    return filtered
  } catch (error) {
    if (!(error instanceof RafkaError)) throw error
    cleaning.kept(header)
    return batch
  }
}

async function filter(
  { state, settings }: Pass,
  batch: Buffer,
  header: BatchHeader,
  codec: Codec,
  latest: ReadonlyMap<string, number>,
): Promise<Buffer> {
  const nowMs = state.clock.now()
  const horizonPassed = header.hasDeleteHorizon && nowMs >= header.baseTimestamp
  const maxInflatedBytes = inflateBound(settings)
  let keepsTombstone = false
  const filtered = await rebuildBatch(batch, codec, {
    maxInflatedBytes,
    decide: ({ offset, key, value }) => {
      // A record without a key is from before the topic was compacted: nothing can supersede it, and Kafka drops it (`Cleaner`).
      if (key === null) return 'drop'
      const superseded = (latest.get(keyOf(key)) ?? -1) > offset
      if (superseded || (value === null && horizonPassed)) return 'drop'
      if (value === null) keepsTombstone = true
      return 'keep'
    },
  })
  if (!keepsTombstone || header.hasDeleteHorizon) return filtered
  const deleteHorizonMs = Math.min(nowMs + settings.deleteRetentionMs, Number.MAX_SAFE_INTEGER)
  return rebuildBatch(filtered, codec, { maxInflatedBytes, decide: () => 'keep', deleteHorizonMs })
}

/**
 * Some batches that lie wholly below `to`; none when the log has gone.
 * @throws RafkaError `CLOSED` when the broker closes
 */
async function readBelow({ state, log }: Pass, offset: number, to: number): Promise<StoredBatch[]> {
  if (state.closing.aborted) throw new RafkaError('CLOSED', 'the broker is shutting down')
  return (await log.read(offset, STEP_BYTES)).filter(({ lastOffset }) => lastOffset < to)
}

/** Keys are told apart by their bytes; as a string of one character each they can be looked up. */
function keyOf(key: Buffer): string {
  return key.toString('latin1')
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
