import { RafkaError } from '../core/errors.ts'
import type { Header } from '../core/message.ts'
import type { Codec } from './compression.ts'
import {
  assertWholeBatch,
  batchOverheadBytes,
  codecNumber,
  lengthPrefixBytes,
  readBatchHeader,
  writeCrc,
  writeInt64,
} from './header.ts'
import { RecordBuffer, type RecordChange } from './record-buffer.ts'
import { defaultMaxInflatedBytes } from './record-cursor.ts'
import { RecordReader } from './record-reader.ts'

/** One record on its way through `rebuildBatch`. Buffers are slices of the batch. */
export interface RebuildRecord {
  readonly offset: number
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  headers(): readonly Header[]
}

/** The parts of a record that change. */
export type RebuildEdit = RecordChange

type Verdict = 'keep' | 'drop' | RebuildEdit

export interface RebuildOptions {
  /** Whether a record stays as it is, goes, or changes. */
  readonly decide: (record: RebuildRecord) => Verdict | Promise<Verdict>
  /** The codec of the result; by default that of the batch. */
  readonly codec?: Codec | undefined
  /** Time from which the tombstones that stay may go (KIP-534), in ms; by default as it was. */
  readonly deleteHorizonMs?: number | undefined
  /** Bound of what the batch may inflate to. Default 128 MiB. */
  readonly maxInflatedBytes?: number | undefined
}

const CODEC_BITS = 0x07
const DELETE_HORIZON_BIT = 0x40

/**
 * The batch with some of its records dropped or changed. Base offset, last offset, producer and sequence stay, and each record keeps its
 * offset and timestamp, so that the batch still stands for the same offsets (`MemoryRecords.filterTo`). A record that is kept is copied
 * byte for byte. Without any record left the batch is a header alone.
 * @param codec that of the batch
 * @returns the same buffer when nothing changed
 * @throws RafkaError `CORRUPT_MESSAGE`, `INVALID_RECORD`, `INVALID_TIMESTAMP` when the batch cannot be read
 */
export async function rebuildBatch(batch: Buffer, codec: Codec, options: RebuildOptions): Promise<Buffer> {
  assertWholeBatch(batch)
  const header = readBatchHeader(batch)
  const reader = new RecordReader()
  const plain = codec.inflate(batch.subarray(batchOverheadBytes), options.maxInflatedBytes ?? defaultMaxInflatedBytes)
  reader.open(plain, 0, header.baseOffset)
  // With a delete horizon the field for the base timestamp is taken, so deltas are told from the horizon on.
  const horizonMs = options.deleteHorizonMs ?? (header.hasDeleteHorizon ? header.baseTimestamp : undefined)
  const shiftMs = header.baseTimestamp - (horizonMs ?? header.baseTimestamp)
  const result = options.codec ?? codec
  let changed = options.deleteHorizonMs !== undefined || result.name !== codec.name
  const records = new RecordBuffer(plain.length)
  let kept = 0
  let maxTimestamp = Number.NEGATIVE_INFINITY
  for (let index = 0; index < header.recordCount; index++) {
    reader.read()
    const timestamp = header.baseTimestamp + reader.timestampDelta
    const asked = options.decide(recordAt(reader, header, timestamp))
    const verdict = asked instanceof Promise ? await asked : asked
    if (verdict !== 'keep') changed = true
    if (verdict === 'drop') continue
    kept++
    if (timestamp > maxTimestamp) maxTimestamp = timestamp
    const timestampDelta = reader.timestampDelta + shiftMs
    if (verdict === 'keep') records.addAsItIs(reader, timestampDelta)
    else records.addChanged(reader, timestampDelta, verdict)
  }
  reader.assertNoneLeft()
  if (!changed) return batch
  const rebuilt = kept === 0 ? withPayload(batch, Buffer.alloc(0), 'none') : withRecords(batch, records, result)
  rebuilt.writeInt32BE(kept, 57)
  if (horizonMs !== undefined) {
    rebuilt.writeInt16BE(rebuilt.readInt16BE(21) | DELETE_HORIZON_BIT, 21)
    writeInt64(rebuilt, horizonMs, 27)
  }
  if (header.timestampType === 'create' && kept > 0) writeInt64(rebuilt, maxTimestamp, 35)
  writeCrc(rebuilt)
  return rebuilt
}

/**
 * The batch with its records packed by another codec; everything else stays.
 * @throws RafkaError `CORRUPT_MESSAGE` when they cannot be inflated within `maxBytes`
 */
export function recompressBatch(batch: Buffer, from: Codec, to: Codec, maxBytes: number): Buffer {
  const { sizeBytes } = readBatchHeader(batch)
  const plain = from.inflate(batch.subarray(batchOverheadBytes, sizeBytes), maxBytes)
  const rebuilt = withPayload(batch, to.compress(plain), to.name)
  writeCrc(rebuilt)
  return rebuilt
}

/** What `decide` is given. Headers are decoded at once, because it may ask for them when the reader is further on. */
function recordAt(
  reader: RecordReader,
  { baseOffset, timestampType, maxTimestamp }: ReturnType<typeof readBatchHeader>,
  timestamp: number,
): RebuildRecord {
  if (!Number.isSafeInteger(timestamp)) {
    throw new RafkaError('INVALID_TIMESTAMP', `the batch at offset ${baseOffset} has a timestamp beyond 2^53`)
  }
  const { bytes, keyStart, keyEnd, valueStart, valueEnd, headerCount } = reader
  const headers = headerCount === 0 ? [] : reader.headers()
  return {
    offset: baseOffset + reader.offsetDelta,
    timestamp: timestampType === 'append' ? maxTimestamp : timestamp,
    key: keyStart < 0 ? null : bytes.subarray(keyStart, keyEnd),
    value: valueStart < 0 ? null : bytes.subarray(valueStart, valueEnd),
    headers: () => headers,
  }
}

function withRecords(batch: Buffer, records: RecordBuffer, codec: Codec): Buffer {
  return withPayload(batch, codec.compress(records.bytes), codec.name)
}

function withPayload(batch: Buffer, payload: Buffer, codec: Codec['name']): Buffer {
  const rebuilt = Buffer.allocUnsafeSlow(batchOverheadBytes + payload.length)
  batch.copy(rebuilt, 0, 0, batchOverheadBytes)
  payload.copy(rebuilt, batchOverheadBytes)
  rebuilt.writeInt32BE(rebuilt.length - lengthPrefixBytes, 8)
  rebuilt.writeInt16BE((batch.readInt16BE(21) & ~CODEC_BITS) | codecNumber(codec), 21)
  return rebuilt
}
