import { cpSync, existsSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { BatchFiles } from '../../../src/storage/sqlite/batch-files.ts'
import { type Database, openDatabase } from '../../../src/storage/sqlite/database.ts'
import { databaseFile, openDatabaseFile } from '../../../src/storage/sqlite/database-file.ts'
import type { FileSyncs } from '../../../src/storage/sqlite/file-syncs.ts'
import { openBatchFiles } from '../../../src/storage/sqlite/open-batch-files.ts'
import { openSqliteEngine } from '../../../src/storage/sqlite/sqlite-engine.ts'
import { prepareStatements } from '../../../src/storage/sqlite/statements.ts'
import { verifySqlite } from '../../../src/storage/sqlite/verify-sqlite.ts'
import {
  all,
  append,
  batchesOf,
  bytesIn,
  everything,
  fileLimits,
  filesIn,
  holdTimers,
  interleave,
  keepingLogger,
  open,
  openInterleaved,
  sizeBytes,
  until,
  untilQuiet,
} from '../../support/interleaved-store.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

/** By path: how long the WAL was when it was last made durable. */
const durableWal = vi.hoisted(() => new Map<string, number>())

vi.mock('../../../src/storage/sqlite/file-syncs.ts', async (load) => {
  const original = await load<typeof import('../../../src/storage/sqlite/file-syncs.ts')>()
  const openFileSyncs = (file: string): FileSyncs => {
    const syncs = original.openFileSyncs(file)
    const noted = (bytes: number) => void durableWal.set(file, bytes)
    const walBytes = () => statSync(`${file}-wal`).size
    return {
      ...syncs,
      async wal() {
        const bytes = walBytes()
        await syncs.wal()
        noted(bytes)
      },
      walNow() {
        syncs.walNow()
        noted(walBytes())
      },
    }
  }
  return { ...original, openFileSyncs }
})

beforeEach(holdTimers)

/** Changes with every step that is seen in the directory. */
function fingerprint(path: string): string {
  const wal = statSync(join(path, 'rafka.db-wal'), { throwIfNoEntry: false })?.size
  return JSON.stringify([filesIn(path), bytesIn(path), wal, durableWal.get(databaseFile(path))])
}

/** What a crash leaves: of the process, or of the machine, which loses what of the WAL is not durable. */
function crashCopies(path: string): string[] {
  const copies = [temporaryDirectory(), temporaryDirectory()]
  try {
    for (const copy of copies) cpSync(path, copy, { recursive: true })
  } catch (error) {
    // A file that was just being removed.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return []
  }
  const wal = join(copies[1]!, 'rafka.db-wal')
  if (existsSync(wal)) truncateSync(wal, durableWal.get(databaseFile(path)) ?? 0)
  return copies
}

describe('after a deletion alone', () => {
  test.each([
    ['of a log', { drop: 2 }],
    ['of its records', { trim: 2, before: 80 }],
  ])('%s, files shrink to what is needed, unchanged, while others write', async (_, change) => {
    const { told, logger } = keepingLogger()
    const { path, engine } = await openInterleaved(logger)
    await engine.commit([change])
    let end: number = all.live
    await until(() => {
      if (end < 40) void append(engine, 1, end, ++end)
      return end === 40 && bytesIn(path) <= 40 * sizeBytes * 2
    })
    await untilQuiet(engine)
    expect(bytesIn(path)).toBeLessThanOrEqual(40 * sizeBytes * 2)
    expect(await everything(engine, 1)).toEqual(batchesOf(1, 40))
    await engine.close()
    expect(await verifySqlite(path)).toEqual([])
    const again = await open(path)
    expect(await everything(again, 1)).toEqual(batchesOf(1, 40))
    await append(again, 1, 40, 45)
    expect(await everything(again, 1)).toEqual(batchesOf(1, 45))
    expect(told).toEqual([])
  })

  test('of everything, no file is left, and what comes next begins a new one', async () => {
    const { path, engine } = await openInterleaved()
    await engine.commit([{ drop: 1 }, { drop: 2 }])
    await untilQuiet(engine)
    expect(filesIn(path)).toEqual([])
    await append(engine, 3, 0, 3)
    expect(await everything(engine, 3)).toEqual(batchesOf(3, 3))
  })

  test('a crash of the process or the machine loses nothing, whenever it comes', async () => {
    const { path, engine } = await openInterleaved()
    await engine.commit([{ drop: 2 }])
    const seen = new Set<string>()
    const copies: string[] = []
    await until(() => {
      const found = fingerprint(path)
      if (!seen.has(found)) copies.push(...crashCopies(path))
      seen.add(found)
      return vi.getTimerCount() === 0 && bytesIn(path) <= all.most
    })
    await engine.close()
    expect(copies.length).toBeGreaterThan(20)
    for (const copy of copies) {
      const again = await openSqliteEngine({ path: copy, durability: 'fsync', fileLimits })
      expect(await everything(again, 1)).toEqual(batchesOf(1, all.live))
      await append(again, 1, all.live, all.live + 2)
      await untilQuiet(again)
      expect(await everything(again, 1)).toEqual(batchesOf(1, all.live + 2))
      await again.close()
      expect(bytesIn(copy)).toBeLessThanOrEqual(all.most)
      expect(await verifySqlite(copy)).toEqual([])
    }
  })

  test('closing the engine loses nothing, whenever it comes, and nothing is told', async () => {
    for (let turns = 0; turns < 40; turns++) {
      const { told, logger } = keepingLogger()
      const path = temporaryDirectory()
      const engine = await openSqliteEngine({ path, durability: 'fsync', fileLimits, logger })
      await interleave(engine, 6)
      await engine.commit([{ drop: 2 }])
      let left = turns
      await until(() => left-- === 0, 1)
      await engine.close()
      expect([vi.getTimerCount(), told]).toEqual([0, []])
      const again = await open(path)
      expect(await everything(again, 1)).toEqual(batchesOf(1, 6))
      await again.close()
    }
  })

  test('reclaiming at the same time does the same work once', async () => {
    const write = vi.spyOn(BatchFiles.prototype, 'write')
    for (let turns = 0; turns < 20; turns++) {
      const { path, engine } = await openInterleaved()
      write.mockClear()
      await engine.commit([{ drop: 2 }])
      let left = turns
      await until(() => left-- === 0, 1)
      await Promise.all([engine.reclaim(), engine.reclaim()])
      await untilQuiet(engine)
      expect(bytesIn(path)).toBeLessThanOrEqual(all.most)
      expect(await everything(engine, 1)).toEqual(batchesOf(1, all.live))
      expect(write.mock.calls.flatMap(([batches]) => batches)).toHaveLength(all.live)
      await engine.close()
    }
  })
})

describe('what a process before left', () => {
  /** Takes away the rows of log 2, as a process does that dies before it gives back their room. */
  async function leave(change: (database: Database) => void): Promise<string> {
    const { path, engine } = await openInterleaved()
    await engine.close()
    const database = openDatabase(databaseFile(path))
    database.exec('DELETE FROM batches WHERE log = 2; DELETE FROM logs WHERE id = 2')
    change(database)
    database.close()
    return path
  }

  test('is given back, but not before a command that is short would be over', async () => {
    const path = await leave(() => {})
    const before = filesIn(path)
    const engine = await open(path)
    vi.advanceTimersByTime(999)
    await engine.commit([{ put: 'key', value: Buffer.from('value') }])
    expect(filesIn(path)).toEqual(before)
    await untilQuiet(engine)
    expect(bytesIn(path)).toBeLessThanOrEqual(all.most)
    expect(await everything(engine, 1)).toEqual(batchesOf(1, all.live))
  })

  test('is given back also where no row tells of the last file', async () => {
    const path = await leave((database) => database.exec('DELETE FROM batches WHERE file > 8'))
    const engine = await open(path)
    await untilQuiet(engine)
    const left = await everything(engine, 1)
    expect(left.length).toBeGreaterThan(10)
    expect(left).toEqual(batchesOf(1, left.length))
    expect(bytesIn(path)).toBeLessThanOrEqual(2 * left.length * sizeBytes)
    expect(filesIn(path)).not.toContain('10.batches')
  })

  test('of a deletion that had only begun is deleted, and its room given back', async () => {
    const { path, engine } = await openInterleaved()
    await Promise.all([engine.commit([{ drop: 2 }]), engine.close()])
    expect(filesIn(path)).toHaveLength(10)
    const again = await open(path)
    await untilQuiet(again)
    expect(bytesIn(path)).toBeLessThanOrEqual(all.most)
    expect(await everything(again, 1)).toEqual(batchesOf(1, all.live))
  })

  test('is not written over before it is durable that no row tells of it', async () => {
    const { path } = await openInterleaved()
    const [killed] = crashCopies(path)
    const database = openDatabaseFile(killed!, 'fsync')
    const calls: string[] = []
    const syncs = { walNow: () => calls.push('wal') } as unknown as FileSyncs
    const statements = prepareStatements(database)
    openBatchFiles(databaseFile(killed!), statements, { syncs }).close()
    expect(calls).toEqual(['wal'])
    database.pragma('wal_checkpoint(TRUNCATE)')
    openBatchFiles(databaseFile(killed!), statements, { syncs }).close()
    database.close()
    expect(calls).toEqual(['wal'])
  })
})
