import {
  constants,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Change, StorageEngine } from '../../../src/core/storage-engine.ts'
import { type BatchFileLimits, BatchFiles } from '../../../src/storage/sqlite/batch-files.ts'
import { openDatabase } from '../../../src/storage/sqlite/database.ts'
import { repairSqlite } from '../../../src/storage/sqlite/repair-sqlite.ts'
import { schemaVersion } from '../../../src/storage/sqlite/schema.ts'
import { openSqliteEngine } from '../../../src/storage/sqlite/sqlite-engine.ts'
import { verifySqlite } from '../../../src/storage/sqlite/verify-sqlite.ts'
import { directoryBytes } from '../../support/directory-bytes.ts'
import { comparable, storedBatch } from '../../support/stored-batch.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const sizeBytes = 1000
const batchOf = (log: number, at: number) => storedBatch(at, at, { mark: log, sizeBytes })
const batchesOf = (log: number, from: number, until: number) =>
  Array.from({ length: until - from }, (_, index) => comparable(batchOf(log, from + index)))
const allInFiles: BatchFileLimits = { groupBytes: 0, batchBytes: 0, fileBytes: 10 * sizeBytes, halvesBytes: 1e9 }

async function open(path: string, fileLimits: Partial<BatchFileLimits> = allInFiles): Promise<StorageEngine> {
  const engine = await openSqliteEngine({ path, durability: 'fsync', fileLimits })
  onTestFinished(() => engine.close())
  return engine
}

async function append(engine: StorageEngine, log: number, from: number, until: number): Promise<void> {
  for (let at = from; at < until; at++) await engine.commit([{ append: log, batch: batchOf(log, at) }])
}

const everything = async (engine: StorageEngine, log = 1) => (await engine.read(log, 0, 1e9)).map(comparable)
const directory = (path: string) => join(path, 'rafka.db-batches')
const files = (path: string) =>
  readdirSync(directory(path)).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))

/** Whether this process has opened a file so that each write is durable before it settles (`O_DSYNC`). */
function syncsEachWrite(file: string): boolean {
  const { dev, ino } = statSync(file)
  const descriptor = readdirSync('/proc/self/fd').find((each) => {
    const open = statSync(`/proc/self/fd/${each}`, { throwIfNoEntry: false })
    return open?.dev === dev && open.ino === ino
  })
  const [, flags] = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))!
  return (Number.parseInt(flags!, 8) & constants.O_DSYNC) !== 0
}

