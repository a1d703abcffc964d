import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { silentLogger } from '../../../src/core/log.ts'
import { fileHeaderBytes, newFileHeader } from '../../../src/storage/memory/file-header.ts'
import { Journal } from '../../../src/storage/memory/journal.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { MemoryState } from '../../../src/storage/memory/memory-state.ts'
import { WalFile, type WalHandle } from '../../../src/storage/memory/wal-file.ts'
import { storedBatch } from '../../support/stored-batch.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

/** A file that fails as it is told to: a disk cannot be asked to. */
class FaultyHandle {
  bytes: Buffer = Buffer.alloc(fileHeaderBytes)
  syncs = 0
  failure: { call: 'writev' | 'datasync' | 'truncate'; code: string } | undefined

  async writev(buffers: readonly Buffer[], position: number): Promise<{ bytesWritten: number }> {
    // Never all at once, as a disk that fills up.
    const piece = buffers[0]!.subarray(0, Math.ceil(buffers[0]!.length / 2))
    this.bytes = Buffer.concat([this.bytes.subarray(0, position), piece])
    this.#fail('writev')
    return { bytesWritten: piece.length }
  }

  async datasync(): Promise<void> {
    this.syncs++
    this.#fail('datasync')
  }

  async truncate(size: number): Promise<void> {
    this.#fail('truncate')
    this.bytes = this.bytes.subarray(0, size)
  }

  async close(): Promise<void> {}

  #fail(call: 'writev' | 'datasync' | 'truncate'): void {
    if (this.failure?.call === call)
      throw Object.assign(new Error(`${this.failure.code}: ${call}`), { code: this.failure.code })
  }
}

function createJournal(durability: 'fsync' | 'os' | 'none' = 'fsync') {
  const handle = new FaultyHandle()
  const state = new MemoryState()
  const wal = new WalFile(handle as unknown as WalHandle, newFileHeader('wal', 1), fileHeaderBytes, fileHeaderBytes)
  const journal = new Journal({
    directory: '/nowhere',
    state,
    wal,
    earlierBytes: 0,
    maxBytes: 2 ** 20,
    durability,
    snapshotBytes: 2 ** 30,
    logger: silentLogger,
  })
  const append = (offset: number) => journal.commit([{ append: 1, batch: storedBatch(offset) }])
  return { handle, state, journal, append, end: () => state.logs.get(1)?.end ?? 0 }
}

const refused = { code: 'KAFKA_STORAGE_ERROR' }

describe('the journal', () => {
  test('makes all commits of one turn durable with one write and one fsync', async () => {
    const { handle, append } = createJournal()
    await Promise.all([0, 1, 2, 3].map(append))
    expect(handle.syncs).toBe(1)
    await append(4)
    expect(handle.syncs).toBe(2)
  })

  test('shows a commit to readers only when it is durable', async () => {
    const { handle, append, end } = createJournal()
    handle.datasync = async () => {
      expect(end()).toBe(0)
    }
    await append(0)
    expect(end()).toBe(1)
  })

  test.each(['ENOSPC', 'EDQUOT', 'EFBIG'])(
    'after %s it keeps nothing of the group, and goes on when there is room',
    async (code) => {
      const { handle, append, end } = createJournal()
      await append(0)
      const size = handle.bytes.length
      handle.failure = { call: 'writev', code }
      const outcomes = await Promise.allSettled([append(1), append(2)])
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
      expect(handle.bytes.length).toBe(size)
      expect(end()).toBe(1)
      handle.failure = undefined
      await append(1)
      expect(end()).toBe(2)
    },
  )

  test.each([
    ['a write', { call: 'writev', code: 'EIO' }],
    ['an fsync', { call: 'datasync', code: 'EIO' }],
    ['an fsync for want of room', { call: 'datasync', code: 'ENOSPC' }],
  ] as const)('after %s failed it refuses everything, and readers see what was durable', async (_, failure) => {
    const { handle, append, end } = createJournal()
    await append(0)
    handle.failure = failure
    const outcomes = await Promise.allSettled([append(1), append(2)])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    handle.failure = undefined
    const { syncs } = handle
    await expect(append(1)).rejects.toMatchObject(refused)
    expect(handle.syncs).toBe(syncs)
    expect(end()).toBe(1)
  })

  test('when the rest of a failed write cannot be cut off, it refuses everything', async () => {
    const { handle, append } = createJournal()
    handle.failure = { call: 'writev', code: 'ENOSPC' }
    handle.truncate = () => Promise.reject(new Error('EIO'))
    await expect(append(0)).rejects.toMatchObject(refused)
    handle.failure = undefined
    await expect(append(0)).rejects.toMatchObject(refused)
  })

  test('with durability none it never waits for the disk, and with os only in the background', async () => {
    for (const durability of ['none', 'os'] as const) {
      const { handle, append, journal } = createJournal(durability)
      await append(0)
      expect(handle.syncs).toBe(0)
      await journal.close()
      expect(handle.syncs > 0).toBe(durability === 'os')
    }
  })
})

