import { cpSync, mkdirSync, readdirSync, rmdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Change, StorageEngine } from '../../../src/core/storage-engine.ts'
import type { BatchFileLimits } from '../../../src/storage/sqlite/batch-files.ts'
import { openSqliteEngine } from '../../../src/storage/sqlite/sqlite-engine.ts'
import { comparable, storedBatch } from '../../support/stored-batch.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const sizeBytes = 1000
const batchOf = (at: number) => storedBatch(at, at, { sizeBytes })
const batchesOf = (from: number, until: number) =>
  Array.from({ length: until - from }, (_, index) => comparable(batchOf(from + index)))

async function open(path: string, fileLimits: BatchFileLimits): Promise<StorageEngine> {
  const engine = await openSqliteEngine({ path, durability: 'fsync', fileLimits })
  onTestFinished(() => engine.close())
  return engine
}

const everything = async (engine: StorageEngine) => (await engine.read(1, 0, 1e9)).map(comparable)
const directory = (path: string) => join(path, 'rafka.db-batches')
const files = (path: string) =>
  readdirSync(directory(path)).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))

describe('a large group is divided between two files', () => {
  const inHalves: BatchFileLimits = {
    groupBytes: 0,
    batchBytes: 0,
    fileBytes: 10 * sizeBytes,
    halvesBytes: 2 * sizeBytes,
  }
  const group = (from: number, until: number): Change[] =>
    Array.from({ length: until - from }, (_, index) => ({ append: 1, batch: batchOf(from + index) }))
  const sizes = (path: string) => files(path).map((file) => statSync(join(directory(path), file)).size / sizeBytes)

  test('by bytes, in order, and each file goes on until it is full', async () => {
    const path = temporaryDirectory()
    const engine = await open(path, inHalves)
    await engine.commit(group(0, 1))
    expect(sizes(path)).toEqual([1])
    await engine.commit(group(1, 6))
    expect(sizes(path)).toEqual([4, 2])
    await engine.commit(group(6, 20))
    expect(sizes(path)).toEqual([11, 9])
    await engine.commit(group(20, 24))
    expect(sizes(path)).toEqual([11, 11, 2])
    await engine.commit(group(24, 28))
    expect(sizes(path)).toEqual([11, 11, 4, 2])
    expect(await everything(engine)).toEqual(batchesOf(0, 28))
  })

  test('with one batch larger than all others', async () => {
    const path = temporaryDirectory()
    const engine = await open(path, inHalves)
    const batches = [1, 20, 1, 1].map((size, at) => storedBatch(at, at, { sizeBytes: size * sizeBytes }))
    await engine.commit(batches.map((batch) => ({ append: 1, batch })))
    expect(sizes(path)).toEqual([21, 2])
    expect(await everything(engine)).toEqual(batches.map(comparable))
  })

  test('and both are gone on with when the engine is opened again', async () => {
    const path = temporaryDirectory()
    for (let end = 0; end < 12; end += 4) {
      const engine = await open(path, inHalves)
      await engine.commit(group(end, end + 4))
      expect(await everything(engine)).toEqual(batchesOf(0, end + 4))
      await engine.close()
    }
    expect(sizes(path)).toEqual([6, 6])
  })

  test('what a crash left in both without rows is written over', async () => {
    const path = temporaryDirectory()
    const engine = await open(path, inHalves)
    await engine.commit(group(0, 4))
    const crashed = temporaryDirectory()
    cpSync(path, crashed, { recursive: true })
    for (const file of files(crashed))
      writeFileSync(join(directory(crashed), file), Buffer.alloc(3 * sizeBytes, 'x'), { flag: 'a' })
    const again = await open(crashed, inHalves)
    await again.commit(group(4, 8))
    expect(await everything(again)).toEqual(batchesOf(0, 8))
    expect(sizes(crashed)).toEqual([5, 5])
  })

  test('one that refuses leaves nothing in either, and the next group goes on', async () => {
    const path = temporaryDirectory()
    const engine = await open(path, inHalves)
    await engine.commit(group(0, 1))
    mkdirSync(join(directory(path), '2.batches'))
    await expect(engine.commit(group(1, 5))).rejects.toMatchObject({
      code: 'KAFKA_STORAGE_ERROR',
      message: expect.stringMatching(/nothing was stored: .*2\.batches was not written: EISDIR/),
    })
    expect(statSync(join(directory(path), '1.batches')).size).toBe(sizeBytes)
    expect(await everything(engine)).toEqual(batchesOf(0, 1))
    rmdirSync(join(directory(path), '2.batches'))
    await engine.commit(group(1, 5))
    expect(await everything(engine)).toEqual(batchesOf(0, 5))
    expect(sizes(path)).toEqual([3, 2])
  })

  test('the room of both comes back when their rows are refused', async () => {
    const path = temporaryDirectory()
    const engine = await open(path, inHalves)
    await engine.commit(group(0, 4))
    const odd = { put: 'key', value: 'no bytes' } as unknown as Change
    await expect(engine.commit([...group(4, 8), odd])).rejects.toBeDefined()
    expect(sizes(path)).toEqual([2, 2])
  })

  test('the older one is left as it is when bytes are missing at its end; without those of the newer one nothing opens', async () => {
    const path = temporaryDirectory()
    const engine = await open(path, inHalves)
    await engine.commit(group(0, 4))
    await engine.close()
    truncateSync(join(directory(path), '1.batches'), sizeBytes)
    const again = await open(path, inHalves)
    await expect(again.read(1, 1, 1e9)).rejects.toThrow('1.batches ends before byte 2000')
    await again.commit(group(4, 8))
    expect((await again.read(1, 4, 1e9)).map(comparable)).toEqual(batchesOf(4, 8))
    await again.close()
    expect(sizes(path)).toEqual([1, 4, 2])
    truncateSync(join(directory(path), '3.batches'), sizeBytes)
    await expect(open(path, inHalves)).rejects.toThrow('3.batches ends before byte 2000')
  })

  test('both go when nothing in them is needed any more', async () => {
    const path = temporaryDirectory()
    const engine = await open(path, inHalves)
    await engine.commit(group(0, 8))
    await engine.commit([{ trim: 1, before: 8 }])
    await engine.reclaim()
    expect(files(path)).toEqual([])
    await engine.commit(group(8, 12))
    expect(await everything(engine)).toEqual(batchesOf(8, 12))
  })
})
