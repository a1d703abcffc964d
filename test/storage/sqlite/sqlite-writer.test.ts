import { describe, expect, onTestFinished, test } from 'vitest'
import { Sqlite } from '../../../src/core/sqlite-package.ts'
import type { Change } from '../../../src/core/storage-engine.ts'
import { databaseFile, openDatabaseFile } from '../../../src/storage/sqlite/database-file.ts'
import { openFileSyncs } from '../../../src/storage/sqlite/file-syncs.ts'
import { readState } from '../../../src/storage/sqlite/sqlite-state.ts'
import { SqliteWriter } from '../../../src/storage/sqlite/sqlite-writer.ts'
import { prepareStatements, type Statements } from '../../../src/storage/sqlite/statements.ts'
import { TimeIndex } from '../../../src/storage/sqlite/time-index.ts'
import { storedBatch } from '../../support/stored-batch.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const refused = { code: 'KAFKA_STORAGE_ERROR' }

/** A writer on a real database, one statement of which fails as it is told to: a disk cannot be asked to. */
function createWriter(failing: 'commit' | 'append') {
  const directory = temporaryDirectory()
  const database = openDatabaseFile(directory, 'fsync')
  onTestFinished(() => void database.close())
  const statements = prepareStatements(database)
  const failure: { code: string | undefined } = { code: undefined }
  const real = statements[failing] as { run(...parameters: unknown[]): unknown }
  const run = (...parameters: unknown[]) => {
    if (failure.code !== undefined) throw new Sqlite.SqliteError('as the test asked for', failure.code)
    return real.run(...parameters)
  }
  const faulty = { ...statements, [failing]: { ...real, run } } as Statements
  const state = readState(statements)
  const writer = new SqliteWriter({
    database,
    statements: faulty,
    times: new TimeIndex(faulty),
    state,
    syncs: openFileSyncs(databaseFile(directory)),
    files: undefined,
    onWritten: () => {},
    onFull: () => {},
  })
  const append = (offset: number) => writer.commit([{ append: 1, batch: storedBatch(offset) }])
  return { failure, writer, append, state, rows: () => statements.scan.all(1, 0, 1000, 1000).length }
}

describe('the SQLite writer', () => {
  test.each(['SQLITE_FULL', 'SQLITE_IOERR_WRITE'])(
    'after %s it keeps nothing of the group, and goes on later',
    async (code) => {
      for (const failing of ['commit', 'append'] as const) {
        const { failure, append, state, rows } = createWriter(failing)
        await append(0)
        failure.code = code
        const outcomes = await Promise.allSettled([append(1), append(2)])
        expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
        expect([rows(), state.logs.get(1)?.end]).toEqual([1, 1])
        failure.code = undefined
        await Promise.all([append(1), append(2)])
        expect([rows(), state.logs.get(1)?.end]).toEqual([3, 3])
      }
    },
  )

  test.each(['SQLITE_IOERR_FSYNC', 'SQLITE_IOERR', 'SQLITE_CORRUPT'])(
    'after %s it refuses everything',
    async (code) => {
      const { failure, append, state } = createWriter('commit')
      await append(0)
      failure.code = code
      await expect(append(1)).rejects.toMatchObject(refused)
      failure.code = undefined
      await expect(append(1)).rejects.toMatchObject({
        ...refused,
        message: expect.stringContaining('nothing more is stored'),
      })
      expect(state.logs.get(1)?.end).toBe(1)
    },
  )

  test('a value that SQLite cannot take fails its group, not the engine', async () => {
    const { writer, append } = createWriter('commit')
    const odd = [{ put: 'key', value: 'no bytes' }] as unknown as Change[]
    await expect(writer.commit(odd)).rejects.toBeDefined()
    await append(0)
  })
})
