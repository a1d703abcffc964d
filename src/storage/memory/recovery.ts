import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '../../core/log.ts'
import type { FileHeader } from './file-header.ts'
import { listFiles, snapshotFile, walFile } from './file-names.ts'
import { loadSnapshot } from './load-snapshot.ts'
import { MemoryState } from './memory-state.ts'
import { type ReplayedWal, replayWal } from './replay-wal.ts'
import { corruptFile } from './stored-file.ts'
import { createWal, openWal, type WalFile } from './wal-file.ts'

/** What a directory held. */
export interface Recovered {
  readonly state: MemoryState
  /** The write-ahead log to go on with. */
  readonly wal: WalFile
  /** Bytes of the logs before it that no snapshot holds yet. */
  readonly earlierBytes: number
}

/** What the files say, before anything is done about them. */
interface Loaded {
  readonly state: MemoryState
  readonly base: number
  /** Of the logs from `base` on. */
  readonly wals: readonly ReplayedWal[]
}

/**
 * Brings back what the files of a directory hold: the newest snapshot and the write-ahead logs after it. Cuts off the torn end of the last
 * one, removes what a crash left over, and changes nothing else; a second recovery finds the same.
 * @throws RafkaError `STORAGE_CORRUPT`, `STORAGE_VERSION_UNSUPPORTED`
 */
export async function recover(directory: string, logger: Logger): Promise<Recovered> {
  const { state, base, wals } = await loadFiles(directory)
  const wal = await lastWal(directory, base, wals, logger)
  await removeLeftovers(directory, base)
  const earlierBytes = wals.slice(0, -1).reduce((sum, { soundBytes }) => sum + soundBytes, 0)
  return { state, wal, earlierBytes }
}

/**
 * Reads the files of a directory and changes nothing.
 * @throws RafkaError `STORAGE_CORRUPT`, `STORAGE_VERSION_UNSUPPORTED`
 */
export async function loadFiles(directory: string): Promise<Loaded> {
  const files = await listFiles(directory)
  const base = files.snapshots.at(-1) ?? 1
  const numbers = files.wals.filter((number) => number >= base)
  checkNumbers(directory, base, numbers, files.snapshots.length > 0)
  const state = files.snapshots.length > 0 ? await loadSnapshot(directory, base) : new MemoryState()
  const wals: ReplayedWal[] = []
  for (const number of numbers) {
    const left = wals.at(-1)
    const before = left && { path: walFile(directory, number - 1), left }
    if (before !== undefined) checkWhole(before)
    const replayed = await replayWal(directory, number, state, (header) => before && checkNothingLost(before, header))
    if (before !== undefined) checkNothingAdded(before, replayed)
    wals.push(replayed)
  }
  return { state, base, wals }
}

/** Removes files that are there no more to be read. */
export async function removeAll(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { force: true })
}

function checkNumbers(directory: string, base: number, wals: readonly number[], hasSnapshot: boolean): void {
  if (wals.length === 0 && hasSnapshot) throw corruptFile(walFile(directory, base), 0, 'it is missing')
  for (const [index, number] of wals.entries()) {
    if (number !== base + index) throw corruptFile(walFile(directory, base + index), 0, 'it is missing')
  }
}

async function lastWal(
  directory: string,
  base: number,
  wals: readonly ReplayedWal[],
  logger: Logger,
): Promise<WalFile> {
  const last = wals.at(-1)
  const previousBytes = wals.at(-2)?.soundBytes ?? 0
  const number = base + Math.max(0, wals.length - 1)
  // An empty one may be left of a rotation that did not come to pass: then the one before went on, and this one begins again.
  const goesOn = last !== undefined && (last.frameCount > 0 || last.previousBytes === previousBytes)
  return goesOn ? continueWal(directory, number, last, logger) : createWal(directory, number, previousBytes)
}

async function removeLeftovers(directory: string, base: number): Promise<void> {
  const files = await listFiles(directory)
  await removeAll([
    ...files.unfinished.map((name) => join(directory, name)),
    ...files.snapshots.filter((number) => number < base).map((number) => snapshotFile(directory, number)),
    ...files.wals.filter((number) => number < base).map((number) => walFile(directory, number)),
  ])
}

/** A log that another follows. */
interface LeftWal {
  readonly path: string
  readonly left: ReplayedWal
}

/** It was whole and durable when the next one began. */
function checkWhole({ path, left }: LeftWal): void {
  if (left.tornBytes > 0)
    throw corruptFile(path, left.soundBytes, 'no sound frame begins there, and another log follows')
}

function checkNothingLost({ path, left }: LeftWal, next: FileHeader): void {
  if (left.soundBytes >= next.previousBytes) return
  throw corruptFile(path, left.soundBytes, `it ends there; it had ${next.previousBytes} bytes when the next log began`)
}

function checkNothingAdded({ path, left }: LeftWal, next: ReplayedWal): void {
  if (next.previousBytes === undefined || left.soundBytes === next.previousBytes || next.frameCount === 0) return
  throw corruptFile(path, next.previousBytes, 'it should end there, where the next log began')
}

async function continueWal(directory: string, number: number, replayed: ReplayedWal, logger: Logger): Promise<WalFile> {
  const path = walFile(directory, number)
  if (replayed.tornBytes > 0) {
    const message = `${path}: the last ${replayed.tornBytes} bytes are of a write that a crash cut short; they were cut off`
    logger('warn', message, { file: path, at: replayed.soundBytes, bytes: replayed.tornBytes })
    await cut(path, replayed.soundBytes)
  }
  const wal = await openWal(directory, number, replayed)
  if (!replayed.marked) await wal.mark()
  return wal
}

async function cut(path: string, sizeBytes: number): Promise<void> {
  const handle = await open(path, 'r+')
  try {
    await handle.truncate(sizeBytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
