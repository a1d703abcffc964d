import { RafkaError } from '../../core/errors.ts'
import type { CompressionName } from '../../core/message.ts'
import { type Codec, loadCodec } from '../../records/compression.ts'
import {
  type BatchHeader,
  batchOverheadBytes,
  clearLogAppendTime,
  readBatchHeader,
  setLogAppendTime,
  setMaxTimestamp,
} from '../../records/header.ts'
import { recompressBatch } from '../../records/rebuild-batch.ts'
import { validateProducedBatch } from '../../records/validate-batch.ts'
import { validateRecords, type WalkedRecords } from '../../records/validate-records.ts'
import type { BrokerState } from '../broker-state.ts'
import type { TopicSettings } from '../configs/config-values.ts'
import { runAppendHooks } from '../hooks/append-records.ts'
import type { Topic } from '../topics/topic.ts'
import type { ValidBatch } from './partition-log.ts'

/** First version of Produce that knows zstd (KIP-110). */
const FIRST_VERSION_WITH_ZSTD = 7
/** What a compressed batch may inflate to, as a multiple of `max.message.bytes`: more is a bomb. */
const MAX_INFLATION = 100
const MIN_INFLATED_BYTES = 64 * 2 ** 20

/**
 * The bytes that a partition was sent, in one piece.
 * @throws RafkaError `INVALID_RECORD` when there are none
 */
export function producedBatch(records: readonly Buffer[] | null): Buffer {
  const only = records?.[0]
  if (records === null || only === undefined) throw new RafkaError('INVALID_RECORD', 'the request has no record batch')
  return records.length === 1 ? only : Buffer.concat(records)
}

/** Whether a batch must be awaited before it can be appended: its codec loaded, it packed anew, hooks asked. */
export function needsPreparation(state: BrokerState, topic: Topic, records: readonly Buffer[] | null): boolean {
  const first = records?.[0]
  if (first === undefined || first.length < batchOverheadBytes) return false
  if (state.hooks.wanting('onAppend', topic.name).length > 0) return true
  const isCompressed = (first[22]! & 7) !== 0
  return isCompressed ? needsInflating(topic.settings, first) : targetCodec(topic.settings, 'none') !== 'none'
}

/**
 * Validates a batch that needs nothing awaited, and sets the broker's time where the topic wants it.
 * @throws RafkaError with the error of the first check that fails (kafka: `LogValidator`)
 */
export function acceptBatch(state: BrokerState, topic: Topic, batch: Buffer, version: number): ValidBatch {
  const header = validateHeader(topic, batch, version)
  return stampTime(state, topic, batch, header.compression === 'none' ? validatePlain(topic, batch, header) : header)
}

/** The same for a batch that needs a codec or hooks. */
export async function prepareBatch(
  state: BrokerState,
  topic: Topic,
  partition: number,
  batch: Buffer,
  version: number,
): Promise<ValidBatch> {
  const header = validateHeader(topic, batch, version)
  const codec = await loadCodec(header.compression!)
  const maxBytes = Math.max(topic.settings.maxMessageBytes * MAX_INFLATION, MIN_INFLATED_BYTES)
  const plain = codec.inflate(batch.subarray(batchOverheadBytes), maxBytes)
  walkRecords(topic, plain, header)
  const hooked = await runAppendHooks(state, topic.name, partition, batch, codec)
  const final = await recompress(topic, hooked, codec, maxBytes)
  return stampTime(state, topic, final, final === batch ? header : readBatchHeader(final))
}

function validateHeader(topic: Topic, batch: Buffer, version: number): BatchHeader {
  const header = validateProducedBatch(batch, {
    maxMessageBytes: topic.settings.maxMessageBytes,
    allowZstd: version >= FIRST_VERSION_WITH_ZSTD,
  })
  if (header.transactional) {
    throw new RafkaError('INVALID_TXN_STATE', 'the batch belongs to a transaction; there are no transactions yet')
  }
  return header
}

/** Walks the records; a largest timestamp that the header has wrong is put right, as Kafka does. */
function validatePlain(topic: Topic, batch: Buffer, header: BatchHeader): BatchHeader {
  const { maxTimestampDelta } = walkRecords(topic, batch.subarray(batchOverheadBytes, header.sizeBytes), header)
  const maxTimestamp = header.baseTimestamp + maxTimestampDelta
  if (header.timestampType === 'append' || maxTimestamp === header.maxTimestamp) return header
  setMaxTimestamp(batch.subarray(0, header.sizeBytes), maxTimestamp)
  return { ...header, maxTimestamp }
}

function walkRecords(topic: Topic, payload: Buffer, { recordCount }: BatchHeader): WalkedRecords {
  const walked = validateRecords(payload, recordCount, { keyRequired: topic.settings.compact })
  if (!walked.dense) throw new RafkaError('INVALID_RECORD', 'the offset deltas of the batch are not 0, 1, 2 …')
  return walked
}

/** The time window of KIP-937, and whose time counts (`LogValidator.validateTimestamp`). */
function stampTime(state: BrokerState, topic: Topic, batch: Buffer, header: BatchHeader): ValidBatch {
  const { logAppendTime, timestampAfterMaxMs, timestampBeforeMaxMs } = topic.settings
  const nowMs = state.clock.now()
  // Trailing bytes that are no batch are trimmed, not stored.
  const bytes = batch.length === header.sizeBytes ? batch : batch.subarray(0, header.sizeBytes)
  if (logAppendTime) {
    if (header.timestampType === 'append') {
      throw new RafkaError(
        'INVALID_TIMESTAMP',
        'the batch says that the broker set its time; only the broker may say so',
      )
    }
    setLogAppendTime(bytes, nowMs)
    return { bytes, header: { ...header, maxTimestamp: nowMs, timestampType: 'append' }, logAppendTimeMs: nowMs }
  }
  if (header.timestampType === 'append') clearLogAppendTime(bytes)
  const isAhead = header.maxTimestamp - nowMs > timestampAfterMaxMs
  const isBehind = header.baseTimestamp >= 0 && nowMs - header.baseTimestamp > timestampBeforeMaxMs
  if (isAhead || isBehind) {
    throw new RafkaError(
      'INVALID_TIMESTAMP',
      `the batch has timestamps from ${header.baseTimestamp} to ${header.maxTimestamp}; it is ${nowMs}, and at most ${timestampAfterMaxMs} ms ahead and ${timestampBeforeMaxMs} ms behind are allowed`,
    )
  }
  return { bytes, header, logAppendTimeMs: -1 }
}

function needsInflating(settings: TopicSettings, batch: Buffer): boolean {
  const { compression } = readBatchHeader(batch)
  if (compression === undefined) return false
  return settings.compact || targetCodec(settings, compression) !== compression
}

function targetCodec({ compressionType }: TopicSettings, sent: CompressionName): CompressionName {
  if (compressionType === 'producer') return sent
  return compressionType === 'uncompressed' ? 'none' : (compressionType as CompressionName)
}

async function recompress(topic: Topic, batch: Buffer, codec: Codec, maxBytes: number): Promise<Buffer> {
  const header = readBatchHeader(batch)
  const target = targetCodec(topic.settings, header.compression!)
  if (target === header.compression || header.recordCount === 0) return batch
  const rebuilt = recompressBatch(batch, codec, await loadCodec(target), maxBytes)
  if (rebuilt.length > topic.settings.maxMessageBytes) {
    throw new RafkaError(
      'MESSAGE_TOO_LARGE',
      `the batch has ${rebuilt.length} bytes as ${target}; max.message.bytes is ${topic.settings.maxMessageBytes}`,
    )
  }
  return rebuilt
}
