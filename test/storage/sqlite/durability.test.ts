import { describe, expect, onTestFinished, test } from 'vitest'
import { silentLogger } from '../../../src/core/log.ts'
import { BatchFiles, type Place, UnwrittenBatches } from '../../../src/storage/sqlite/batch-files.ts'
import { databaseFile, leaveSyncsToUs, openDatabaseFile } from '../../../src/storage/sqlite/database-file.ts'
import { type FileSyncs, openFileSyncs } from '../../../src/storage/sqlite/file-syncs.ts'
import { Maintenance } from '../../../src/storage/sqlite/maintenance.ts'
import { readState } from '../../../src/storage/sqlite/sqlite-state.ts'
import { SqliteWriter } from '../../../src/storage/sqlite/sqlite-writer.ts'
import { prepareStatements } from '../../../src/storage/sqlite/statements.ts'
import { TimeIndex } from '../../../src/storage/sqlite/time-index.ts'
import { isPending } from '../../support/pending.ts'
import { storedBatch } from '../../support/stored-batch.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const large = 300_000
const refused = { code: 'KAFKA_STORAGE_ERROR' }

/** A sync that the test ends. */
interface HeldSync {
  readonly file: 'wal' | 'database'
  finish(error?: Error): void
}

/** A writer and its maintenance on a real database, whose disk syncs when the test says so. */
function createHeldWriter({ files }: { files?: BatchFiles } = {}) {
  const directory = temporaryDirectory()
  const database = openDatabaseFile(directory, 'fsync')
  leaveSyncsToUs(database)
  const real = openFileSyncs(databaseFile(directory))
  const held: HeldSync[] = []
  const waiters: Array<(sync: HeldSync) => void> = []
  const hold = (file: HeldSync['file']) =>
    new Promise<void>((resolve, reject) => {
      const sync: HeldSync = { file, finish: (error) => (error === undefined ? resolve() : reject(error)) }
      const waiter = waiters.shift()
      if (waiter === undefined) held.push(sync)
      else waiter(sync)
    })
  const immediate = { count: 0, failing: false }
  const syncs: FileSyncs = {
    ...real,
    wal: () => hold('wal'),
    database: () => hold('database'),
    walNow() {
      immediate.count += 1
      if (immediate.failing) throw new Error('EIO: as the test asked for')
      real.walNow()
    },
  }
  const statements = prepareStatements(database)
  const state = readState(statements)
  const writer: SqliteWriter = new SqliteWriter({
    database,
    statements,
    times: new TimeIndex(statements),
    state,
    syncs,
    files,
    onWritten: () => maintenance.wake(),
    onFull: () => {},
  })
  const maintenance = new Maintenance({
    database,
    statements,
    state,
    logger: silentLogger,
    syncs,
    files: new BatchFiles(databaseFile(directory), { durable: true }),
    exclusively: (task) => writer.exclusively(task),
    onBroken: (cause) => writer.break(cause),
  })
  onTestFinished(() => {
    maintenance.stop()
    database.close()
    real.close()
  })
  return {
    writer,
    state,
    immediate,
    append: (offset: number, sizeBytes = large) =>
      writer.commit([{ append: 1, batch: storedBatch(offset, offset, { sizeBytes }) }]),
    /** The next sync that is asked for. */
    nextSync: () => {
      const sync = held.shift()
      return sync !== undefined ? Promise.resolve(sync) : new Promise<HeldSync>((resolve) => waiters.push(resolve))
    },
    rows: () => statements.scan.all(1, 0, 1000, 1000).length,
    walBytes: () => {
      const { log, checkpointed } = statements.walSize.get()!
      return (log - checkpointed) * Number(database.pragma('page_size', { simple: true }))
    },
  }
}

describe('what is acknowledged is on the disk', () => {
  test('a large commit is answered, and seen, when the sync of the WAL has ended, not before', async () => {
    const { append, nextSync, state, rows } = createHeldWriter()
    const appended = append(0)
    const sync = await nextSync()
    expect([sync.file, rows(), state.logs.get(1)?.end]).toEqual(['wal', 1, undefined])
    expect(await isPending(appended)).toBe(true)
    sync.finish()
    await appended
    expect(state.logs.get(1)?.end).toBe(1)
  })

  test('what comes meanwhile is written as one group, after it', async () => {
    const { append, nextSync, rows } = createHeldWriter()
    const first = append(0)
    const sync = await nextSync()
    const others = [append(1), append(2)]
    expect(await isPending(others[1]!)).toBe(true)
    expect(rows()).toBe(1)
    sync.finish()
    await first
    const second = await nextSync()
    expect(rows()).toBe(3)
    second.finish()
    await Promise.all(others)
  })

  test('a small commit, and one that takes rows away, are synced at once', async () => {
    const { append, immediate, writer, nextSync } = createHeldWriter()
    await append(0, 100)
    expect(immediate.count).toBe(1)
    const replaced = { replace: 1, from: 0, to: 1, batches: [storedBatch(0, 0, { sizeBytes: large })] }
    await writer.commit([replaced])
    expect(immediate.count).toBe(2)
    const appended = append(1)
    ;(await nextSync()).finish()
    await appended
    expect(immediate.count).toBe(2)
  })

  test('a sync that fails refuses its commit and all later ones', async () => {
    for (const failsAtOnce of [false, true]) {
      const { append, immediate, nextSync, state } = createHeldWriter()
      immediate.failing = failsAtOnce
      const appended = append(0, failsAtOnce ? 100 : large)
      appended.catch(() => {})
      if (!failsAtOnce) (await nextSync()).finish(new Error('EIO: as the test asked for'))
      await expect(appended).rejects.toMatchObject(refused)
      immediate.failing = false
      await expect(append(0, 100)).rejects.toMatchObject({
        ...refused,
        message: expect.stringContaining('nothing more is stored'),
      })
      expect(state.logs.get(1)).toBeUndefined()
    }
  })
})