describe('the bytes of batches', () => {
  test.runIf(process.platform === 'linux')(
    'are durable when their write settles, of a new file and of one that is opened again',
    async () => {
      const path = temporaryDirectory()
      const file = join(directory(path), '1.batches')
      for (const [durable, at] of [
        [true, 0],
        [true, sizeBytes],
        [false, 0],
      ] as const) {
        const written = new BatchFiles(join(path, 'rafka.db'), { durable, limits: allInFiles })
        written.continueAt(1, at)
        await written.write([Buffer.alloc(sizeBytes)])
        expect(syncsEachWrite(file)).toBe(durable)
        written.close()
      }
    },
  )

  test('go into rows when little comes at once, and into a file when much does', async () => {
    const path = temporaryDirectory()
    const engine = await open(path, {})
    await engine.commit([{ append: 1, batch: storedBatch(0, 0, { sizeBytes: 100_000 }) }])
    expect(existsSync(directory(path))).toBe(false)
    const large = storedBatch(1, 1, { sizeBytes: 300_000 })
    const small = storedBatch(2, 2, { sizeBytes: 3_000 })
    await engine.commit([
      { append: 1, batch: large },
      { append: 1, batch: small },
    ])
    expect(readFileSync(join(directory(path), '1.batches')).equals(large.bytes)).toBe(true)
    expect((await engine.read(1, 1, 1e9)).map(comparable)).toEqual([large, small].map(comparable))
    expect((await engine.logs())[0]).toMatchObject({ sizeBytes: 403_000 })
  })

  test('are all in rows where nothing waits for the disk: what is lost there must be the end, not the middle', async () => {
    const path = temporaryDirectory()
    const engine = await openSqliteEngine({ path, durability: 'os', fileLimits: allInFiles })
    await append(engine, 1, 0, 3)
    expect(await everything(engine)).toEqual(batchesOf(1, 0, 3))
    await engine.close()
    expect(existsSync(directory(path))).toBe(false)
  })

  test('stay when the engine is opened again, and the last file is gone on with', async () => {
    const path = temporaryDirectory()
    for (let end = 0; end < 25; end += 5) {
      const engine = await openSqliteEngine({ path, durability: 'fsync', fileLimits: allInFiles })
      await append(engine, 1, end, end + 5)
      expect(await everything(engine)).toEqual(batchesOf(1, 0, end + 5))
      await engine.close()
    }
    expect(files(path)).toEqual(['1.batches', '2.batches', '3.batches'])
  })

  test('that a crash left without rows are written over', async () => {
    const path = temporaryDirectory()
    await append(await open(path), 1, 0, 5)
    const crashed = temporaryDirectory()
    cpSync(path, crashed, { recursive: true })
    writeFileSync(join(directory(crashed), '1.batches'), Buffer.alloc(3 * sizeBytes, 'x'), { flag: 'a' })
    writeFileSync(join(directory(crashed), '2.batches'), Buffer.alloc(sizeBytes, 'x'))
    const engine = await open(crashed)
    await append(engine, 1, 5, 12)
    expect(await everything(engine)).toEqual(batchesOf(1, 0, 12))
    expect(await verifySqlite(temporaryDirectory())).toEqual([])
  })

  test('of a database of the first version are read, and new ones go into files', async () => {
    const path = temporaryDirectory()
    const first = await openSqliteEngine({ path, durability: 'fsync' })
    await append(first, 1, 0, 5)
    await first.close()
    const old = openDatabase(join(path, 'rafka.db'))
    old.exec(
      'DROP INDEX batches_by_place; ALTER TABLE batches DROP COLUMN position; ALTER TABLE batches DROP COLUMN file',
    )
    old.pragma('user_version = 1')
    old.close()
    const damaged = temporaryDirectory()
    cpSync(path, damaged, { recursive: true })
    expect(await repairSqlite(damaged)).toMatchObject({ batchCount: 5, lost: [] })
    const engine = await open(path)
    await append(engine, 1, 5, 8)
    expect(await everything(engine)).toEqual(batchesOf(1, 0, 8))
    expect(files(path)).toEqual(['1.batches'])
    await engine.close()
    const database = openDatabase(join(path, 'rafka.db'))
    expect(database.pragma('user_version', { simple: true })).toBe(schemaVersion)
    database.close()
  })
})

describe('a write', () => {
  test('of more buffers than a system call takes is whole', async () => {
    const path = temporaryDirectory()
    const engine = await open(path, { ...allInFiles, fileBytes: 1e9 })
    const changes = Array.from({ length: 3000 }, (_, at) => ({ append: 1, batch: batchOf(1, at) }))
    await engine.commit(changes)
    expect(await everything(engine)).toEqual(batchesOf(1, 0, 3000))
  })

  test('that the disk refuses leaves nothing, and the next one goes on', async () => {
    const path = temporaryDirectory()
    const engine = await open(path)
    await append(engine, 1, 0, 10)
    // The next file cannot be made where a directory has its name.
    cpSync(temporaryDirectory(), join(directory(path), '2.batches'), { recursive: true })
    await expect(append(engine, 1, 10, 11)).rejects.toMatchObject({
      code: 'KAFKA_STORAGE_ERROR',
      message: expect.stringMatching(/nothing was stored: .*2\.batches was not written: EISDIR/),
    })
    expect(await everything(engine)).toEqual(batchesOf(1, 0, 10))
    rmSync(join(directory(path), '2.batches'), { recursive: true })
    await append(engine, 1, 10, 12)
    expect(await everything(engine)).toEqual(batchesOf(1, 0, 12))
  })
})

