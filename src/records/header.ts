import { crc32c } from '../core/crc32c.ts'
import { RafkaError } from '../core/errors.ts'
import type { CompressionName, TimestampType } from '../core/message.ts'

/**
 * The header of a record batch v2 (`DefaultRecordBatch`), big-endian.
 *
 * | at | size | field |
 * |---|---|---|
 * | 0 | 8 | base offset |
 * | 8 | 4 | length of what follows |
 * | 12 | 4 | partition leader epoch |
 * | 16 | 1 | magic, 2 |
 * | 17 | 4 | CRC-32C of all from 21 on |
 * | 21 | 2 | attributes: codec (0-2), timestamp type (3), transactional (4), control (5), delete horizon (6) |
 * | 23 | 4 | last offset delta |
 * | 27 | 8 | base timestamp, or the delete horizon |
 * | 35 | 8 | max timestamp |
 * | 43 | 8 | producer id |
 * | 51 | 2 | producer epoch |
 * | 53 | 4 | base sequence |
 * | 57 | 4 | record count |
 */
export const batchOverheadBytes = 61

/** Bytes before what `length` counts. */
export const lengthPrefixBytes = 12

/** Bytes up to and with the magic byte: they stand in the same place in every format. */
export const bytesToMagic = 17

const CODECS: readonly CompressionName[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
const CODEC_BITS = 0x07
const APPEND_TIME_BIT = 0x08
const TRANSACTIONAL_BIT = 0x10
const CONTROL_BIT = 0x20
const DELETE_HORIZON_BIT = 0x40

/** The fields of a batch's header. */
export interface BatchHeader {
  readonly baseOffset: number
  /** Whole batch, with the 12 bytes before what its length counts. */
  readonly sizeBytes: number
  readonly partitionLeaderEpoch: number
  readonly magic: number
  readonly crc: number
  readonly attributes: number
  /** undefined: a codec that does not exist. */
  readonly compression: CompressionName | undefined
  readonly timestampType: TimestampType
  readonly transactional: boolean
  readonly control: boolean
  /** Base timestamp is the time from which tombstones may go (KIP-534). */
  readonly hasDeleteHorizon: boolean
  readonly lastOffsetDelta: number
  readonly lastOffset: number
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly recordCount: number
}

/**
 * Reads the header of the batch at `at`.
 * @throws RafkaError `INVALID_RECORD` when an int64 is beyond 2^53, `CORRUPT_MESSAGE` when there are not 61 bytes
 */
export function readBatchHeader(bytes: Buffer, at = 0): BatchHeader {
  if (bytes.length - at < batchOverheadBytes) throw tooShort(bytes.length - at)
  const attributes = bytes.readInt16BE(at + 21)
  const baseOffset = readInt64(bytes, at)
  const lastOffsetDelta = bytes.readInt32BE(at + 23)
  return {
    baseOffset,
    sizeBytes: lengthPrefixBytes + bytes.readInt32BE(at + 8),
    partitionLeaderEpoch: bytes.readInt32BE(at + 12),
    magic: bytes.readInt8(at + 16),
    crc: bytes.readUInt32BE(at + 17),
    attributes,
    compression: CODECS[attributes & CODEC_BITS],
    timestampType: attributes & APPEND_TIME_BIT ? 'append' : 'create',
    transactional: (attributes & TRANSACTIONAL_BIT) !== 0,
    control: (attributes & CONTROL_BIT) !== 0,
    hasDeleteHorizon: (attributes & DELETE_HORIZON_BIT) !== 0,
    lastOffsetDelta,
    lastOffset: baseOffset + lastOffsetDelta,
    baseTimestamp: readInt64(bytes, at + 27),
    maxTimestamp: readInt64(bytes, at + 35),
    producerId: readInt64(bytes, at + 43),
    producerEpoch: bytes.readInt16BE(at + 51),
    baseSequence: bytes.readInt32BE(at + 53),
    recordCount: bytes.readInt32BE(at + 57),
  }
}

/** Kafka's number of a codec, as the attributes carry it. */
export function codecNumber(name: CompressionName): number {
  return CODECS.indexOf(name)
}

/** The codec that a batch with its 61 bytes names; undefined: one that does not exist. */
export function compressionOf(batch: Buffer): CompressionName | undefined {
  return CODECS[batch[22]! & CODEC_BITS]
}

/** Whether the attributes of what may be a batch say that it belongs to a transaction; false when it is too short to tell. */
export function isTransactional(batch: Buffer): boolean {
  return batch.length >= batchOverheadBytes && (batch[22]! & TRANSACTIONAL_BIT) !== 0
}

/**
 * Whole batches that stand one behind the other; a part of one at the end is left out.
 * @throws RafkaError `UNSUPPORTED_FOR_MESSAGE_FORMAT` for a batch of before Kafka 0.11, `CORRUPT_MESSAGE` for what cannot be a batch
 */
export function splitBatches(bytes: Buffer): Buffer[] {
  const batches: Buffer[] = []
  for (let at = 0; at + bytesToMagic <= bytes.length; ) {
    const end = at + lengthPrefixBytes + bytes.readInt32BE(at + 8)
    assertFormat(bytes.readInt8(at + 16))
    if (end < at + batchOverheadBytes) throw tooShort(end - at)
    if (end > bytes.length) break
    batches.push(bytes.subarray(at, end))
    at = end
  }
  return batches
}

/**
 * Makes sure that these bytes are one batch of format 2, from its first byte to its last.
 * @throws RafkaError `UNSUPPORTED_FOR_MESSAGE_FORMAT`, `CORRUPT_MESSAGE`
 */
export function assertWholeBatch(batch: Buffer): void {
  if (batch.length < batchOverheadBytes) throw tooShort(batch.length)
  assertFormat(batch.readInt8(16))
  const sizeBytes = lengthPrefixBytes + batch.readInt32BE(8)
  if (sizeBytes === batch.length) return
  throw new RafkaError('CORRUPT_MESSAGE', `a record batch says that it has ${sizeBytes} bytes; it has ${batch.length}`)
}

/** True when the CRC of a whole batch is right. */
export function hasValidCrc(batch: Buffer): boolean {
  return crc32c(batch.subarray(21)) === batch.readUInt32BE(17)
}

/** Gives a batch its place in a log. Outside of the CRC. */
export function stampBatch(batch: Buffer, baseOffset: number, leaderEpoch: number): void {
  writeInt64(batch, baseOffset, 0)
  batch.writeInt32BE(leaderEpoch, 12)
}

/** Makes the broker's time that of all records of a batch (`LogAppendTime`), and its CRC right again. */
export function setLogAppendTime(batch: Buffer, timestampMs: number): void {
  batch.writeInt16BE(batch.readInt16BE(21) | APPEND_TIME_BIT, 21)
  writeInt64(batch, timestampMs, 35)
  writeCrc(batch)
}

/** Corrects the largest timestamp of a batch, and its CRC. @throws RafkaError `INVALID_TIMESTAMP` beyond 2^53 */
export function setMaxTimestamp(batch: Buffer, timestampMs: number): void {
  if (!Number.isSafeInteger(timestampMs)) {
    throw new RafkaError('INVALID_TIMESTAMP', `the batch has a record at ${timestampMs} ms, which is beyond 2^53`)
  }
  writeInt64(batch, timestampMs, 35)
  writeCrc(batch)
}

/** Takes back the claim that the broker set the time, and makes the CRC right again. */
export function clearLogAppendTime(batch: Buffer): void {
  batch.writeInt16BE(batch.readInt16BE(21) & ~APPEND_TIME_BIT, 21)
  writeCrc(batch)
}

/** Makes the CRC of a batch right. */
export function writeCrc(batch: Buffer): void {
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17)
}

