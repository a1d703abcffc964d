import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isRafkaError } from '../../../src/core/errors.ts'
import type { StorageEngine } from '../../../src/core/storage-engine.ts'
import { openDatabase } from '../../../src/storage/sqlite/database.ts'
import { repairSqlite } from '../../../src/storage/sqlite/repair-sqlite.ts'
import { openSqliteEngine } from '../../../src/storage/sqlite/sqlite-engine.ts'
import { verifySqlite } from '../../../src/storage/sqlite/verify-sqlite.ts'
import { storedBatch } from '../../support/stored-batch.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const pageBytes = 32_768
const batchCount = 400
const batchOf = (log: number, at: number) => storedBatch(at, at, { mark: log, sizeBytes: at % 10 === 0 ? 2000 : 60 })

/** A closed database with two logs of 400 batches, a trimmed one, and entries. */
async function createStore(): Promise<string> {
  const path = temporaryDirectory()
  const engine = await openSqliteEngine({ path, durability: 'none' })
  for (let at = 0; at < batchCount; at++) {
    await engine.commit([
      { append: 1, batch: batchOf(1, at) },
      { append: 2, batch: batchOf(2, at) },
      { put: `entry/${String(at).padStart(4, '0')}`, value: Buffer.alloc(100, `${at};`) },
    ])
  }
  await engine.commit([{ trim: 2, before: 50 }])
  await engine.reclaim()
  await engine.close()
  return path
}

/** What a store gives for a log, checked against what was written: how many batches from its start on, without a hole. */
async function soundPrefix(engine: StorageEngine, log: number): Promise<number> {
  const batches = await engine.read(log, 0, 1e9)
  const first = batches[0]?.baseOffset ?? 0
  const asWritten = batches.every((batch, at) => {
    return batch.baseOffset === first + at && Buffer.compare(batch.bytes, batchOf(log, first + at).bytes) === 0
  })
  expect(asWritten).toBe(true)
  return batches.length
}

async function checkEntries(engine: StorageEngine): Promise<number> {
  const entries = await engine.entries('')
  const isAsWritten = ([key, value]: [string, Uint8Array]) =>
    Buffer.compare(value, Buffer.alloc(100, `${Number(key.slice(6))};`)) === 0
  expect(entries.every(isAsWritten)).toBe(true)
  return entries.length
}

const file = (path: string) => join(path, 'rafka.db')

describe('a sound database', () => {
  test('has nothing to find, and repairing it loses nothing', async () => {
    const path = await createStore()
    expect(await verifySqlite(path)).toEqual([])
    const report = await repairSqlite(path)
    expect(report).toMatchObject({ logCount: 2, batchCount: 2 * batchCount - 50, entryCount: batchCount, lost: [] })
    expect(await verifySqlite(path)).toEqual([])
    const engine = await openSqliteEngine({ path, durability: 'none' })
    expect(await engine.logs()).toMatchObject([
      { log: 1, start: 0, end: batchCount },
      { log: 2, start: 50, end: batchCount },
    ])
    expect(await soundPrefix(engine, 1)).toBe(batchCount)
    expect(await soundPrefix(engine, 2)).toBe(batchCount - 50)
    expect(await engine.findByTimestamp(1, 1333, 0)).toMatchObject({ baseOffset: 333 })
    await engine.close()
  })

  test('of which a batch is not as its owner knows it has a finding; repaired, the log ends before it, and its end stays', async () => {
    const path = await createStore()
    const isOdd = (batch: { baseOffset: number }) => (batch.baseOffset === 120 ? 'its checksum is wrong' : undefined)
    expect(await verifySqlite(path, isOdd)).toEqual([
      { file: file(path), where: 'log 1, offset 120', what: 'its checksum is wrong' },
      { file: file(path), where: 'log 2, offset 120', what: 'its checksum is wrong' },
    ])
    const report = await repairSqlite(path, isOdd)
    expect(report.lost.map(({ where }) => where)).toContain('log 1, offset 120')
    const engine = await openSqliteEngine({ path, durability: 'none' })
    expect(await soundPrefix(engine, 1)).toBe(120)
    expect(await soundPrefix(engine, 2)).toBe(70)
    expect((await engine.logs()).map(({ end }) => end)).toEqual([batchCount, batchCount])
    await engine.close()
  })
})

