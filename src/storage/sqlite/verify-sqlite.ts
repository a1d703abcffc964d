import { existsSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isRafkaError } from '../../core/errors.ts'
import type { BatchInfo, LogId } from '../../core/storage-engine.ts'
import { describeCause } from '../refusal.ts'
import { type BatchCheck, type Finding, Findings } from '../verification.ts'
import { BatchFiles } from './batch-files.ts'
import { batchOf, bytesOf } from './batch-reader.ts'
import { DamagedRow } from './damaged-row.ts'
import { type Database, isDamage } from './database.ts'
import { checkHeader, databaseFile, openingError, openUnchanged } from './database-file.ts'
import { guardEntry, guardLog } from './guard.ts'
import { migrate } from './schema.ts'
import type { SqliteExtent } from './sqlite-state.ts'
import { prepareStatements, type ReadRow, type Statements, type TimeBlock } from './statements.ts'

const AT_ONCE = 64
const MAX_OFFSET = Number.MAX_SAFE_INTEGER

/**
 * Reads everything in the SQLite file of `directory` and tells what is damaged. Changes nothing but what opening and closing does.
 * @throws RafkaError `DATA_DIRECTORY_IN_USE`, `DATA_DIRECTORY_UNUSABLE`, `STORAGE_VERSION_UNSUPPORTED`
 */
export async function verifySqlite(directory: string, checkBatch: BatchCheck = () => undefined): Promise<Finding[]> {
  const file = databaseFile(directory)
  if (!existsSync(file)) return []
  const findings = new Findings()
  const report = (where: string, what: string) => findings.add({ file, where, what })
  let database: Database | undefined
  let files: BatchFiles | undefined
  try {
    checkHeader(file)
    database = openUnchanged(file)
    migrate(database)
    files = new BatchFiles(file, { durable: false })
    await new Verifier(database, files, report, checkBatch).run()
  } catch (error) {
    const known = openingError(file, directory, error)
    if (!isRafkaError(known, 'STORAGE_CORRUPT')) throw known
    report('file', describeCause(isRafkaError(error) ? (error.cause ?? error) : error))
  } finally {
    database?.close()
    files?.close()
  }
  return findings.list()
}

type Report = (where: string, what: string) => void

class Verifier {
  readonly #database: Database
  readonly #statements: Statements
  readonly #files: BatchFiles
  readonly #report: Report
  readonly #checkBatch: BatchCheck

  constructor(database: Database, files: BatchFiles, report: Report, checkBatch: BatchCheck) {
    this.#database = database
    this.#files = files
    this.#statements = prepareStatements(database)
    this.#report = report
    this.#checkBatch = checkBatch
  }

  async run(): Promise<void> {
    this.#whileSound('structure', () => this.#checkStructure())
    const logs = this.#whileSound('logs', () => this.#statements.logs.all()) ?? []
    for (const row of logs) {
      const where = `log ${row.log}`
      if (row.guard !== guardLog(row.log, row)) this.#report(where, 'its row is not what was written')
      await this.#checkLog(row)
    }
    this.#whileSound('batches', () => this.#checkOwners(new Set(logs.map(({ log }) => log))))
    this.#whileSound('entries', () => this.#checkEntries())
  }

  #checkStructure(): void {
    for (const row of this.#database.pragma('integrity_check(100)') as Array<{ integrity_check: string }>) {
      if (row.integrity_check !== 'ok') this.#report('structure', row.integrity_check)
    }
  }

  async #checkLog(log: SqliteExtent & { log: LogId }): Promise<void> {
    const where = `log ${log.log}`
    const blocks = this.#whileSound(where, () => this.#statements.blocks.all(log.log)) ?? []
    let next = log.start
    let expected = log.start
    for (;;) {
      await nextTurn()
      const infos = this.#whileSound(where, () => this.#statements.scan.all(log.log, next, MAX_OFFSET, AT_ONCE))
      if (infos === undefined || infos.length === 0) break
      for (const info of infos) {
        this.#checkGap(log, expected, info.baseOffset)
        this.#checkInfo(log.log, info, blocks)
        expected = info.lastOffset + 1
      }
      next = expected
    }
    this.#checkGap(log, expected, log.end)
  }

  #checkGap(log: SqliteExtent & { log: LogId }, from: number, to: number): void {
    const missing = Math.max(from, log.sparseUntil)
    if (missing < to) this.#report(`log ${log.log}, offset ${missing}`, `no batch holds it, nor any up to ${to}`)
  }

  #checkInfo(log: LogId, info: BatchInfo, blocks: TimeBlock[]): void {
    const where = `log ${log}, offset ${info.baseOffset}`
    while (blocks[0] !== undefined && blocks[0].lastOffset < info.lastOffset) blocks.shift()
    const [block] = blocks
    if (block !== undefined && block.maxTimestamp < info.maxTimestamp) {
      this.#report(
        where,
        `its timestamp ${info.maxTimestamp} is above ${block.maxTimestamp}, the bound that look-ups by time go by`,
      )
    }
    this.#whileSound(where, () => {
      const [row] = this.#statements.read.all(log, info.lastOffset, info.lastOffset + 1)
      const wrong = row === undefined ? 'the batch is missing' : this.#whatIsWrong(log, row)
      if (wrong !== undefined) this.#report(where, wrong)
    })
  }

  #whatIsWrong(log: LogId, row: ReadRow): string | undefined {
    try {
      const bytes = bytesOf(this.#files, row)
      if (bytes instanceof DamagedRow) return bytes.message
      return this.#checkBatch(batchOf(log, row, bytes))
    } catch (error) {
      if (!(error instanceof DamagedRow)) throw error
      return 'the batch is not what was written'
    }
  }

  #checkOwners(known: ReadonlySet<LogId>): void {
    const garbage = new Set(this.#statements.garbage.all())
    for (
      let log = this.#statements.nextOwner.get(0);
      typeof log === 'number';
      log = this.#statements.nextOwner.get(log)
    ) {
      if (!known.has(log) && !garbage.has(log)) this.#report(`log ${log}`, 'it has batches, but its row is gone')
    }
  }

  #checkEntries(): void {
    for (const [key, value, guard] of this.#statements.entries.all('')) {
      if (guard !== guardEntry(key, value)) this.#report(`entry ${JSON.stringify(key)}`, 'it is not what was written')
    }
  }

  /** What SQLite cannot read is a finding, not the end of looking. */
  #whileSound<Result>(where: string, look: () => Result): Result | undefined {
    try {
      return look()
    } catch (error) {
      if (!isDamage(error)) throw error
      this.#report(where, describeCause(error))
      return undefined
    }
  }
}
