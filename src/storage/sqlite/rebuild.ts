import { setImmediate as nextTurn } from 'node:timers/promises'
import type { BatchInfo, LogId } from '../../core/storage-engine.ts'
import { describeCause } from '../refusal.ts'
import type { BatchCheck, Findings } from '../verification.ts'
import type { BatchFiles } from './batch-files.ts'
import { DamagedRow } from './damaged-row.ts'
import { type Database, isDamage, sqliteErrorCode } from './database.ts'
import { guardBatch, guardEntry, guardLog } from './guard.ts'
import { type BatchRow, salvageBatches, salvageEntries } from './salvage.ts'
import type { SqliteExtent } from './sqlite-state.ts'
import { type IndexStatements, prepareIndexStatements, prepareStatements, type Statements } from './statements.ts'
import { TimeIndex } from './time-index.ts'

/** What a rebuilt database holds. */
export interface Rebuilt {
  readonly logCount: number
  readonly batchCount: number
  readonly entryCount: number
}

/** From where to where. */
export interface RebuildOptions {
  /** The damaged database; undefined when nothing of it can be read. */
  readonly source: Database | undefined
  /** Its name, for what is told. */
  readonly file: string
  /** Those of the damaged database. */
  readonly batchFiles: BatchFiles
  /** A new database with its schema. */
  readonly target: Database
  readonly lost: Findings
  readonly checkBatch: BatchCheck
}

const STEP_BYTES = 8 * 2 ** 20
const AT_ONCE = 256
const MAX_OFFSET = Number.MAX_SAFE_INTEGER

/**
 * Copies what is sound from a damaged database. Batches come from their table, row by row, so that a damaged index costs nothing; the index,
 * where it can be read, tells which batches there should be, and so where a log must end.
 */
export class Rebuild {
  readonly #options: RebuildOptions
  readonly #to: Statements
  readonly #times: TimeIndex

  constructor(options: RebuildOptions) {
    this.#options = options
    this.#to = prepareStatements(options.target)
    this.#times = new TimeIndex(this.#to)
  }

