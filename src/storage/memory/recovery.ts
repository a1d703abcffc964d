import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '../../core/log.ts'
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

/**
 * Brings back what the files of a directory hold: the newest snapshot and the write-ahead logs after it. Cuts off the torn end of the last
 * one, removes what a crash left over, and changes nothing else; a second recovery finds the same.
 * @throws RafkaError `STORAGE_CORRUPT`, `STORAGE_VERSION_UNSUPPORTED`
 */
export async function recover(directory: string, logger: Logger): Promise<Recovered> {
  const files = await listFiles(directory)
  const base = files.snapshots.at(-1) ?? 1
  const wals = files.wals.filter((number) => number >= base)
  checkNumbers(directory, base, wals, files.snapshots.length > 0)
  const state = files.snapshots.length > 0 ? await loadSnapshot(directory, base) : new MemoryState()
  const { wal, earlierBytes } = await replayAll(directory, base, wals, state, logger)
  await removeAll([
    ...files.unfinished.map((name) => join(directory, name)),
    ...files.snapshots.filter((number) => number < base).map((number) => snapshotFile(directory, number)),
    ...files.wals.filter((number) => number < base).map((number) => walFile(directory, number)),
  ])
  return { state, wal, earlierBytes }
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

async function replayAll(
  directory: string,
  base: number,
  wals: readonly number[],
  state: MemoryState,
  logger: Logger,
): Promise<Omit<Recovered, 'state'>> {
  let earlierBytes = 0
  let previous: ReplayedWal | undefined
  for (const number of wals) {
    const replayed = await replayWal(directory, number, state)
    if (previous !== undefined) checkLeft(walFile(directory, number - 1), previous, replayed)
    if (number !== wals.at(-1)) {
      earlierBytes += replayed.soundBytes
      previous = replayed
      continue
    }
    if (canContinue(replayed, previous))
      return { wal: await continueWal(directory, number, replayed, logger), earlierBytes }
  }
  const number = wals.at(-1) ?? base
  return { wal: await createWal(directory, number, previous?.soundBytes ?? 0), earlierBytes }
}

/** A log that others follow was whole when it was left. */
function checkLeft(path: string, left: ReplayedWal, next: ReplayedWal): void {
  if (left.tornBytes > 0)
    throw corruptFile(path, left.soundBytes, 'no sound frame begins there, and another log follows')
  if (next.previousBytes === undefined) return
  const isLonger = left.soundBytes > next.previousBytes
  if (left.soundBytes < next.previousBytes || (isLonger && next.frameCount > 0)) {
    throw corruptFile(
      path,
      left.soundBytes,
      `it ends there; it had ${next.previousBytes} bytes when the next log began`,
    )
  }
}

/** An empty one may be left of a rotation that did not come to pass: then the one before went on, and this one begins again. */
function canContinue(last: ReplayedWal, previous: ReplayedWal | undefined): boolean {
  return last.frameCount > 0 || last.previousBytes === (previous?.soundBytes ?? 0)
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