describe('room', () => {
  test('of bytes whose rows were refused is given back at once', async () => {
    const path = temporaryDirectory()
    const engine = await open(path, { ...allInFiles, fileBytes: 1e9 })
    await append(engine, 1, 0, 3)
    const odd = { put: 'key', value: 'no bytes' } as unknown as Change
    await expect(engine.commit([{ append: 1, batch: batchOf(1, 3) }, odd])).rejects.toBeDefined()
    expect(directoryBytes(directory(path))).toBe(3 * sizeBytes)
    await append(engine, 1, 3, 5)
    expect(await everything(engine)).toEqual(batchesOf(1, 0, 5))
    expect(directoryBytes(directory(path))).toBe(5 * sizeBytes)
  })

  test('is not taken from files of others in the same directory', async () => {
    const path = temporaryDirectory()
    const engine = await open(path)
    await append(engine, 1, 0, 15)
    await engine.close()
    for (const name of ['notes', '0x1.batches', '-1.batches']) writeFileSync(join(directory(path), name), 'a')
    const again = await open(path)
    await again.commit([{ trim: 1, before: 14 }])
    await again.reclaim()
    expect(await everything(again)).toEqual(batchesOf(1, 14, 15))
    expect(files(path)).toEqual(expect.arrayContaining(['notes', '0x1.batches', '-1.batches']))
  })

  test('of a file is given back when the last of its batches was trimmed, dropped or replaced', async () => {
    const path = temporaryDirectory()
    const engine = await open(path)
    await append(engine, 1, 0, 25)
    await append(engine, 2, 0, 20)
    expect(files(path)).toEqual(['1', '2', '3', '4', '5'].map((name) => `${name}.batches`))
    await engine.commit([{ trim: 1, before: 20 }])
    await engine.reclaim()
    expect(files(path)).toEqual(['3.batches', '4.batches', '5.batches'])
    await engine.commit([{ drop: 2 }])
    await engine.reclaim()
    expect(await everything(engine)).toEqual(batchesOf(1, 20, 25))
    expect(directoryBytes(directory(path))).toBeLessThanOrEqual(10 * sizeBytes)
    await engine.commit([{ replace: 1, from: 20, to: 25, batches: [] }])
    await engine.reclaim()
    expect(files(path)).toEqual([])
    await append(engine, 1, 25, 27)
    expect(await everything(engine)).toEqual(batchesOf(1, 25, 27))
  })

  test('of files that are mostly unused is given back after what is still needed has moved, also through a crash', async () => {
    const path = temporaryDirectory()
    const engine = await open(path)
    for (let at = 0; at < 100; at++) {
      await append(engine, 1, at, at + 1)
      if (at % 5 === 0) await append(engine, 2, at / 5, at / 5 + 1)
    }
    await engine.commit([{ trim: 1, before: 95 }])
    const before = temporaryDirectory()
    cpSync(path, before, { recursive: true })
    await engine.reclaim()
    const after = temporaryDirectory()
    cpSync(path, after, { recursive: true })
    expect(directoryBytes(directory(path))).toBeLessThanOrEqual(40 * sizeBytes)
    await engine.close()
    for (const copy of [path, before, after]) {
      expect(await verifySqlite(copy)).toEqual([])
      const again = await open(copy)
      expect(await everything(again, 2)).toEqual(batchesOf(2, 0, 20))
      expect(await everything(again)).toEqual(batchesOf(1, 95, 100))
      await append(again, 2, 20, 25)
      await again.reclaim()
      expect(await everything(again, 2)).toEqual(batchesOf(2, 0, 25))
    }
  })

  test('of a file with damaged bytes is kept, for a repair', async () => {
    const path = temporaryDirectory()
    const first = await open(path)
    await append(first, 1, 0, 8)
    await append(first, 2, 0, 12)
    await first.commit([{ trim: 1, before: 8 }])
    await first.close()
    truncateSync(join(directory(path), '1.batches'), 9500)
    const engine = await open(path)
    await engine.reclaim()
    expect(files(path)).toContain('1.batches')
    expect((await engine.read(2, 0, 1e9)).map(comparable)).toEqual(batchesOf(2, 0, 1))
    await expect(engine.read(2, 1, 1e9)).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' })
  })
})