  async run(): Promise<Rebuilt> {
    const { source, target } = this.#options
    if (source === undefined) return { logCount: 0, batchCount: 0, entryCount: 0 }
    const from = this.#attempt('schema', () => prepareIndexStatements(source))
    const logs = this.#readLogs(from)
    await this.#copyBatches(source, logs)
    for (const log of this.#owners(logs)) {
      await nextTurn()
      target.transaction(() => this.#finishLog(from, log, logs.known.get(log)))()
    }
    target.transaction(() => this.#copyEntries(source))()
    return this.#count()
  }

  /** The rows that are sound, and whether all could be read: if so, batches of other logs are what a dropped log left. */
  #readLogs(from: IndexStatements | undefined): { known: Map<LogId, SqliteExtent>; complete: boolean } {
    const known = new Map<LogId, SqliteExtent>()
    let complete = true
    const rows = from && this.#attempt('logs', () => from.logs.all())
    for (const { guard, ...row } of rows ?? []) {
      if (guard === guardLog(row.log, row)) known.set(row.log, row)
      else complete = false
    }
    return { known, complete: complete && rows !== undefined }
  }

  async #copyBatches(source: Database, logs: { known: Map<LogId, SqliteExtent>; complete: boolean }): Promise<void> {
    let step: BatchRow[] = []
    let bytes = 0
    const copyStep = this.#options.target.transaction((rows: readonly BatchRow[]) => {
      for (const row of rows) this.#copyBatch(row)
    })
    for (const row of salvageBatches(source, (damage) => this.#lose('batches', describeCause(damage)))) {
      const extent = logs.known.get(row.log)
      if (extent === undefined ? logs.complete : row.lastOffset < extent.start) continue
      step.push(row)
      bytes += row.sizeBytes
      if (bytes < STEP_BYTES) continue
      copyStep(step)
      step = []
      bytes = 0
      await nextTurn()
    }
    copyStep(step)
  }

  #copyBatch(row: BatchRow): void {
    const { log, baseOffset, lastOffset, maxTimestamp, guard } = row
    // The new database takes all bytes into its rows: the files stay with the damaged one.
    const bytes = this.#options.batchFiles.bytesOf(row)
    const wrong = bytes instanceof DamagedRow ? bytes.message : this.#whatIsWrong(row, bytes)
    if (bytes instanceof DamagedRow || wrong !== undefined) {
      this.#lose(`log ${log}, offset ${baseOffset}`, wrong!)
      return
    }
    try {
      this.#to.append.run(log, baseOffset, lastOffset, maxTimestamp, bytes.length, guard, bytes, null, null)
    } catch (error) {
      if (!sqliteErrorCode(error)?.startsWith('SQLITE_CONSTRAINT')) throw error
      this.#lose(`log ${log}, offset ${baseOffset}`, 'the batch is there twice')
    }
  }

  #whatIsWrong({ log, guard, baseOffset, lastOffset, maxTimestamp }: BatchRow, bytes: Uint8Array): string | undefined {
    const batch = { baseOffset, lastOffset, maxTimestamp, bytes }
    return guard === guardBatch(log, batch) ? this.#options.checkBatch(batch) : 'the batch is not what was written'
  }

  #owners(logs: { known: Map<LogId, SqliteExtent> }): Set<LogId> {
    const owners = new Set(logs.known.keys())
    for (let log = this.#to.nextOwner.get(0); typeof log === 'number'; log = this.#to.nextOwner.get(log))
      owners.add(log)
    return owners
  }

  /** Cuts the log where a batch is missing, builds its time index and writes its row. */
  #finishLog(from: IndexStatements | undefined, log: LogId, known: SqliteExtent | undefined): void {
    const all = this.#to.sumSince.get(log, 0)!
    const expectedEnd = (from && this.#attempt(`log ${log}`, () => from.sumSince.get(log, 0)))?.last ?? -1
    const end = Math.max(known?.end ?? 0, expectedEnd + 1, (all.last ?? -1) + 1)
    const cut = this.#firstMissing(from, log, known)
    if (cut !== undefined) {
      this.#lose(
        `log ${log}, offset ${cut}`,
        `it ends there; what came after, up to offset ${end}, is only in the damaged file`,
      )
      this.#to.deleteBetween.run(log, cut, MAX_OFFSET)
    }
    const start = known?.start ?? this.#to.scan.get(log, 0, MAX_OFFSET, 1)?.baseOffset ?? 0
    for (const info of infosOf(this.#to, log, 0)) this.#times.appended(log, info, start)
    const { sizeBytes } = this.#to.sumSince.get(log, 0)!
    // Without its row nobody knows how far the log was compacted.
    const sparseUntil = cut === undefined && known !== undefined ? known.sparseUntil : end
    this.#to.putLog.run(log, start, end, sizeBytes, sparseUntil, guardLog(log, { start, end, sizeBytes, sparseUntil }))
  }

  /** The offset of the first batch that should be there and is not. */
  #firstMissing(from: IndexStatements | undefined, log: LogId, known: SqliteExtent | undefined): number | undefined {
    const start = known?.start ?? 0
    const gap = known && firstGap(infosOf(this.#to, log, start), known)
    try {
      const missing = from && firstNotIn(infosOf(this.#to, log, start), infosOf(from, log, start))
      return gap === undefined || missing === undefined ? (gap ?? missing) : Math.min(gap, missing)
    } catch (error) {
      if (!isDamage(error)) throw error
      return gap
    }
  }

  #copyEntries(source: Database): void {
    for (const [key, value, guard] of salvageEntries(source, (damage) =>
      this.#lose('entries', describeCause(damage)),
    )) {
      if (guard === guardEntry(key, value)) this.#to.put.run(key, guard, value)
      else this.#lose(`entry ${JSON.stringify(key)}`, 'it is not what was written')
    }
  }

  #count(): Rebuilt {
    const count = (table: string) => Number(this.#options.target.prepare(`SELECT count(*) FROM ${table}`).pluck().get())
    return { logCount: count('logs'), batchCount: count('batches'), entryCount: count('entries') }
  }

  #attempt<Result>(where: string, read: () => Result): Result | undefined {
    try {
      return read()
    } catch (error) {
      if (sqliteErrorCode(error) === undefined) throw error
      this.#lose(where, describeCause(error))
      return undefined
    }
  }

  #lose(where: string, what: string): void {
    this.#options.lost.add({ file: this.#options.file, where, what })
  }
}

function* infosOf(statements: IndexStatements, log: LogId, from: number): Generator<BatchInfo> {
  let next = from
  for (;;) {
    const infos = statements.scan.all(log, next, MAX_OFFSET, AT_ONCE)
    yield* infos
    if (infos.length < AT_ONCE) return
    next = infos.at(-1)!.lastOffset + 1
  }
}

function firstNotIn(kept: Iterator<BatchInfo>, expected: Iterable<BatchInfo>): number | undefined {
  let next = kept.next()
  for (const { baseOffset, lastOffset } of expected) {
    while (next.done !== true && next.value.lastOffset < lastOffset) next = kept.next()
    if (next.done === true || next.value.lastOffset !== lastOffset) return baseOffset
  }
  return undefined
}

/** Where batches do not follow each other although compaction has not been there. */
function firstGap(kept: Iterable<BatchInfo>, known: SqliteExtent): number | undefined {
  let next = Math.max(known.start, known.sparseUntil)
  for (const { baseOffset, lastOffset } of kept) {
    if (baseOffset > next) return next
    next = Math.max(next, lastOffset + 1)
  }
  return next < known.end ? next : undefined
}
