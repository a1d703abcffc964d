import { RafkaError } from '../core/errors.ts'
import type { Header } from '../core/message.ts'
import type { Codec } from './compression.ts'
import {
  batchOverheadBytes,
  codecNumber,
  lengthPrefixBytes,
  readBatchHeader,
  readInt64,
  writeCrc,
  writeInt64,
} from './header.ts'
import { openRecords } from './record-cursor.ts'
import { sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong } from './varint.ts'

/** One record on its way through `rebuildBatch`. Buffers are slices of the batch. */
export interface RebuildRecord {
  readonly offset: number
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  headers(): readonly Header[]
}

/** The parts of a record that change. */
export interface RebuildEdit {
  readonly key?: Uint8Array | null
  readonly value?: Uint8Array | null
  readonly headers?: ReadonlyArray<{ key: string; value: Uint8Array | null }>
}

export interface RebuildOptions {
  /** Whether a record stays as it is, goes, or changes. */
  readonly decide: (record: RebuildRecord) => 'keep' | 'drop' | RebuildEdit | Promise<'keep' | 'drop' | RebuildEdit>
  /** The codec of the result; by default that of the batch. */
  readonly codec?: Codec | undefined
  /** Time from which the tombstones that stay may go (KIP-534), in ms; by default as it was. */
  readonly deleteHorizonMs?: number | undefined
}

const CODEC_BITS = 0x07
const DELETE_HORIZON_BIT = 0x40

/**
 * The batch with some of its records dropped or changed. Base offset, last offset, producer and sequence stay, and each record keeps its
 * offset and timestamp, so that the batch still stands for the same offsets (`MemoryRecords.filterTo`). Without any record left it is a
 * header alone.
 * @returns the same buffer when nothing changed
 */
export async function rebuildBatch(batch: Buffer, codec: Codec, options: RebuildOptions): Promise<Buffer> {
  const header = readBatchHeader(batch)
  const cursor = (await openRecords([batch], { includeControl: true })).cursor()
  const kept: Buffer[] = []
  // With a delete horizon the field for the base timestamp is taken, so deltas are told from the horizon on.
  const horizonMs = options.deleteHorizonMs ?? (header.hasDeleteHorizon ? header.baseTimestamp : undefined)
  const baseTimestamp = horizonMs ?? header.baseTimestamp
  let changed =
    options.deleteHorizonMs !== undefined || (options.codec !== undefined && options.codec.name !== codec.name)
  let maxTimestamp = -1
  while (cursor.next()) {
    const { bytes, offset, timestamp } = cursor
    const key = cursor.keyStart < 0 ? null : bytes.subarray(cursor.keyStart, cursor.keyEnd)
    const value = cursor.valueStart < 0 ? null : bytes.subarray(cursor.valueStart, cursor.valueEnd)
    const headers = cursor.headers()
    const verdict = await options.decide({ offset, timestamp, key, value, headers: () => headers })
    if (verdict !== 'keep') changed = true
    if (verdict === 'drop') continue
    const edit = verdict === 'keep' ? {} : verdict
    if (timestamp > maxTimestamp) maxTimestamp = timestamp
    kept.push(
      encodeRecord(timestamp - baseTimestamp, offset - header.baseOffset, {
        key: edit.key === undefined ? key : edit.key,
        value: edit.value === undefined ? value : edit.value,
        headers: edit.headers ?? headers,
      }),
    )
  }
  if (!changed) return batch
  const result = options.codec ?? codec
  const payload = kept.length === 0 ? Buffer.alloc(0) : result.compress(Buffer.concat(kept))
  const rebuilt = withPayload(batch, payload, kept.length === 0 ? 'none' : result.name)
  rebuilt.writeInt32BE(kept.length, 57)
  if (horizonMs !== undefined) {
    rebuilt.writeInt16BE(rebuilt.readInt16BE(21) | DELETE_HORIZON_BIT, 21)
    writeInt64(rebuilt, horizonMs, 27)
  }
  if (header.timestampType === 'create')
    writeInt64(rebuilt, kept.length === 0 ? readInt64(batch, 35) : maxTimestamp, 35)
  writeCrc(rebuilt)
  return rebuilt
}

/**
 * The batch with its records packed by another codec; everything else stays.
 * @throws RafkaError `CORRUPT_MESSAGE` when they cannot be inflated within `maxBytes`
 */
export function recompressBatch(batch: Buffer, from: Codec, to: Codec, maxBytes: number): Buffer {
  const plain = from.inflate(batch.subarray(batchOverheadBytes), maxBytes)
  const rebuilt = withPayload(batch, to.compress(plain), to.name)
  writeCrc(rebuilt)
  return rebuilt
}

function withPayload(batch: Buffer, payload: Buffer, codec: Codec['name']): Buffer {
  const rebuilt = Buffer.allocUnsafeSlow(batchOverheadBytes + payload.length)
  batch.copy(rebuilt, 0, 0, batchOverheadBytes)
  payload.copy(rebuilt, batchOverheadBytes)
  rebuilt.writeInt32BE(rebuilt.length - lengthPrefixBytes, 8)
  rebuilt.writeInt16BE((batch.readInt16BE(21) & ~CODEC_BITS) | codecNumber(codec), 21)
  return rebuilt
}

function encodeRecord(
  timestampDelta: number,
  offsetDelta: number,
  { key, value, headers }: Required<RebuildEdit>,
): Buffer {
  const fields: Array<Uint8Array | null> = [key, value, ...headers.flatMap((one) => [Buffer.from(one.key), one.value])]
  const sizes = fields.map((field) => sizeOfVarint(field?.length ?? -1) + (field?.length ?? 0))
  const bodyBytes =
    1 +
    sizeOfVarlong(timestampDelta) +
    sizeOfVarint(offsetDelta) +
    sizeOfVarint(headers.length) +
    sizes.reduce((sum, size) => sum + size, 0)
  if (bodyBytes > 2 ** 30)
    throw new RafkaError('MESSAGE_TOO_LARGE', `a record of ${bodyBytes} bytes is over the limit of 1 GiB`)
  const bytes = Buffer.allocUnsafe(sizeOfVarint(bodyBytes) + bodyBytes)
  let at = writeVarint(bytes, bodyBytes, 0)
  bytes[at++] = 0
  at = writeVarlong(bytes, timestampDelta, at)
  at = writeVarint(bytes, offsetDelta, at)
  fields.forEach((field, index) => {
    if (index === 2) at = writeVarint(bytes, headers.length, at)
    at = writeVarint(bytes, field?.length ?? -1, at)
    if (field !== null) {
      bytes.set(field, at)
      at += field.length
    }
  })
  if (fields.length === 2) writeVarint(bytes, headers.length, at)
  return bytes
}