describe('a damaged database', () => {
  test('a page of zeros, whichever, is found; repaired, it opens with sound prefixes and the damaged file is kept', async () => {
    const sound = await createStore()
    const whole = readFileSync(file(sound))
    for (let page = 0; page < whole.length / pageBytes; page++) {
      const path = temporaryDirectory()
      const damaged = Buffer.from(whole)
      damaged.fill(0, page * pageBytes, (page + 1) * pageBytes)
      writeFileSync(file(path), damaged)
      expect(await verifySqlite(path), `page ${page + 1}`).not.toEqual([])
      const report = await repairSqlite(path)
      expect(readFileSync(report.keptAside[0]!).equals(damaged)).toBe(true)
      expect(await verifySqlite(path)).toEqual([])
      const engine = await openSqliteEngine({ path, durability: 'none' })
      const batches = (await soundPrefix(engine, 1)) + (await soundPrefix(engine, 2))
      expect(batches).toBe(report.batchCount)
      expect(await checkEntries(engine)).toBe(report.entryCount)
      if (page > 0) expect(batches + report.entryCount).toBeGreaterThanOrEqual(batchCount)
      await engine.close()
    }
  })

  test('any flipped bit is either harmless, or told where it is met; wrong data is never given', async () => {
    const sound = await createStore()
    const whole = readFileSync(file(sound))
    const path = temporaryDirectory()
    for (let round = 0; round < 60; round++) {
      // From a fixed rule, all over the file.
      const at = (round * 104_729 * 31) % whole.length
      const damaged = Buffer.from(whole)
      damaged[at]! ^= 1 << (round & 7)
      writeFileSync(file(path), damaged)
      const outcome = await readAll(path).catch((error: unknown) => error)
      const told = isRafkaError(outcome, 'STORAGE_CORRUPT') || isRafkaError(outcome, 'DATA_DIRECTORY_UNUSABLE')
      expect(
        outcome === 'as written' || told || isRafkaError(outcome, 'STORAGE_VERSION_UNSUPPORTED'),
        `byte ${at}: ${String(outcome)}`,
      ).toBe(true)
      rmSync(`${file(path)}-wal`, { force: true })
    }
  })

  async function readAll(path: string): Promise<string> {
    const engine = await openSqliteEngine({ path, durability: 'none' })
    try {
      for (const { log, end, start } of await engine.logs()) {
        let next = start
        while (next < end) {
          const batches = await engine.read(log, next, 20_000)
          for (const batch of batches) {
            // Only the beginning of a batch is guarded by the engine: the rest has its owner's checksum.
            const isSame = Buffer.compare(batch.bytes.subarray(0, 60), batchOf(log, next).bytes.subarray(0, 60)) === 0
            if (batch.baseOffset !== next || !isSame) return `wrong data at offset ${next} of log ${log}`
            next = batch.lastOffset + 1
          }
          expect(batches.length).toBeGreaterThan(0)
        }
      }
      expect(await checkEntries(engine)).toBe(batchCount)
      return 'as written'
    } finally {
      await engine.close()
    }
  }

  test('a row that was changed is told by log and offset, batches before it are given, and other logs go on', async () => {
    const path = await createStore()
    const database = openDatabase(file(path))
    database.exec('UPDATE batches SET max_timestamp = 5 WHERE log = 1 AND base_offset = 200')
    database.exec("UPDATE entries SET value = x'00' WHERE key = 'entry/0007'")
    database.close()
    const engine = await openSqliteEngine({ path, durability: 'none' })
    expect(await engine.read(1, 190, 1e9)).toHaveLength(10)
    await expect(engine.read(1, 200, 1e9)).rejects.toMatchObject({
      code: 'STORAGE_CORRUPT',
      message: expect.stringContaining('the batch at offset 200 of log 1'),
    })
    expect(await soundPrefix(engine, 2)).toBe(batchCount - 50)
    await expect(engine.entries('entry/0007')).rejects.toThrow(/entry "entry\/0007"/)
    await engine.close()
    expect((await verifySqlite(path)).map(({ where }) => where)).toEqual(['log 1, offset 200', 'entry "entry/0007"'])
  })

  test('bounds for look-ups by time that are too low are found, and set right by a repair', async () => {
    const path = await createStore()
    const database = openDatabase(file(path))
    database.exec('UPDATE time_blocks SET max_timestamp = 3 WHERE log = 1')
    database.close()
    expect((await verifySqlite(path))[0]).toMatchObject({ where: 'log 1, offset 0' })
    await repairSqlite(path)
    expect(await verifySqlite(path)).toEqual([])
  })

  test('no database at all is replaced by an empty one, and kept', async () => {
    const path = temporaryDirectory()
    writeFileSync(file(path), 'no database'.repeat(50))
    expect(await verifySqlite(path)).toMatchObject([{ where: 'file' }])
    const report = await repairSqlite(path)
    expect(report).toMatchObject({ logCount: 0, batchCount: 0, entryCount: 0 })
    expect(readFileSync(report.keptAside[0]!, 'utf8')).toMatch(/^no database/)
    await (await openSqliteEngine({ path, durability: 'none' })).close()
  })
})

describe('a repair', () => {
  test('that was interrupted is not opened over, and the next one goes on with it', async () => {
    const path = await createStore()
    const aside = `${file(path)}.damaged-2026-01-01T00-00-00-000Z`
    renameSync(file(path), aside)
    await expect(openSqliteEngine({ path, durability: 'none' })).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' })
    writeFileSync(`${file(path)}.repairing`, 'half')
    const report = await repairSqlite(path)
    expect(report).toMatchObject({ keptAside: [aside], batchCount: 2 * batchCount - 50 })
    expect(existsSync(`${file(path)}.repairing`)).toBe(false)
  })

  test('takes along what is only in the WAL', async () => {
    const path = temporaryDirectory()
    const engine = await openSqliteEngine({ path, durability: 'none' })
    await engine.commit([{ append: 1, batch: batchOf(1, 0) }])
    const crashed = temporaryDirectory()
    cpSync(path, crashed, { recursive: true })
    await engine.close()
    expect(readdirSync(crashed).sort()).toEqual(['rafka.db', 'rafka.db-wal'])
    expect(await repairSqlite(crashed)).toMatchObject({ batchCount: 1, lost: [] })
  })

  test('of a directory in use, or without data, is refused', async () => {
    const path = await createStore()
    const engine = await openSqliteEngine({ path, durability: 'none' })
    await expect(repairSqlite(path)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_IN_USE' })
    await expect(verifySqlite(path)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_IN_USE' })
    await engine.close()
    await expect(repairSqlite(temporaryDirectory())).rejects.toMatchObject({ code: 'DATA_DIRECTORY_UNUSABLE' })
    expect(await verifySqlite(temporaryDirectory())).toEqual([])
  })
})
