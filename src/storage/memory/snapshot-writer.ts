import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { ByteWriter } from './byte-writer.ts'
import { encodeFileHeader, fileHeaderBytes, newFileHeader } from './file-header.ts'
import { snapshotFile, unfinishedSnapshotFile } from './file-names.ts'
import { syncDirectory, writeFully } from './file-writing.ts'
import { encodeFrameHeader, sizeOf } from './frame.ts'
import { encodeItem, type Item } from './item-codec.ts'
import type { MemoryLog } from './memory-log.ts'

/** What a snapshot holds: what the engine held when the write-ahead log with this number began. Must not change while it is written. */
export interface SnapshotContent {
  readonly number: number
  readonly logs: readonly MemoryLog[]
  readonly entries: ReadonlyArray<readonly [string, Buffer]>
}

const FRAME_BYTES = 2 ** 20
/** Made durable in between, so that the fsync at the end does not hold up those of the write-ahead log. */
const SYNC_EVERY_BYTES = 16 * 2 ** 20

/**
 * Writes a snapshot beside the others and then gives it its name, piece by piece, off the event loop.
 * It is durable, with its name, when the promise resolves; nothing of it is left when it rejects.
 */
export async function writeSnapshot(directory: string, content: SnapshotContent, signal: AbortSignal): Promise<void> {
  const unfinished = unfinishedSnapshotFile(directory, content.number)
  const handle = await open(unfinished, 'w', 0o600)
  try {
    await writeContent(handle, content, signal)
    await handle.sync()
  } catch (error) {
    await handle.close()
    await rm(unfinished, { force: true })
    throw error
  }
  await handle.close()
  await rename(unfinished, snapshotFile(directory, content.number))
  await syncDirectory(directory)
}

async function writeContent(handle: FileHandle, content: SnapshotContent, signal: AbortSignal): Promise<void> {
  const header = newFileHeader('snapshot', content.number)
  await writeFully(handle, [encodeFileHeader(header)], 0)
  let at = fileHeaderBytes
  let syncedAt = at
  for (const pieces of inFrames(itemsOf(content))) {
    signal.throwIfAborted()
    const frameHeader = encodeFrameHeader(header.salt, 0, pieces)
    await writeFully(handle, [frameHeader, ...pieces], at)
    at += frameHeader.length + sizeOf(pieces)
    if (at - syncedAt < SYNC_EVERY_BYTES) continue
    await handle.datasync()
    syncedAt = at
  }
}

/** The payloads of frames of about 1 MiB. */
function* inFrames(items: Iterable<Item>): Generator<readonly Buffer[]> {
  let writer = new ByteWriter()
  for (const item of items) {
    encodeItem(writer, item)
    if (writer.sizeBytes < FRAME_BYTES) continue
    yield writer.pieces()
    writer = new ByteWriter()
  }
  yield writer.pieces()
}

function* itemsOf(content: SnapshotContent): Generator<Item> {
  let batches = 0
  for (const log of content.logs) {
    yield { log: log.log, start: log.start, end: log.end }
    for (const batch of log.batches()) yield { restore: log.log, batch }
    batches += log.batchCount
  }
  for (const [put, value] of content.entries) yield { put, value }
  yield { logs: content.logs.length, batches, entries: content.entries.length }
}
