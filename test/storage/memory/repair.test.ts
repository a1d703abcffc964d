import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { repairMemory } from '../../../src/storage/memory/repair-memory.ts'
import { verifyMemory } from '../../../src/storage/memory/verify-memory.ts'
import { comparable, storedBatch } from '../../support/stored-batch.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const open = (path: string) => openMemoryEngine({ path, maxBytes: 2 ** 26, durability: 'none' })

/** Ten commits, of which five are in a snapshot; each brings a batch to two logs and an entry. Ends as a crash does. */
async function createStore(): Promise<string> {
  const path = temporaryDirectory()
  const engine = await open(path)
  for (let at = 0; at < 10; at++) {
    await engine.commit([
      { append: 1, batch: storedBatch(at, at, { mark: 1 }) },
      { append: at % 2 === 0 ? 2 : 3, batch: storedBatch(at >> 1, at >> 1, { mark: 2 }) },
      { put: `entry/${at}`, value: Buffer.from(`${at}`) },
    ])
    if (at === 4) await engine.reclaim()
  }
  const crashed = temporaryDirectory()
  cpSync(path, crashed, { recursive: true })
  await engine.close()
  return crashed
}

/** Damages the frame that holds the batch with this mark and offset. */
function damage(path: string, mark: number, offset: number): void {
  const bytes = readFileSync(path)
  const at = bytes.indexOf(`${mark}:${offset}-${offset};`)
  expect(at).toBeGreaterThan(0)
  bytes[at]! ^= 1
  writeFileSync(path, bytes)
}

async function contentOf(path: string) {
  const engine = await open(path)
  const logs: Record<number, number[]> = {}
  for (const { log, end } of await engine.logs()) {
    const batches = await engine.read(log, 0, 1e9)
    expect(batches.map(comparable)).toEqual(
      batches.map((_, at) => comparable(storedBatch(at, at, { mark: log === 1 ? 1 : 2 }))),
    )
    logs[log] = [batches.length, end]
  }
  const entries = (await engine.entries('')).map(([key]) => Number(key.slice(6)))
  await engine.close()
  return { logs, entries }
}

describe('repairing the memory engine’s files', () => {
  test('loses nothing of sound ones', async () => {
    const path = await createStore()
    expect(await repairMemory(path)).toMatchObject({ logCount: 3, batchCount: 20, entryCount: 10, lost: [] })
    expect(await contentOf(path)).toEqual({
      logs: { 1: [10, 10], 2: [5, 5], 3: [5, 5] },
      entries: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    })
  })

  test('keeps, of each log, what was before the damaged commit, its end, and all entries but that commit’s', async () => {
    const path = await createStore()
    damage(join(path, 'wal-2.log'), 1, 7)
    const damaged = readFileSync(join(path, 'wal-2.log'))
    await expect(open(path)).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' })
    expect(await verifyMemory(path)).toHaveLength(1)
    const report = await repairMemory(path)
    expect(report).toMatchObject({ logCount: 3, batchCount: 7 + 5 + 3, entryCount: 9 })
    expect(report.lost.map(({ where }) => where)).toEqual([
      expect.stringMatching(/^byte \d+$/),
      'log 1, offset 8',
      'log 3, offset 4',
    ])
    // Commit 7 brought batch 3 to log 3; batch 4 of log 2 came with commit 8.
    expect(await contentOf(path)).toEqual({
      logs: { 1: [7, 10], 2: [5, 5], 3: [3, 5] },
      entries: [0, 1, 2, 3, 4, 5, 6, 8, 9],
    })
    expect(await verifyMemory(path)).toEqual([])
    const aside = report.keptAside.find((name) => name.includes('wal-2.log'))
    expect(readFileSync(aside!).equals(damaged)).toBe(true)
  })

  test('goes by the log when the snapshot is damaged', async () => {
    const path = await createStore()
    damage(join(path, 'snapshot-2.bin'), 1, 2)
    const report = await repairMemory(path)
    expect(report.lost.length).toBeGreaterThan(0)
    const { logs, entries } = await contentOf(path)
    expect(logs[1]).toEqual([0, 10])
    expect(entries).toEqual([5, 6, 7, 8, 9])
  })

  test('leaves out batches that their owner finds fault with', async () => {
    const path = await createStore()
    const check = (batch: { baseOffset: number }) => (batch.baseOffset === 3 ? 'its checksum is wrong' : undefined)
    expect(await verifyMemory(path, check)).toHaveLength(3)
    await repairMemory(path, check)
    expect((await contentOf(path)).logs).toEqual({ 1: [3, 10], 2: [3, 5], 3: [3, 5] })
  })

  test('of an empty or missing part says so', async () => {
    await expect(repairMemory(temporaryDirectory())).rejects.toMatchObject({ code: 'DATA_DIRECTORY_UNUSABLE' })
    const path = await createStore()
    rmSync(join(path, 'wal-2.log'))
    expect(await verifyMemory(path)).toMatchObject([{ file: join(path, 'wal-2.log') }])
    await repairMemory(path)
    expect((await contentOf(path)).logs).toEqual({ 1: [5, 5], 2: [3, 3], 3: [2, 2] })
    expect(readdirSync(path).filter((name) => name.includes('damaged'))).toHaveLength(1)
  })
})