describe('bytes that go to files', () => {
  type Finish = (error?: Error) => void

  /** Files whose writes the test ends. */
  class HeldFiles extends BatchFiles {
    readonly #held: Finish[] = []
    readonly #asked: Array<() => void> = []

    override async write(batches: readonly Uint8Array[]): Promise<Place[]> {
      await new Promise<void>((resolve, reject) => {
        this.#held.push((error) => (error === undefined ? resolve() : reject(error)))
        this.#asked.shift()?.()
      })
      return super.write(batches)
    }

    async nextWrite(): Promise<Finish> {
      while (this.#held.length === 0) await new Promise<void>((resolve) => this.#asked.push(resolve))
      return this.#held.shift()!
    }
  }

  function createHeldFiles() {
    const files = new HeldFiles(databaseFile(temporaryDirectory()), { durable: true })
    onTestFinished(() => files.close())
    return { files, ...createHeldWriter({ files }) }
  }

  test('are durable before the row that tells of them is written; what comes meanwhile waits', async () => {
    const { files, append, rows, immediate, nextSync, state } = createHeldFiles()
    const first = append(0)
    const finish = await files.nextWrite()
    const second = append(1, 100)
    expect(await isPending(second)).toBe(true)
    expect([rows(), immediate.count]).toEqual([0, 0])
    finish()
    const sync = await nextSync()
    expect([sync.file, rows(), state.logs.get(1)?.end]).toEqual(['wal', 1, undefined])
    sync.finish()
    await first
    expect(state.logs.get(1)?.end).toBe(1)
    await second
    expect([rows(), immediate.count]).toEqual([2, 1])
  })

  test('that the disk has no room for are refused, and later ones taken', async () => {
    const { files, append, rows, nextSync } = createHeldFiles()
    const first = append(0)
    first.catch(() => {})
    const full = Object.assign(new Error('ENOSPC: as the test asked for'), { code: 'ENOSPC' })
    ;(await files.nextWrite())(new UnwrittenBatches('a file', full))
    await expect(first).rejects.toMatchObject({ ...refused, message: expect.stringContaining('nothing was stored') })
    const again = append(0)
    ;(await files.nextWrite())()
    ;(await nextSync()).finish()
    await again
    expect(rows()).toBe(1)
  })

  test('whose sync fails end all writing: what is on the disk cannot be told any more', async () => {
    const { files, append, rows } = createHeldFiles()
    const first = append(0)
    first.catch(() => {})
    ;(await files.nextWrite())(new Error('EIO: as the test asked for'))
    const message = expect.stringContaining('nothing more is stored')
    await expect(first).rejects.toMatchObject({ ...refused, message })
    await expect(append(0, 100)).rejects.toMatchObject({ ...refused, message })
    expect(rows()).toBe(0)
  })

  test('of a commit that is refused give their room back', async () => {
    const { files, append, rows, nextSync } = createHeldFiles()
    const wrong = append(7)
    wrong.catch(() => {})
    ;(await files.nextWrite())()
    await expect(wrong).rejects.toMatchObject(refused)
    const right = append(0)
    ;(await files.nextWrite())()
    ;(await nextSync()).finish()
    await right
    expect([rows(), files.sizeOf(1)]).toEqual([1, large])
  })
})

describe('a checkpoint', () => {
  /** Writes until one is due, and gives its first sync. */
  async function untilCheckpoint({ append, nextSync }: ReturnType<typeof createHeldWriter>): Promise<HeldSync> {
    for (let offset = 0; ; offset++) {
      const appended = append(offset, 3_000_000)
      const sync = await nextSync()
      sync.finish()
      await appended
      if (offset === 5) return nextSync()
    }
  }

  test('copies when the WAL is durable, and lets nobody write before the database file is', async () => {
    const held = createHeldWriter()
    const before = await untilCheckpoint(held)
    expect([before.file, held.walBytes() > 16 * 2 ** 20]).toEqual(['wal', true])
    const appended = held.append(6)
    before.finish()
    const after = await held.nextSync()
    expect([after.file, held.walBytes(), held.rows()]).toEqual(['database', 0, 6])
    expect(await isPending(appended)).toBe(true)
    expect(held.rows()).toBe(6)
    after.finish()
    ;(await held.nextSync()).finish()
    await appended
    expect(held.rows()).toBe(7)
  })

  test('whose sync fails ends all writing', async () => {
    for (const failing of ['wal', 'database'] as const) {
      const held = createHeldWriter()
      const first = await untilCheckpoint(held)
      const appended = held.append(6)
      appended.catch(() => {})
      if (failing === 'database') first.finish()
      const last = failing === 'wal' ? first : await held.nextSync()
      last.finish(new Error('EIO: as the test asked for'))
      await expect(appended).rejects.toMatchObject(refused)
      expect(held.rows()).toBe(6)
    }
  })
})
