import { RafkaError } from '../core/errors.ts'
import { BatchBuilder } from './batch-builder.ts'
import { assertWholeBatch, batchOverheadBytes, readBatchHeader, writeCrc } from './header.ts'
import { RecordReader } from './record-reader.ts'

/** How a transaction ended, as it stands in the log (`EndTransactionMarker`). */
export interface TransactionMarker {
  readonly type: 'commit' | 'abort'
  readonly producerId: number
  readonly producerEpoch: number
  readonly coordinatorEpoch: number
}

const CONTROL_BIT = 0x20
/** Versions of key and value that are written; what a later one adds stands behind what is known. */
const VERSION = 0
const ABORT = 0
const COMMIT = 1

/**
 * The batch that ends a transaction in a log: one control record, not compressed, without a sequence. It takes one offset.
 *
 * | key | | value | |
 * |---|---|---|---|
 * | i16 | version | i16 | version |
 * | i16 | type | i32 | coordinator epoch |
 */
export function buildTransactionMarker(marker: TransactionMarker, timestampMs: number): Buffer {
  const record = Buffer.alloc(10)
  record.writeInt16BE(VERSION, 0)
  record.writeInt16BE(marker.type === 'commit' ? COMMIT : ABORT, 2)
  record.writeInt16BE(VERSION, 4)
  record.writeInt32BE(marker.coordinatorEpoch, 6)
  const builder = new BatchBuilder({ maxBytes: batchOverheadBytes + 64 })
  builder.append(timestampMs, record, 0, 4, 4, 10)
  const { producerId, producerEpoch } = marker
  const batch = builder.build({ producerId, producerEpoch, transactional: true })
  batch.writeInt16BE(batch.readInt16BE(21) | CONTROL_BIT, 21)
  writeCrc(batch)
  return batch
}

/**
 * What a control batch says; undefined when it is none that ends a transaction: types of later versions are passed over.
 * @throws RafkaError `CORRUPT_MESSAGE`, `INVALID_RECORD` when it cannot be read
 */
export function readTransactionMarker(batch: Buffer): TransactionMarker | undefined {
  assertWholeBatch(batch)
  const header = readBatchHeader(batch)
  if (!header.control || header.recordCount === 0) return undefined
  const reader = new RecordReader()
  reader.open(batch, batchOverheadBytes, header.baseOffset)
  reader.read()
  const { bytes, keyStart, keyEnd, valueStart, valueEnd } = reader
  if (keyStart < 0 || keyEnd - keyStart < 4) throw invalid(header.baseOffset, 'no type')
  const type = bytes.readInt16BE(keyStart + 2)
  if (type !== ABORT && type !== COMMIT) return undefined
  if (valueStart < 0 || valueEnd - valueStart < 6) throw invalid(header.baseOffset, 'no coordinator epoch')
  return {
    type: type === COMMIT ? 'commit' : 'abort',
    producerId: header.producerId,
    producerEpoch: header.producerEpoch,
    coordinatorEpoch: bytes.readInt32BE(valueStart + 2),
  }
}

function invalid(baseOffset: number, lack: string): RafkaError {
  return new RafkaError('INVALID_RECORD', `the control batch at offset ${baseOffset} has ${lack}`)
}
