import type { Change, LogId, StoredBatch } from '../../core/storage-engine.ts'
import { ByteReader } from './byte-reader.ts'
import type { ByteWriter } from './byte-writer.ts'

/**
 * The items of a payload. Each begins with a byte that says what it is; offsets, timestamps and ids are doubles, which hold every safe
 * integer. A batch is base offset, last offset, largest timestamp, length (4 bytes), bytes; a key or value is length (4 bytes), bytes.
 *
 * | byte | item | then |
 * |---|---|---|
 * | 1 | append | log, batch |
 * | 2 | trim | log, before |
 * | 3 | replace | log, from, to, count (4 bytes), batches |
 * | 4 | drop | log |
 * | 5 | put | key, value |
 * | 6 | remove | key |
 * | 7 | log, in a snapshot | log, start, end |
 * | 8 | batch, in a snapshot | log, batch |
 * | 9 | end of a snapshot | logs, batches, entries |
 */
export type Item =
  | Change
  | { readonly log: LogId; readonly start: number; readonly end: number }
  | { readonly restore: LogId; readonly batch: StoredBatch }
  | { readonly logs: number; readonly batches: number; readonly entries: number }

/** Writes one item; large batches are kept as they are, not copied. */
export function encodeItem(writer: ByteWriter, item: Item): void {
  if ('append' in item) encodeBatchItem(writer, 1, item.append, item.batch)
  else if ('trim' in item) writer.byte(2).double(item.trim).double(item.before)
  else if ('replace' in item) encodeReplace(writer, item)
  else if ('drop' in item) writer.byte(4).double(item.drop)
  else if ('put' in item) writer.byte(5).sized(Buffer.from(item.put)).sized(item.value)
  else if ('remove' in item) writer.byte(6).sized(Buffer.from(item.remove))
  else if ('restore' in item) encodeBatchItem(writer, 8, item.restore, item.batch)
  else if ('log' in item) writer.byte(7).double(item.log).double(item.start).double(item.end)
  else writer.byte(9).double(item.logs).double(item.batches).double(item.entries)
}

/**
 * Reads the items of a payload. Their bytes are parts of it.
 * @throws RangeError when it is not made of whole items
 */
export function* decodeItems(payload: Buffer): Generator<Item> {
  const reader = new ByteReader(payload)
  while (reader.left > 0) yield decodeItem(reader)
}

function encodeBatchItem(writer: ByteWriter, kind: number, log: LogId, batch: StoredBatch): void {
  encodeBatch(writer.byte(kind).double(log), batch)
}

function encodeReplace(writer: ByteWriter, change: Extract<Change, { replace: LogId }>): void {
  writer.byte(3).double(change.replace).double(change.from).double(change.to).uint32(change.batches.length)
  for (const batch of change.batches) encodeBatch(writer, batch)
}

function encodeBatch(writer: ByteWriter, batch: StoredBatch): void {
  writer.double(batch.baseOffset).double(batch.lastOffset).double(batch.maxTimestamp).sized(batch.bytes)
}

function decodeItem(reader: ByteReader): Item {
  const kind = reader.byte()
  switch (kind) {
    case 1:
      return { append: reader.double(), batch: decodeBatch(reader) }
    case 2:
      return { trim: reader.double(), before: reader.double() }
    case 3:
      return { replace: reader.double(), from: reader.double(), to: reader.double(), batches: decodeBatches(reader) }
    case 4:
      return { drop: reader.double() }
    case 5:
      return { put: reader.sized().toString(), value: reader.sized() }
    case 6:
      return { remove: reader.sized().toString() }
    case 7:
      return { log: reader.double(), start: reader.double(), end: reader.double() }
    case 8:
      return { restore: reader.double(), batch: decodeBatch(reader) }
    case 9:
      return { logs: reader.double(), batches: reader.double(), entries: reader.double() }
    default:
      throw new RangeError(`${kind} is no kind of item`)
  }
}

function decodeBatches(reader: ByteReader): StoredBatch[] {
  const count = reader.uint32()
  const batches: StoredBatch[] = []
  // Not allocated ahead: the count may be more than the payload has.
  for (let index = 0; index < count; index++) batches.push(decodeBatch(reader))
  return batches
}

function decodeBatch(reader: ByteReader): StoredBatch {
  return {
    baseOffset: reader.double(),
    lastOffset: reader.double(),
    maxTimestamp: reader.double(),
    bytes: reader.sized(),
  }
}
