import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, onTestFinished, vi } from 'vitest'
import type { Logger } from '../../src/core/log.ts'
import type { StorageEngine } from '../../src/core/storage-engine.ts'
import { openSqliteEngine } from '../../src/storage/sqlite/sqlite-engine.ts'
import { directoryBytes } from './directory-bytes.ts'
import { comparable, storedBatch } from './stored-batch.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** Of every batch. */
export const sizeBytes = 1000
/** All bytes go into files, of ten batches each. */
export const fileLimits = { groupBytes: 0, batchBytes: 0, fileBytes: 10 * sizeBytes }
/** A batch whose bytes tell its log and its offset. */
export const batchOf = (log: number, at: number) => storedBatch(at, at, { mark: log, sizeBytes })
/** The first batches of a log, to be compared. */
export const batchesOf = (log: number, count: number) =>
  Array.from({ length: count }, (_, at) => comparable(batchOf(log, at)))
/** Where the files are. */
export const directory = (path: string) => join(path, 'rafka.db-batches')
/** Their names, in order. */
export const filesIn = (path: string) =>
  readdirSync(directory(path)).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
/** The room that they take. */
export const bytesIn = (path: string) => directoryBytes(directory(path))

/** What was logged. */
export interface Told {
  readonly level: string
  readonly text: string
  readonly fields: unknown
}

/** A logger that keeps what it is told. */
export function keepingLogger(): { told: Told[]; logger: Logger } {
  const told: Told[] = []
  return { told, logger: (level, text, fields) => void told.push({ level, text, fields }) }
}

/** Opens the engine until the test ends. */
export async function open(path: string, logger?: Logger): Promise<StorageEngine> {
  const engine = await openSqliteEngine({ path, durability: 'fsync', fileLimits, logger })
  onTestFinished(() => engine.close())
  return engine
}

/** Appends the batches at these offsets, one commit each. */
export async function append(engine: StorageEngine, log: number, from: number, until: number): Promise<void> {
  for (let at = from; at < until; at++) await engine.commit([{ append: log, batch: batchOf(log, at) }])
}

/** All batches of a log, to be compared. */
export const everything = async (engine: StorageEngine, log: number) => (await engine.read(log, 0, 1e9)).map(comparable)

/** Log 1 has `rounds` batches, log 2 four times as many, one after the other in every file. */
export async function interleave(engine: StorageEngine, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await append(engine, 1, round, round + 1)
    await append(engine, 2, 4 * round, 4 * round + 4)
  }
}

/** An engine with the twenty batches of log 1 spread over ten files that are otherwise of log 2. */
export async function openInterleaved(logger?: Logger): Promise<{ path: string; engine: StorageEngine }> {
  const path = temporaryDirectory()
  const engine = await open(path, logger)
  await interleave(engine, 20)
  expect(filesIn(path)).toHaveLength(10)
  return { path, engine }
}

/** What is left when log 2 has gone: so many batches, in files of at most so many bytes. */
export const all = { live: 20, most: 2 * 20 * sizeBytes } as const

/** From now on timers wait for the test to move the time, until it ends; what the disk takes is real. */
export function holdTimers(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => {
    vi.restoreAllMocks()
    vi.useRealTimers()
  })
}

/** Lets time pass until `done`, a bit in each turn. */
export async function until(done: () => boolean, stepMs = 10): Promise<void> {
  for (let turn = 0; !done(); turn++) {
    if (turn > 200_000) throw new Error('it did not come to it')
    vi.advanceTimersByTime(stepMs)
    await nextTurn()
  }
}

/** Lets time pass until nothing is planned any more and nothing runs: an engine that never ends does not come to it. */
export async function untilQuiet(engine: StorageEngine): Promise<void> {
  for (let quiet = 0; quiet < 3; ) {
    await until(() => vi.getTimerCount() === 0)
    // After all that is being done.
    await engine.commit([])
    quiet = vi.getTimerCount() === 0 ? quiet + 1 : 0
  }
}
