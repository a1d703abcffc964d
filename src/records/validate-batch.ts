import { RafkaError } from '../core/errors.ts'
import {
  type BatchHeader,
  batchOverheadBytes,
  bytesToMagic,
  compressionOf,
  hasValidCrc,
  lengthPrefixBytes,
  readBatchHeader,
} from './header.ts'

/** What the header of a produced batch is held against. */
export interface BatchRules {
  /** `max.message.bytes` of the topic. */
  readonly maxMessageBytes: number
  /** False below Produce version 7, which knows no zstd (KIP-110). */
  readonly allowZstd: boolean
  /** The CRC is known to be right (`trusted-batches.ts`). Default false. */
  readonly isTrusted?: boolean
}

/** Least that `length` can be: up to the magic byte, in every version of the format (`LegacyRecord.RECORD_OVERHEAD_V0`). */
const MIN_LENGTH = 14
/** Attributes that a producer may set: codec, timestamp type, transactional, and control, which has an error of its own. */
const KNOWN_ATTRIBUTES = 0x3f

/**
 * Checks what can be told from the header and the CRC of the records of one partition of a Produce request, in Kafka's order
 * (`ProduceRequest.validateRecords`, `UnifiedLog.analyzeAndValidateRecords`, `LogValidator.validateBatch`). Costs 61 bytes and one pass
 * of the CRC. What only the records tell is for `validateRecords`; without it the header's largest timestamp is taken at its word.
 * @returns the header of the one batch; bytes behind it that are no whole batch are to be trimmed to its `sizeBytes`
 * @throws RafkaError with the error of the first check that fails
 */
export function validateProducedBatch(records: Buffer, rules: BatchRules): BatchHeader {
  const sizeBytes = assertOneBatch(records)
  if (sizeBytes >= batchOverheadBytes && compressionOf(records) === 'zstd' && !rules.allowZstd) {
    throw new RafkaError('UNSUPPORTED_COMPRESSION_TYPE', 'Produce below version 7 knows no zstd')
  }
  const baseOffset = records.readBigInt64BE(0)
  if (baseOffset !== 0n) {
    throw invalid(`the batch has base offset ${baseOffset}; the broker gives offsets, so it must be 0`)
  }
  if (sizeBytes > rules.maxMessageBytes) {
    throw new RafkaError(
      'MESSAGE_TOO_LARGE',
      `the batch has ${sizeBytes} bytes; max.message.bytes is ${rules.maxMessageBytes}`,
    )
  }
  if (sizeBytes < batchOverheadBytes) {
    throw new RafkaError('CORRUPT_MESSAGE', `a record batch of ${sizeBytes} bytes is shorter than its header`)
  }
  if (rules.isTrusted !== true && !hasValidCrc(records.subarray(0, sizeBytes))) {
    throw new RafkaError('CORRUPT_MESSAGE', 'the batch is damaged: its CRC is wrong')
  }
  const header = readBatchHeader(records)
  assertHeader(header)
  return header
}

/** @returns its size in bytes */
function assertOneBatch(records: Buffer): number {
  const first = wholeBatch(records, 0)
  if (first === undefined) throw invalid('the request has no complete record batch')
  if (first.magic !== 2) throw invalid(`record format ${first.magic} is not taken any more; format 2 is`)
  if (wholeBatch(records, first.sizeBytes) !== undefined) {
    throw invalid('a partition takes exactly one batch a request')
  }
  return first.sizeBytes
}

/**
 * The batch at `at`; undefined when it is cut, which counts as none (`ByteBufferLogInputStream.nextBatch`).
 * @throws RafkaError `CORRUPT_MESSAGE` when what stands there cannot be one
 */
function wholeBatch(records: Buffer, at: number): { sizeBytes: number; magic: number } | undefined {
  if (records.length - at < lengthPrefixBytes) return undefined
  const length = records.readInt32BE(at + 8)
  if (length < MIN_LENGTH) throw new RafkaError('CORRUPT_MESSAGE', `a record batch of length ${length} cannot be`)
  if (records.length - at < bytesToMagic) return undefined
  const magic = records.readInt8(at + 16)
  if (magic < 0 || magic > 2) throw new RafkaError('CORRUPT_MESSAGE', `there is no record format ${magic}`)
  const sizeBytes = lengthPrefixBytes + length
  return sizeBytes > records.length - at ? undefined : { sizeBytes, magic }
}

function assertHeader(header: BatchHeader): void {
  const { lastOffsetDelta, recordCount, attributes } = header
  if (lastOffsetDelta < 0 || recordCount <= 0 || lastOffsetDelta + 1 !== recordCount) {
    throw invalid(`the batch has ${recordCount} records and last offset delta ${lastOffsetDelta}`)
  }
  if (header.control) throw invalid('the batch is a control batch, which only the broker writes')
  if (header.producerId >= 0 && header.baseSequence < 0) {
    throw invalid(`producer ${header.producerId} sent a batch without a sequence`)
  }
  // Kafka does not look at these; none of them can be kept or served.
  if (header.producerId < -1) throw invalid(`there is no producer ${header.producerId}`)
  if (header.compression === undefined) throw invalid(`there is no codec ${attributes & 7}`)
  if ((attributes & ~KNOWN_ATTRIBUTES) !== 0) {
    throw invalid(`the batch has attributes 0x${(attributes & 0xffff).toString(16)}, which a producer may not set`)
  }
}

function invalid(message: string): RafkaError {
  return new RafkaError('INVALID_RECORD', message)
}
