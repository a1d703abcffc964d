import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { StorageEngine } from '../../../src/core/storage-engine.ts'
import {
  decodeFileHeader,
  encodeFileHeader,
  fileHeaderBytes,
  newFileHeader,
} from '../../../src/storage/memory/file-header.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { storedBatch } from '../../support/stored-batch.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const options = { maxBytes: 2 ** 26, durability: 'fsync' } as const
const open = (path: string): Promise<StorageEngine> => openMemoryEngine({ path, ...options })

/** A directory with commits in it, as a crash leaves it before and after the snapshot that `reclaim` takes. */
async function aroundSnapshot(): Promise<{ before: string; after: string }> {
  const [path, before, after] = [temporaryDirectory(), temporaryDirectory(), temporaryDirectory()]
  const engine = await open(path)
  for (let at = 0; at < 5; at++) await engine.commit([{ append: 1, batch: storedBatch(at) }])
  cpSync(path, before, { recursive: true })
  await engine.reclaim()
  await engine.commit([{ append: 1, batch: storedBatch(5) }])
  cpSync(path, after, { recursive: true })
  await engine.close()
  return { before, after }
}

async function endOf(path: string): Promise<number> {
  const engine = await open(path)
  const [log] = await engine.logs()
  expect(await engine.scan(1, 0, 100)).toHaveLength(log?.end ?? 0)
  await engine.close()
  return log?.end ?? 0
}

const files = (path: string) =>
  readdirSync(path)
    .filter((name) => name !== 'wal.lock')
    .sort()

describe('a crash at any step of a snapshot', () => {
  test('before the new log has its header, everything is in the old one', async () => {
    const { before } = await aroundSnapshot()
    for (const bytes of [0, 10, 35]) {
      writeFileSync(join(before, 'wal-2.log'), encodeFileHeader(newFileHeader('wal', 2, 7)).subarray(0, bytes))
      expect(await endOf(before)).toBe(5)
    }
    writeFileSync(join(before, 'wal-2.log'), Buffer.alloc(5000))
    expect(await endOf(before)).toBe(5)
  })

  test('when an empty new log came to nothing and the old one went on, the old one counts', async () => {
    const { before } = await aroundSnapshot()
    const size = statSync(join(before, 'wal-1.log')).size
    writeFileSync(join(before, 'wal-2.log'), encodeFileHeader(newFileHeader('wal', 2, size - 10)))
    expect(await endOf(before)).toBe(5)
    expect(await endOf(before)).toBe(5)
  })

  test('while the snapshot is being written, both logs hold everything, and what there is of it goes', async () => {
    const { before, after } = await aroundSnapshot()
    copyFileSync(join(after, 'wal-2.log'), join(before, 'wal-2.log'))
    writeFileSync(join(before, 'snapshot-2.tmp'), readFileSync(join(after, 'snapshot-2.bin')).subarray(0, 50))
    expect(await endOf(before)).toBe(6)
    expect(files(before)).toEqual(['wal-1.log', 'wal-2.log'])
  })

  test('when the snapshot has its name and the older files are still there, they go', async () => {
    const { before, after } = await aroundSnapshot()
    copyFileSync(join(before, 'wal-1.log'), join(after, 'wal-1.log'))
    copyFileSync(join(after, 'snapshot-2.bin'), join(after, 'snapshot-1.bin'))
    expect(await endOf(after)).toBe(6)
    expect(files(after)).toEqual(['snapshot-2.bin', 'wal-2.log'])
  })
})

describe('a directory of which a part is missing', () => {
  test.each([
    ['the log after the snapshot', 'wal-2.log', (path: string) => rmSync(join(path, 'wal-2.log'))],
    ['the snapshot', 'wal-1.log', (path: string) => rmSync(join(path, 'snapshot-2.bin'))],
    [
      'a log between two',
      'wal-3.log',
      (path: string) => renameSync(join(path, 'wal-2.log'), join(path, 'wal-4.log')),
      'wal-2.log',
    ],
    [
      'the log that its header names',
      'wal-2.log',
      (path: string) => writeFileSync(join(path, 'wal-2.log'), encodeFileHeader(newFileHeader('wal', 9))),
    ],
  ])('is refused: %s', async (_, name, damage, otherName = name) => {
    const { after } = await aroundSnapshot()
    damage(after)
    await expect(open(after)).rejects.toMatchObject({
      code: 'STORAGE_CORRUPT',
      details: { file: join(after, otherName) },
    })
  })

  test('is refused: the end of a log that another follows', async () => {
    const { before, after } = await aroundSnapshot()
    copyFileSync(join(after, 'wal-2.log'), join(before, 'wal-2.log'))
    const file = join(before, 'wal-1.log')
    const size = statSync(file).size
    truncateSync(file, size - 1)
    await expect(open(before)).rejects.toMatchObject({ code: 'STORAGE_CORRUPT', details: { file } })
    // At the end of a frame nothing looks wrong but the size that the next log remembers.
    truncateSync(file, fileHeaderBytes)
    await expect(open(before)).rejects.toMatchObject({
      code: 'STORAGE_CORRUPT',
      details: { file, at: fileHeaderBytes },
    })
  })
})

describe('a directory that cannot be used', () => {
  test('a newer format is refused and left untouched', async () => {
    const { after } = await aroundSnapshot()
    for (const name of ['wal-2.log', 'snapshot-2.bin']) {
      const path = temporaryDirectory()
      cpSync(after, path, { recursive: true })
      const bytes = readFileSync(join(path, name))
      const header = decodeFileHeader(name.startsWith('wal') ? 'wal' : 'snapshot', bytes)!
      encodeFileHeader({ ...header, version: 2 }).copy(bytes)
      writeFileSync(join(path, name), bytes)
      await expect(open(path)).rejects.toMatchObject({ code: 'STORAGE_VERSION_UNSUPPORTED' })
      expect(readFileSync(join(path, name)).equals(bytes)).toBe(true)
      expect(files(path)).toEqual(files(after))
    }
  })

  test('a second engine is refused while the first is open', async () => {
    const path = temporaryDirectory()
    const engine = await open(path)
    await expect(open(path)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_IN_USE' })
    await engine.close()
    await (await open(path)).close()
  })

  test('a file in place of the directory, and data of the other engine, are refused', async () => {
    const path = join(temporaryDirectory(), 'file')
    writeFileSync(path, '')
    await expect(open(path)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_UNUSABLE' })
    const other = temporaryDirectory()
    writeFileSync(join(other, 'rafka.db'), '')
    await expect(open(other)).rejects.toThrow(/sqlite engine/)
  })

  test('a missing directory is created, with those above it', async () => {
    const path = join(temporaryDirectory(), 'a', 'b')
    await (await open(path)).close()
    expect(files(path)).toEqual(['wal-1.log'])
    mkdirSync(join(path, 'unrelated'))
    expect(await endOf(path)).toBe(0)
  })
})
