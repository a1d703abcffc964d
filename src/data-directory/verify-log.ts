import { crc32c } from '../core/crc32c.ts'
import { isRafkaError } from '../core/errors.ts'
import type { LogExtent, LogId, StorageEngine, StoredBatch } from '../core/storage-engine.ts'
import { batchOverheadBytes, readBatchHeader } from '../records/header.ts'

/** A stored batch that is not what it should be, or is not there. */
export interface DamagedBatch {
  readonly firstOffset: number
  readonly lastOffset: number
  /** `withheld`: the engine does not give them. */
  readonly bytes: Uint8Array | 'withheld' | 'missing'
  readonly what: string
}

/** What was found in one log. */
export interface LogFindings {
  readonly batches: number
  readonly records: number
  readonly sizeBytes: number
  readonly damaged: readonly DamagedBatch[]
}

const CHUNK_BYTES = 8 * 1024 * 1024
const CRC_FROM = 21

/** Reads every batch of a log and compares what its bytes say with what the store says of it, and with its checksum. */
export async function verifyLog(storage: StorageEngine, { log, start, end }: LogExtent): Promise<LogFindings> {
  const damaged: DamagedBatch[] = []
  let [batches, records, sizeBytes] = [0, 0, 0]
  for (let offset = start; ; ) {
    const chunk = await readOrDamage(storage, log, offset, end)
    if (!Array.isArray(chunk)) {
      damaged.push(chunk)
      offset = Math.max(offset, chunk.lastOffset) + 1
      continue
    }
    for (const batch of chunk) {
      const what = problemOf(batch)
      if (what === undefined) records += readBatchHeader(bufferOf(batch)).recordCount
      else damaged.push({ firstOffset: batch.baseOffset, lastOffset: batch.lastOffset, bytes: batch.bytes, what })
      batches += 1
      sizeBytes += batch.bytes.length
    }
    const last = chunk.at(-1)
    if (last === undefined) {
      if (offset < end) damaged.push(missingEnd(offset, end))
      return { batches, records, sizeBytes, damaged }
    }
    offset = last.lastOffset + 1
  }
}

/** Batches from `offset` on, or the one there that the engine itself finds damaged. */
async function readOrDamage(
  storage: StorageEngine,
  log: LogId,
  offset: number,
  end: number,
): Promise<StoredBatch[] | DamagedBatch> {
  try {
    return await storage.read(log, offset, CHUNK_BYTES, end)
  } catch (error) {
    if (!isRafkaError(error, 'STORAGE_CORRUPT')) throw error
    const [batch] = await storage.scan(log, offset, 1)
    const { baseOffset: firstOffset, lastOffset } = batch ?? { baseOffset: offset, lastOffset: end - 1 }
    return { firstOffset, lastOffset, bytes: 'withheld', what: error.message }
  }
}

/** The last batch of a log always reaches its end: a reader that comes so far would wait there for ever. */
function missingEnd(offset: number, end: number): DamagedBatch {
  const what = `no batch holds offset ${offset}, nor any up to the end, ${end}`
  return { firstOffset: offset, lastOffset: end - 1, bytes: 'missing', what }
}

function problemOf(batch: StoredBatch): string | undefined {
  const bytes = bufferOf(batch)
  if (bytes.length < batchOverheadBytes) return `it has ${bytes.length} bytes, less than a header`
  if (crc32c(bytes.subarray(CRC_FROM)) !== bytes.readUInt32BE(17)) return 'its checksum (CRC-32C) does not match'
  const header = readBatchHeader(bytes)
  if (header.magic !== 2) return `its format is ${header.magic}, not 2`
  if (header.sizeBytes !== bytes.length) return `it claims ${header.sizeBytes} bytes and has ${bytes.length}`
  const isWhereItSays = header.baseOffset === batch.baseOffset && header.lastOffset === batch.lastOffset
  return isWhereItSays ? undefined : `it claims offsets ${header.baseOffset} to ${header.lastOffset}`
}

function bufferOf({ bytes }: StoredBatch): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
