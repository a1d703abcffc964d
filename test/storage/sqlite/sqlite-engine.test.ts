import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { StorageEngine } from '../../../src/core/storage-engine.ts'
import { openDatabase } from '../../../src/storage/sqlite/database.ts'
import { openDatabaseFile } from '../../../src/storage/sqlite/database-file.ts'
import { schemaVersion } from '../../../src/storage/sqlite/schema.ts'
import { openSqliteEngine } from '../../../src/storage/sqlite/sqlite-engine.ts'
import { directoryBytes } from '../../support/directory-bytes.ts'
import { storedBatch } from '../../support/stored-batch.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

async function open(path: string): Promise<StorageEngine> {
  const engine = await openSqliteEngine({ path, durability: 'none' })
  onTestFinished(() => engine.close())
  return engine
}

describe('the file', () => {
  test.each([
    ['fsync', 2],
    ['os', 1],
    ['none', 0],
  ] as const)('is written with durability %s also after the first write and when opened again', (durability, level) => {
    const path = temporaryDirectory()
    for (let round = 0; round < 2; round++) {
      const database = openDatabaseFile(path, durability)
      database.exec('BEGIN; DELETE FROM entries; COMMIT')
      database.prepare('INSERT INTO entries VALUES (?, 0, ?)').run(`key ${round}`, Buffer.alloc(10))
      expect(database.pragma('synchronous', { simple: true })).toBe(level)
      expect(database.pragma('journal_mode', { simple: true })).toBe('wal')
      expect(database.pragma('locking_mode', { simple: true })).toBe('exclusive')
      expect(database.pragma('page_size', { simple: true })).toBe(32_768)
      expect(database.pragma('auto_vacuum', { simple: true })).toBe(2)
      database.close()
    }
  })

  test('of a newer version is refused and left untouched, also when the version is only in its WAL', async () => {
    const path = temporaryDirectory()
    const file = join(path, 'rafka.db')
    await (await openSqliteEngine({ path, durability: 'none' })).close()
    const database = openDatabase(file)
    database.pragma(`user_version = ${schemaVersion + 1}`)
    database.close()
    const before = readFileSync(file)
    await expect(openSqliteEngine({ path, durability: 'none' })).rejects.toMatchObject({
      code: 'STORAGE_VERSION_UNSUPPORTED',
      message: expect.stringContaining(`version ${schemaVersion + 1}`),
    })
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  test('of another program is refused', async () => {
    const path = temporaryDirectory()
    const database = openDatabase(join(path, 'rafka.db'))
    database.exec('CREATE TABLE notes (text TEXT); PRAGMA user_version = 1')
    database.close()
    await expect(openSqliteEngine({ path, durability: 'none' })).rejects.toMatchObject({
      code: 'DATA_DIRECTORY_UNUSABLE',
    })
  })

  test('that is no database is refused, kept, and told how to go on from', async () => {
    const path = temporaryDirectory()
    const file = join(path, 'rafka.db')
    for (const content of ['x', 'no database'.repeat(100)]) {
      writeFileSync(file, content)
      await expect(openSqliteEngine({ path, durability: 'none' })).rejects.toMatchObject({
        code: 'STORAGE_CORRUPT',
        message: expect.stringMatching(/rafka storage verify --repair/),
        details: { file },
      })
      expect(readFileSync(file, 'utf8')).toBe(content)
    }
  })

  test('is not opened twice at a time', async () => {
    const path = temporaryDirectory()
    await open(path)
    await expect(openSqliteEngine({ path, durability: 'none' })).rejects.toMatchObject({
      code: 'DATA_DIRECTORY_IN_USE',
    })
  })

  test('is created with its directory; a file in place of it, or the data of the other engine, is refused', async () => {
    const path = temporaryDirectory()
    await open(join(path, 'a', 'b'))
    writeFileSync(join(path, 'file'), '')
    await expect(open(join(path, 'file'))).rejects.toMatchObject({ code: 'DATA_DIRECTORY_UNUSABLE' })
    writeFileSync(join(path, 'wal-1.log'), '')
    await expect(open(path)).rejects.toThrow(/memory engine/)
  })

  test('that is missing beside its WAL is not taken for a new one', async () => {
    const path = temporaryDirectory()
    writeFileSync(join(path, 'rafka.db-wal'), 'the commits')
    await expect(open(path)).rejects.toMatchObject({
      code: 'STORAGE_CORRUPT',
      message: expect.stringContaining('rafka.db-wal'),
    })
  })
})

describe('the engine', () => {
  test('keeps its WAL short while it is written to, and none of it when it is closed', async () => {
    const path = temporaryDirectory()
    const engine = await open(path)
    let largest = 0
    for (let at = 0; at < 80; at++) {
      await engine.commit([{ append: 1, batch: storedBatch(at, at, { sizeBytes: 1_000_000 }) }])
      largest = Math.max(largest, statSync(join(path, 'rafka.db-wal')).size)
    }
    expect(largest).toBeLessThan(30 * 2 ** 20)
    await engine.close()
    expect(statSync(join(path, 'rafka.db-wal'), { throwIfNoEntry: false })).toBeUndefined()
  })

  test('gives back the room of what was trimmed', async () => {
    const path = temporaryDirectory()
    const engine = await open(path)
    let offset = 0
    const write = async (count: number) => {
      for (const end = offset + count; offset < end; offset++) {
        await engine.commit([{ append: 1, batch: storedBatch(offset, offset, { sizeBytes: 500_000 }) }])
      }
    }
    await write(40)
    for (let round = 0; round < 4; round++) {
      await engine.commit([{ trim: 1, before: offset }])
      await engine.reclaim()
      await write(40)
    }
    await engine.close()
    expect(directoryBytes(path)).toBeLessThan(30e6)
    expect(offset).toBe(200)
  })

  test('goes on with deleting after it was opened again', async () => {
    const path = temporaryDirectory()
    const first = await openSqliteEngine({ path, durability: 'none' })
    for (const log of [1, 2, 3]) {
      await first.commit(
        Array.from({ length: 30 }, (_, at) => ({ append: log, batch: storedBatch(at, at, { sizeBytes: 300_000 }) })),
      )
    }
    const size = () => directoryBytes(path)
    await Promise.all([first.commit([{ trim: 1, before: 29 }, { drop: 2 }]), first.close()])
    expect(size()).toBeGreaterThan(25e6)
    const engine = await open(path)
    await engine.reclaim()
    expect(size()).toBeLessThan(12e6)
    expect((await engine.logs()).sort((a, b) => a.log - b.log)).toEqual([
      { log: 1, start: 29, end: 30, sizeBytes: 300_000 },
      { log: 3, start: 0, end: 30, sizeBytes: 9_000_000 },
    ])
  })

  test('a log that was dropped and comes again meets nothing of its former self', async () => {
    const path = temporaryDirectory()
    const engine = await open(path)
    await engine.commit(Array.from({ length: 1000 }, (_, at) => ({ append: 1, batch: storedBatch(at) })))
    await engine.commit([{ drop: 1 }])
    await engine.commit([{ append: 1, batch: storedBatch(0, 0, { mark: 7 }) }])
    await engine.reclaim()
    expect(await engine.scan(1, 0, 10)).toHaveLength(1)
    expect(await engine.findMaxTimestamp(1)).toMatchObject({ maxTimestamp: 1000 })
  })

  test('knows a log by what was appended since its row was written, after a crash too', async () => {
    const path = temporaryDirectory()
    const engine = await open(path)
    for (let at = 0; at < 700; at++) {
      await engine.commit([{ append: 1, batch: storedBatch(at, at, { sizeBytes: 30 }) }])
      if (at === 300) await engine.commit([{ trim: 1, before: 100 }])
    }
    await engine.close()
    const again = await open(path)
    expect(await again.logs()).toEqual([{ log: 1, start: 100, end: 700, sizeBytes: 18_000 }])
    await again.commit([{ append: 1, batch: storedBatch(700, 700, { sizeBytes: 30 }) }])
    expect(await again.logs()).toEqual([{ log: 1, start: 100, end: 701, sizeBytes: 18_030 }])
  })
})
