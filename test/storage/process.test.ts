import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { StorageEngine } from '../../src/core/storage-engine.ts'
import { openMemoryEngine } from '../../src/storage/memory/memory-engine.ts'
import { verifyMemory } from '../../src/storage/memory/verify-memory.ts'
import { acquireLock } from '../../src/storage/sqlite/exclusive-lock.ts'
import { openSqliteEngine } from '../../src/storage/sqlite/sqlite-engine.ts'
import { verifySqlite } from '../../src/storage/sqlite/verify-sqlite.ts'
import { smallFiles } from '../support/small-files.ts'
import { comparable, storedBatch } from '../support/stored-batch.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const script = fileURLToPath(new URL('../support/storage-child.ts', import.meta.url))
const isRoot = process.getuid?.() === 0
const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0

const engines = [
  { name: 'sqlite', open: (path: string) => openSqliteEngine({ path, durability: 'fsync' }), verify: verifySqlite },
  {
    name: 'sqlite with files',
    open: (path: string) => openSqliteEngine({ path, durability: 'fsync', fileLimits: smallFiles }),
    verify: verifySqlite,
  },
  {
    name: 'memory',
    open: (path: string) => openMemoryEngine({ path, durability: 'fsync', maxBytes: 2 ** 28 }),
    verify: verifyMemory,
  },
]

function startChild(engine: string, path: string, mode: string): { child: ChildProcess; lines: AsyncIterator<string> } {
  const child = spawn(process.execPath, ['--import', 'tsx', script, engine, path, mode], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return { child, lines: createInterface(child.stdout!)[Symbol.asyncIterator]() }
}

const ended = (child: ChildProcess) => new Promise<void>((resolve) => child.once('close', () => resolve()))

describe.each(engines)('$name in a process that is killed', ({ name, open, verify }) => {
  test('keeps every commit that was acknowledged, whole and in order', async () => {
    const path = temporaryDirectory()
    for (const acknowledgements of [30, 200]) {
      const acknowledged = await loadAndKill(name, path, acknowledgements)
      expect(await verify(path)).toEqual([])
      const engine = await open(path)
      for (const [log, end] of acknowledged) await checkLog(engine, log, end)
      await engine.close()
    }
  })
})

/** The ends that the child acknowledged before it was killed, by log. */
async function loadAndKill(name: string, path: string, acknowledgements: number): Promise<Map<number, number>> {
  const { child, lines } = startChild(name, path, 'load')
  const closed = ended(child)
  const acknowledged = new Map<number, number>()
  for (let count = 0; ; count++) {
    if (count === acknowledgements) child.kill('SIGKILL')
    const { value, done } = await lines.next()
    if (done === true) break
    const [log, end] = value.split(' ').map(Number)
    acknowledged.set(log!, end!)
  }
  await closed
  expect(acknowledged.size).toBeGreaterThan(0)
  return acknowledged
}

async function checkLog(engine: StorageEngine, log: number, acknowledgedEnd: number): Promise<void> {
  const extent = (await engine.logs()).find((other) => other.log === log)!
  expect(extent.end).toBeGreaterThanOrEqual(acknowledgedEnd)
  const batches = await engine.read(log, 0, 1e9)
  let next = batches[0]!.baseOffset
  expect(next).toBeLessThanOrEqual(extent.start)
  for (const batch of batches) {
    const written = storedBatch(next, next + (next % 3), { mark: log, sizeBytes: 100 + (next % 5000) })
    expect(comparable(batch)).toEqual(comparable(written))
    next = batch.lastOffset + 1
  }
  expect(next).toBe(extent.end)
  const [entry] = await engine.entries(`end/${log}`)
  expect(Buffer.from(entry![1]).toString()).toBe(String(extent.end))
}

describe.each(engines)('$name on a full disk', ({ name, open }) => {
  test.skipIf(!hasPrlimit)(
    'refuses commits while files may not grow, goes on reading, and commits again when they may',
    async () => {
      const { child, lines } = startChild(name, temporaryDirectory(), 'limit')
      const closed = ended(child)
      const outcome = JSON.parse((await lines.next()).value as string)
      await closed
      expect(outcome).toMatchObject({ refusal: true })
      expect(outcome.readable).toBe(outcome.endBefore)
      expect(outcome.end).toBe(outcome.endBefore + 10)
      expect(outcome.kept).toBe(outcome.end)
      expect(outcome.endBefore).toBeGreaterThan(10)
    },
  )

  test.skipIf(!isRoot)(
    'refuses commits without room, goes on reading, and commits again when there is room',
    async () => {
      const path = smallDisk('3m')
      const engine = await open(join(path, 'data'))
      let end = 0
      const append = async () => {
        await engine.commit([{ append: 1, batch: storedBatch(end, end, { sizeBytes: 50_000 }) }])
        end++
      }
      const fill = async () => {
        for (;;) await append()
      }
      await expect(fill()).rejects.toMatchObject({ code: 'KAFKA_STORAGE_ERROR' })
      expect(await engine.read(1, 0, 1e9)).toHaveLength(end)
      execFileSync('mount', ['-o', 'remount,size=6m', path])
      const endBefore = end
      for (let count = 0; count < 20; count++) await append()
      expect(await engine.read(1, 0, 1e9)).toHaveLength(endBefore + 20)
      await engine.close()
      const again = await open(join(path, 'data'))
      expect((await again.logs())[0]).toMatchObject({ end })
      await again.close()
    },
  )
})

/** A file system of its own, with so much room. */
function smallDisk(size: string): string {
  const path = join(temporaryDirectory(), 'disk')
  mkdirSync(path)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path])
  onTestFinished(() => void execFileSync('umount', ['-l', path]))
  return path
}

describe.each(engines)('$name and other processes', ({ name, open }) => {
  test('refuses a directory that another process has open, and takes it when that one was killed', async () => {
    const path = temporaryDirectory()
    const { child, lines } = startChild(name, path, 'open')
    expect((await lines.next()).value).toBe('open')
    await expect(open(path)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_IN_USE' })
    const closed = ended(child)
    child.kill('SIGKILL')
    await closed
    await (await open(path)).close()
  })

  test('refuses a directory that it may not write to', async () => {
    const path = temporaryDirectory()
    chmodSync(path, 0o500)
    if (isRoot) return refusedOnReadOnlyDisk(open)
    await expect(open(path)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_UNUSABLE' })
  })
})

/** Permissions mean nothing to root. */
async function refusedOnReadOnlyDisk(open: (path: string) => Promise<StorageEngine>): Promise<void> {
  const path = smallDisk('1m')
  execFileSync('mount', ['-o', 'remount,ro', path])
  await expect(open(path)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_UNUSABLE' })
}

describe('the lock', () => {
  test('is held by one at a time, in this process too, until it is released', () => {
    const file = join(temporaryDirectory(), 'lock')
    const lock = acquireLock(file)
    expect(lock).toBeDefined()
    expect(acquireLock(file)).toBeUndefined()
    lock!.release()
    lock!.release()
    const next = acquireLock(file)
    expect(next).toBeDefined()
    lock!.release()
    expect(acquireLock(file)).toBeUndefined()
    next!.release()
  })
})