describe('damage', () => {
  /** A closed store with 25 batches in three files. */
  async function createStore(): Promise<string> {
    const path = temporaryDirectory()
    const engine = await openSqliteEngine({ path, durability: 'fsync', fileLimits: allInFiles })
    await append(engine, 1, 0, 25)
    await engine.close()
    return path
  }

  test('a file that is missing, or the last one cut, is told when the store is opened', async () => {
    for (const [name, keep] of [
      ['2', undefined],
      ['3', 4_999],
    ] as const) {
      const path = await createStore()
      const file = join(directory(path), `${name}.batches`)
      if (keep === undefined) rmSync(file)
      else truncateSync(file, keep)
      await expect(open(path)).rejects.toMatchObject({
        code: 'STORAGE_CORRUPT',
        message: expect.stringContaining(file),
      })
    }
  })

  test('a batch that was changed, or is cut off, is told by its offset; those before it are given', async () => {
    const path = await createStore()
    const file = join(directory(path), '2.batches')
    const bytes = readFileSync(file)
    bytes[5 * sizeBytes + 3]! ^= 1
    writeFileSync(file, bytes)
    const engine = await open(path)
    expect((await engine.read(1, 10, 1e9)).map(comparable)).toEqual(batchesOf(1, 10, 15))
    await expect(engine.read(1, 15, 1e9)).rejects.toMatchObject({
      code: 'STORAGE_CORRUPT',
      message: expect.stringContaining('the batch at offset 15 of log 1'),
    })
    truncateSync(file, 7500)
    expect((await engine.read(1, 16, 1e9)).map(comparable)).toEqual(batchesOf(1, 16, 17))
    await expect(engine.read(1, 17, 1e9)).rejects.toMatchObject({
      code: 'STORAGE_CORRUPT',
      message: expect.stringContaining(`${file} ends before byte 8000`),
    })
    await engine.close()
    expect((await verifySqlite(path)).map(({ where }) => where)).toEqual(
      [15, 17, 18, 19].map((offset) => `log 1, offset ${offset}`),
    )
  })

  test('is repaired to the longest sound beginning; what was damaged is kept, with its files', async () => {
    for (const harm of [(file: string) => rmSync(file), (file: string) => truncateSync(file, 2500)]) {
      const path = await createStore()
      harm(join(directory(path), '2.batches'))
      expect(await verifySqlite(path)).not.toEqual([])
      const report = await repairSqlite(path)
      expect(report.keptAside.map((kept) => existsSync(kept))).toEqual([true, true])
      expect(readdirSync(report.keptAside.at(-1)!)).toContain('3.batches')
      expect(await verifySqlite(path)).toEqual([])
      const engine = await open(path)
      const kept = report.batchCount
      expect([10, 12]).toContain(kept)
      expect(await everything(engine)).toEqual(batchesOf(1, 0, kept))
      await append(engine, 1, 25, 27)
      expect(await everything(engine)).toEqual([...batchesOf(1, 0, kept), ...batchesOf(1, 25, 27)])
    }
  })

  test('files beside no database are not taken for a new store', async () => {
    const path = await createStore()
    rmSync(join(path, 'rafka.db'))
    await expect(open(path)).rejects.toMatchObject({
      code: 'STORAGE_CORRUPT',
      message: expect.stringContaining('rafka.db-batches'),
    })
  })
})

test('few files are kept open, and the one that is written to is among them', async () => {
  const path = temporaryDirectory()
  const batchFiles = new BatchFiles(join(path, 'rafka.db'), { durable: false, limits: { fileBytes: 1 } })
  onTestFinished(() => batchFiles.close())
  const opened = () => readdirSync('/proc/self/fd').length
  const before = process.platform === 'linux' ? opened() : 0
  for (let at = 0; at < 100; at++) await batchFiles.write([batchOf(1, at).bytes])
  for (let at = 0; at < 100; at++) {
    const found = batchFiles.read({ file: at + 1, position: 0 }, sizeBytes)
    expect(Buffer.compare(found as Buffer, batchOf(1, at).bytes)).toBe(0)
  }
  if (process.platform === 'linux') expect(opened() - before).toBeLessThanOrEqual(32)
})
