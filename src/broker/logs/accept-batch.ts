import { RafkaError } from '../../core/errors.ts'
import type { CompressionName } from '../../core/message.ts'
import { type Codec, loadCodec } from '../../records/compression.ts'
import { type BatchHeader, batchOverheadBytes, compressionOf, readBatchHeader } from '../../records/header.ts'
import { recompressBatch } from '../../records/rebuild-batch.ts'
import { trustedMinTimestamp } from '../../records/trusted-batches.ts'
import { validateProducedBatch } from '../../records/validate-batch.ts'
import { validateRecords } from '../../records/validate-records.ts'
import type { BrokerState } from '../broker-state.ts'
import type { TopicSettings } from '../configs/config-values.ts'
import { runAppendHooks } from '../hooks/append-records.ts'
import type { Topic } from '../topics/topic.ts'
import { assertTimes, stampTime, type TimeRange } from './batch-time.ts'
import { inflateBound } from './inflate-bound.ts'
import type { ValidBatch } from './log-input.ts'

/** First version of Produce that knows zstd (KIP-110). */
const FIRST_VERSION_WITH_ZSTD = 7

/**
 * The bytes that a partition was sent, in one piece.
 * @throws RafkaError `INVALID_RECORD` when there are none
 */
export function producedBatch(records: readonly Buffer[] | null): Buffer {
  const only = records?.[0]
  if (records === null || only === undefined) throw new RafkaError('INVALID_RECORD', 'the request has no record batch')
  return records.length === 1 ? only : Buffer.concat(records)
}

/** Whether a batch must be awaited before it can be appended: its codec loaded, it packed anew, hooks asked. Never throws. */
export function needsPreparation(state: BrokerState, topic: Topic, records: readonly Buffer[] | null): boolean {
  const first = records?.[0]
  if (first === undefined) return false
  // Its header is in several pieces: preparing puts them together.
  if (first.length < batchOverheadBytes) return records!.length > 1
  if (state.hooks.wanting('onAppend', topic.name).length > 0) return true
  const sent = compressionOf(first)
  if (sent === undefined) return false
  return (sent !== 'none' && topic.settings.compact) || targetCodec(topic.settings, sent) !== sent
}

/**
 * Validates a batch that needs nothing awaited, and sets the broker's time where the topic wants it. The records of a compressed one are
 * not looked at: its header is taken at its word. Nor are those that this process built, where no hook may have changed them.
 * @throws RafkaError with the error of the first check that fails (kafka: `LogValidator`)
 */
export function acceptBatch(state: BrokerState, topic: Topic, records: Buffer, version: number): ValidBatch {
  const trusted = state.hooks.isEmpty ? trustedMinTimestamp(records) : undefined
  const { batch, header } = validateHeader(topic, records, version, trusted !== undefined)
  const times = timesOf(topic, batch, header, trusted)
  assertTimes(topic.settings, header, times, state.clock.now())
  return stampTime(topic.settings, batch, header, times, state.clock.now())
}

/** The same for a batch that needs a codec or hooks. */
export async function prepareBatch(
  state: BrokerState,
  topic: Topic,
  partition: number,
  records: Buffer,
  version: number,
): Promise<ValidBatch> {
  const { batch, header } = validateHeader(topic, records, version, false)
  const codec = await loadCodec(header.compression!)
  const maxBytes = inflateBound(topic.settings)
  let times = walkRecords(topic, codec.inflate(batch.subarray(batchOverheadBytes), maxBytes), header)
  assertTimes(topic.settings, header, times, state.clock.now())
  const hooked = await runAppendHooks(state, topic.name, partition, batch, codec)
  if (hooked !== batch) times = await walkHooked(topic, hooked, maxBytes)
  const final = await recompress(topic, hooked, maxBytes)
  assertSize(topic, final)
  return stampTime(topic.settings, final, final === batch ? header : readBatchHeader(final), times, state.clock.now())
}

/** Trailing bytes that are no batch are trimmed, not stored. */
function validateHeader(
  topic: Topic,
  records: Buffer,
  version: number,
  isTrusted: boolean,
): { batch: Buffer; header: BatchHeader } {
  const header = validateProducedBatch(records, {
    maxMessageBytes: topic.settings.maxMessageBytes,
    allowZstd: version >= FIRST_VERSION_WITH_ZSTD,
    isTrusted,
  })
  const batch = records.length === header.sizeBytes ? records : records.subarray(0, header.sizeBytes)
  assertSegment(topic, batch)
  return { batch, header }
}

function timesOf(topic: Topic, batch: Buffer, header: BatchHeader, trustedMin: number | undefined): TimeRange {
  if (header.compression !== 'none') return { min: header.baseTimestamp, max: header.maxTimestamp }
  if (trustedMin !== undefined && !topic.settings.compact) return { min: trustedMin, max: header.maxTimestamp }
  return walkRecords(topic, batch.subarray(batchOverheadBytes), header)
}

function walkRecords(topic: Topic, payload: Buffer, { recordCount, baseTimestamp }: BatchHeader): TimeRange {
  const walked = validateRecords(payload, recordCount, { keyRequired: topic.settings.compact })
  if (!walked.dense) throw new RafkaError('INVALID_RECORD', 'the offset deltas of the batch are not 0, 1, 2 …')
  return { min: baseTimestamp + walked.minTimestampDelta, max: baseTimestamp + walked.maxTimestampDelta }
}

/** What hooks made of a batch is held against the topic's rules again; records that they dropped leave gaps. */
async function walkHooked(topic: Topic, batch: Buffer, maxBytes: number): Promise<TimeRange> {
  const { recordCount, baseTimestamp, maxTimestamp, compression } = readBatchHeader(batch)
  if (recordCount === 0) return { min: maxTimestamp, max: maxTimestamp }
  const payload = (await loadCodec(compression!)).inflate(batch.subarray(batchOverheadBytes), maxBytes)
  const walked = validateRecords(payload, recordCount, { keyRequired: topic.settings.compact })
  return { min: baseTimestamp + walked.minTimestampDelta, max: baseTimestamp + walked.maxTimestampDelta }
}

function targetCodec({ compressionType }: TopicSettings, sent: CompressionName): CompressionName {
  if (compressionType === 'producer') return sent
  return compressionType === 'uncompressed' ? 'none' : (compressionType as CompressionName)
}

async function recompress(topic: Topic, batch: Buffer, maxBytes: number): Promise<Buffer> {
  const { compression, recordCount } = readBatchHeader(batch)
  const target = targetCodec(topic.settings, compression!)
  if (target === compression || recordCount === 0) return batch
  const [from, to]: Codec[] = await Promise.all([loadCodec(compression!), loadCodec(target)])
  return recompressBatch(batch, from!, to!, maxBytes)
}

/** Hooks and another codec may have made it larger. */
function assertSize(topic: Topic, batch: Buffer): void {
  const { maxMessageBytes } = topic.settings
  if (batch.length > maxMessageBytes) {
    throw new RafkaError(
      'MESSAGE_TOO_LARGE',
      `the batch has ${batch.length} bytes as it is to be stored; max.message.bytes is ${maxMessageBytes}`,
    )
  }
  assertSegment(topic, batch)
}

function assertSegment({ settings: { segmentBytes } }: Topic, batch: Buffer): void {
  if (batch.length <= segmentBytes) return
  throw new RafkaError('RECORD_LIST_TOO_LARGE', `the batch has ${batch.length} bytes; segment.bytes is ${segmentBytes}`)
}