function assertFormat(magic: number): void {
  if (magic === 2) return
  if (magic === 0 || magic === 1) {
    const message = `records are in format ${magic}, of before Kafka 0.11; only format 2 can be read`
    throw new RafkaError('UNSUPPORTED_FOR_MESSAGE_FORMAT', message)
  }
  throw new RafkaError('CORRUPT_MESSAGE', `there is no record format ${magic}`)
}

function tooShort(sizeBytes: number): RafkaError {
  return new RafkaError('CORRUPT_MESSAGE', `a record batch of ${sizeBytes} bytes is shorter than its header`)
}

/** Reads a signed 64-bit number. @throws RafkaError `INVALID_RECORD` beyond 2^53 */
export function readInt64(bytes: Buffer, at: number): number {
  const value = bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4)
  if (!Number.isSafeInteger(value)) {
    throw new RafkaError('INVALID_RECORD', `a batch has the number ${bytes.readBigInt64BE(at)}, which is beyond 2^53`)
  }
  return value
}

/** Writes a signed 64-bit number within 2^53. */
export function writeInt64(bytes: Buffer, value: number, at: number): void {
  bytes.writeInt32BE(Math.floor(value / 2 ** 32), at)
  bytes.writeUInt32BE(value >>> 0, at + 4)
}
