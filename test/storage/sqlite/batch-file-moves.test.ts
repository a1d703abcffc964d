import { rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { Sqlite } from '../../../src/core/sqlite-package.ts'
import type { StorageEngine } from '../../../src/core/storage-engine.ts'
import { BatchFileSweep } from '../../../src/storage/sqlite/batch-file-sweep.ts'
import { BatchFiles, UnwrittenBatches } from '../../../src/storage/sqlite/batch-files.ts'
import { databaseFile, openDatabaseFile } from '../../../src/storage/sqlite/database-file.ts'
import { openBatchFiles } from '../../../src/storage/sqlite/open-batch-files.ts'
import { prepareStatements, type Statements } from '../../../src/storage/sqlite/statements.ts'
import {
  all,
  append,
  batchesOf,
  batchOf,
  bytesIn,
  directory,
  everything,
  fileLimits,
  holdTimers,
  interleave,
  keepingLogger,
  open,
  openInterleaved,
  sizeBytes,
  until,
  untilQuiet,
} from '../../support/interleaved-store.ts'
import { comparable } from '../../support/stored-batch.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const full = Object.assign(new Error('ENOSPC: as the test asked for'), { code: 'ENOSPC' })

beforeEach(holdTimers)

describe('moving', () => {
  test('for which there is no room is told, does not keep others from writing, and is tried again', async () => {
    const { told, logger } = keepingLogger()
    const { path, engine } = await openInterleaved(logger)
    const write = vi.spyOn(BatchFiles.prototype, 'write')
    write.mockRejectedValue(new UnwrittenBatches('a file', full))
    await engine.commit([{ drop: 2 }])
    await until(() => told.length > 0)
    const attempts = write.mock.calls.length
    for (let at = 0; at < 10; at++) {
      await engine.commit([{ put: `key ${at}`, value: Buffer.from('value') }])
      vi.advanceTimersByTime(900)
      await nextTurn()
    }
    expect(write).toHaveBeenCalledTimes(attempts)
    write.mockRestore()
    await append(engine, 1, 20, 22)
    await untilQuiet(engine)
    expect(bytesIn(path)).toBeLessThanOrEqual(all.most)
    expect(await everything(engine, 1)).toEqual(batchesOf(1, 22))
    expect(told).toEqual([
      {
        level: 'warn',
        text: 'storage: the clearing of what is not needed any more is put off',
        fields: { error: 'a file was not written: ENOSPC: as the test asked for' },
      },
    ])
  })

  test('for which there is no room is a refusal to who asked for it, and goes on later', async () => {
    const { path, engine } = await openInterleaved()
    await engine.commit([{ drop: 2 }])
    const write = vi.spyOn(BatchFiles.prototype, 'write')
    write.mockRejectedValueOnce(new UnwrittenBatches('a file', full))
    await expect(engine.reclaim()).rejects.toMatchObject({ code: 'KAFKA_STORAGE_ERROR' })
    await engine.reclaim()
    expect(bytesIn(path)).toBeLessThanOrEqual(all.most)
    expect(await everything(engine, 1)).toEqual(batchesOf(1, all.live))
  })

  test.each([
    ['planned', (engine: StorageEngine) => engine.commit([])],
    ['asked for', (engine: StorageEngine) => engine.reclaim().catch(() => {})],
  ])('%s, whose sync fails ends all writing, once; what is stored can be read', async (_, begin) => {
    const { told, logger } = keepingLogger()
    const { path, engine } = await openInterleaved(logger)
    const write = vi.spyOn(BatchFiles.prototype, 'write')
    write.mockRejectedValue(new Error('EIO: as the test asked for'))
    await engine.commit([{ drop: 2 }])
    await begin(engine)
    await until(() => write.mock.calls.length > 0)
    const refused = { code: 'KAFKA_STORAGE_ERROR', message: expect.stringContaining('nothing more is stored') }
    await expect(append(engine, 1, 20, 21)).rejects.toMatchObject(refused)
    await expect(engine.reclaim()).rejects.toMatchObject(refused)
    expect([vi.getTimerCount(), write.mock.calls.length]).toEqual([0, 1])
    expect(told.length).toBeLessThanOrEqual(1)
    expect(await everything(engine, 1)).toEqual(batchesOf(1, all.live))
    await engine.close()
    write.mockRestore()
    const again = await open(path)
    await untilQuiet(again)
    expect(await everything(again, 1)).toEqual(batchesOf(1, all.live))
    expect(bytesIn(path)).toBeLessThanOrEqual(all.most)
  })

  test.each([
    ['damaged', (file: string) => truncateSync(file, 4_500), 5],
    ['missing', (file: string) => rmSync(file), 4],
  ])('leaves a file that is %s alone, tells of it at most once, and goes on with the others', async (_, harm, end) => {
    const { told, logger } = keepingLogger()
    const { path, engine } = await openInterleaved()
    await engine.close()
    const again = await open(path, logger)
    harm(join(directory(path), '3.batches'))
    for (const change of [{ drop: 2 }, { trim: 1, before: 1 }]) {
      await again.commit([change])
      await untilQuiet(again)
      expect(bytesIn(path)).toBeLessThanOrEqual(all.most)
    }
    expect(told.length).toBeLessThanOrEqual(1)
    expect(await everything(again, 1)).toEqual(batchesOf(1, end).slice(1))
    await append(again, 1, 20, 25)
    expect((await again.read(1, 6, 1e9)).map(comparable)).toEqual(batchesOf(1, 25).slice(6))
  })

  test('whose rows there is no room for gives its bytes back at once, and goes on later', async () => {
    const path = temporaryDirectory()
    const engine = await open(path)
    await interleave(engine, 4)
    await engine.close()
    const database = openDatabaseFile(path, 'none')
    onTestFinished(() => void database.close())
    database.exec('DELETE FROM batches WHERE log = 2')
    const real = prepareStatements(database)
    let isFull = true
    const run = (...parameters: [file: number, position: number, id: number]) => {
      if (isFull && parameters[1] > 0) throw new Sqlite.SqliteError('as the test asked for', 'SQLITE_FULL')
      return real.move.run(...parameters)
    }
    const statements: Statements = { ...real, move: { ...real.move, run } }
    const files = openBatchFiles(databaseFile(path), statements, { syncs: undefined, limits: fileLimits })
    onTestFinished(() => files.close())
    const sweep = new BatchFileSweep({ database, statements, files, syncs: undefined, logger: keepingLogger().logger })
    sweep.lookAgain()
    const clear = async () => {
      for (let more = true; more; ) more = (await sweep.removeOne()) || (await sweep.moveSome())
    }
    await expect(clear()).rejects.toMatchObject({ code: 'SQLITE_FULL' })
    const newest = files.numbers.at(-1)!
    expect([files.sizeOf(newest), real.usedOfFile.get(newest)]).toEqual([0, 0])
    isFull = false
    await clear()
    expect([sweep.isDue, bytesIn(path)]).toEqual([false, 4 * sizeBytes])
    const rows = real.read.all(1, 0, 100)
    expect(rows.map((row) => files.read({ file: row[6]!, position: row[7]! }, row[3]))).toEqual(
      Array.from({ length: 4 }, (_, at) => batchOf(1, at).bytes),
    )
  })
})