describe('the memory engine', () => {
  test('refuses what would take it over its bound, and takes it when there is room', async () => {
    const engine = await openMemoryEngine({ maxBytes: 100_000, durability: 'none' })
    const sizeBytes = 30_000
    for (let at = 0; at < 3; at++) await engine.commit([{ append: 1, batch: storedBatch(at, at, { sizeBytes }) }])
    const fourth = () => engine.commit([{ append: 1, batch: storedBatch(3, 3, { sizeBytes }) }])
    await expect(fourth()).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('the bound is 100000'),
    })
    await expect(engine.commit([{ put: 'large', value: Buffer.alloc(20_000) }])).rejects.toMatchObject(refused)
    await engine.commit([{ trim: 1, before: 1 }])
    await fourth()
    await engine.commit([{ drop: 1 }, { put: 'large', value: Buffer.alloc(90_000) }])
    expect(await engine.logs()).toEqual([])
  })

  test('takes snapshots as its log grows, so that its files stay in proportion to what it holds', async () => {
    const path = temporaryDirectory()
    const engine = await openMemoryEngine({ path, maxBytes: 2 ** 26, durability: 'none', snapshotBytes: 100_000 })
    let end = 0
    const commit = async () => {
      const batch = storedBatch(end, end, { sizeBytes: 5000 })
      await engine.commit([
        { append: 1, batch },
        { trim: 1, before: Math.max(0, end++ - 4) },
      ])
    }
    while (end < 600) await commit()
    // A snapshot goes on in the background; the next one begins with a commit after it.
    await vi.waitFor(async () => {
      await commit()
      expect(bytesIn(path)).toBeLessThan(500_000)
    }, 20_000)
    await engine.close()
    const again = await openMemoryEngine({ path, maxBytes: 2 ** 26, durability: 'none' })
    expect(await again.logs()).toEqual([{ log: 1, start: end - 5, end, sizeBytes: 25_000 }])
    await again.close()
  })

  test('opens with more than its bound, and lets it be trimmed', async () => {
    const path = temporaryDirectory()
    const engine = await openMemoryEngine({ path, maxBytes: 2 ** 20, durability: 'none' })
    for (let at = 0; at < 9; at++)
      await engine.commit([{ append: 1, batch: storedBatch(at, at, { sizeBytes: 10_000 }) }])
    await engine.close()
    const smaller = await openMemoryEngine({ path, maxBytes: 50_000, durability: 'none' })
    await expect(smaller.commit([{ append: 1, batch: storedBatch(9) }])).rejects.toMatchObject(refused)
    await smaller.commit([{ trim: 1, before: 2 }])
    await smaller.commit([{ trim: 1, before: 6 }])
    await smaller.commit([{ append: 1, batch: storedBatch(9) }])
    await smaller.close()
  })
})

function bytesIn(path: string): number {
  return readdirSync(path).reduce(
    (sum, name) => sum + (statSync(join(path, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
}
