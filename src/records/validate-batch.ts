import { RafkaError } from '../core/errors.ts'
import { type BatchHeader, batchOverheadBytes, hasValidCrc, lengthPrefixBytes, readBatchHeader } from './header.ts'

/** What the header of a produced batch is held against. */
export interface BatchRules {
  /** `max.message.bytes` of the topic. */
  readonly maxMessageBytes: number
  /** False below Produce version 7, which knows no zstd (KIP-110). */
  readonly allowZstd: boolean
}

/** Least that `length` can be: up to the magic byte, in every version of the format (`LegacyRecord.RECORD_OVERHEAD_V0`). */
const MIN_LENGTH = 14

/**
 * Checks what can be told from the header and the CRC of the records of one partition of a Produce request, in Kafka's order.
 * @returns the header of the one batch
 * @throws RafkaError with the error of the first check that fails
 */
export function validateProducedBatch(records: Buffer, rules: BatchRules): BatchHeader {
  assertOneBatch(records)
  const header = readBatchHeader(records)
  if (header.compression === 'zstd' && !rules.allowZstd) {
    throw new RafkaError('UNSUPPORTED_COMPRESSION_TYPE', 'Produce below version 7 knows no zstd')
  }
  if (header.baseOffset !== 0) {
    throw invalid(`the batch has base offset ${header.baseOffset}; the broker gives offsets, so it must be 0`)
  }
  if (header.sizeBytes > rules.maxMessageBytes) {
    throw new RafkaError(
      'MESSAGE_TOO_LARGE',
      `the batch has ${header.sizeBytes} bytes; max.message.bytes is ${rules.maxMessageBytes}`,
    )
  }
  if (!hasValidCrc(records)) throw new RafkaError('CORRUPT_MESSAGE', 'the batch is damaged: its CRC is wrong')
  assertCounts(header)
  return header
}

function assertOneBatch(records: Buffer): void {
  // Too few bytes for a length count as no batch at all, and trailing ones as none either (`UnifiedLog.trimInvalidBytes`).
  if (records.length < lengthPrefixBytes + 5) throw invalid('the request has no complete record batch')
  const length = records.readInt32BE(8)
  const magic = records.readInt8(16)
  if (length < MIN_LENGTH) throw new RafkaError('CORRUPT_MESSAGE', `a record batch of length ${length} cannot be`)
  if (magic < 0 || magic > 2) throw new RafkaError('CORRUPT_MESSAGE', `there is no record format ${magic}`)
  const sizeBytes = lengthPrefixBytes + length
  if (sizeBytes > records.length) throw invalid('the request has no complete record batch')
  if (magic !== 2) throw invalid(`record format ${magic} is not taken any more; format 2 is`)
  if (records.length >= sizeBytes + lengthPrefixBytes + 5)
    throw invalid('a partition takes exactly one batch a request')
  if (sizeBytes < batchOverheadBytes) {
    throw new RafkaError('CORRUPT_MESSAGE', `a record batch of ${sizeBytes} bytes is shorter than its header`)
  }
}

function assertCounts(header: BatchHeader): void {
  const { lastOffsetDelta, recordCount } = header
  if (lastOffsetDelta < 0 || recordCount <= 0 || lastOffsetDelta + 1 !== recordCount) {
    throw invalid(`the batch has ${recordCount} records and last offset delta ${lastOffsetDelta}`)
  }
  if (header.control) throw invalid('the batch is a control batch, which only the broker writes')
  if (header.producerId >= 0 && header.baseSequence < 0) {
    throw invalid(`producer ${header.producerId} sent a batch without a sequence`)
  }
  if (header.producerId < -1) throw invalid(`there is no producer ${header.producerId}`)
  if (header.compression === undefined) throw invalid(`there is no codec ${header.attributes & 7}`)
}

function invalid(message: string): RafkaError {
  return new RafkaError('INVALID_RECORD', message)
}
