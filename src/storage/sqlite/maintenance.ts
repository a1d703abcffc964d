import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Logger } from '../../core/log.ts'
import type { LogId } from '../../core/storage-engine.ts'
import { closedError, describeCause } from '../refusal.ts'
import { BatchFileSweep } from './batch-file-sweep.ts'
import { type BatchFiles, UnwrittenBatches } from './batch-files.ts'
import { checkpoint } from './checkpoint.ts'
import { type Database, isNoRoom } from './database.ts'
import type { FileSyncs } from './file-syncs.ts'
import type { SqliteState } from './sqlite-state.ts'
import type { Statements } from './statements.ts'

/** What maintenance works with and whom it tells. */
export interface MaintenanceOptions {
  readonly database: Database
  readonly statements: Statements
  readonly state: SqliteState
  readonly logger: Logger
  /** Left out: nothing need be durable. */
  readonly syncs: FileSyncs | undefined
  readonly files: BatchFiles
  /** Runs a task while nothing else is written. */
  readonly exclusively: (task: () => Promise<void>) => Promise<void>
  /** After an error that leaves open what is on disk. */
  readonly onBroken: (cause: unknown) => void
}

/** Bytes in the WAL that call for a checkpoint: how long it holds everybody up follows from it. */
const CHECKPOINT_BYTES = 16 * 2 ** 20
/** What one step of deleting may take on. */
const STEP_BYTES = 4 * 2 ** 20
const STEP_BATCHES = 512
/** A step of reclaiming is sized to take about this long. */
const STEP_MS = 15
/** Deleting and moving take at most one part in four of the time. */
const REST = 3
/** When there was no room for it, or another reason that may pass. */
const RETRY_MS = 10_000
/** After opening: commands that are over sooner don't pay for what an earlier process left. */
const FIRST_LOOK_MS = 1000

/**
 * What SQLite needs beside commits, in small steps between them: moving the WAL into the database, deleting the batches of logs that were
 * trimmed or dropped, giving files that nobody needs back, and free pages when that is asked for: until then SQLite uses them again.
 */
export class Maintenance {
  readonly #options: MaintenanceOptions
  readonly #pageBytes: number
  readonly #sweep: BatchFileSweep
  #checkpointAhead = false
  #clearingAhead: NodeJS.Timeout | undefined
  #firstLook: NodeJS.Timeout | undefined
  #reclaiming: Promise<void> | undefined
  #stopped = false

  constructor(options: MaintenanceOptions) {
    this.#options = options
    this.#sweep = new BatchFileSweep(options)
    this.#pageBytes = Number(options.database.pragma('page_size', { simple: true }))
  }

  /** To be called once, before the first write: plans what a process before this one did not come to. */
  start(): void {
    this.wake()
    if (this.#options.files.numbers.length === 0) return
    this.#firstLook = setTimeout(() => {
      this.#sweep.lookAgain()
      this.wake()
    }, FIRST_LOOK_MS)
    this.#firstLook.unref()
  }

  /** To be called after each write: plans what has become due. */
  wake(): void {
    if (this.#stopped) return
    if (this.#walBytes() >= CHECKPOINT_BYTES) this.#planCheckpoint()
    if (this.#isClearingDue) this.#planClearing(0)
  }

  /** To be called when the disk is full: once its WAL has been moved, SQLite writes over it and needs no more room for small commits. */
  makeRoom(): void {
    if (!this.#stopped && this.#walBytes() > 0) this.#planCheckpoint()
  }

  /** Deletes what is to be deleted and cuts the free pages off the file. Calls at the same time share one run. */
  reclaim(): Promise<void> {
    this.#reclaiming ??= this.#reclaim().finally(() => {
      this.#reclaiming = undefined
    })
    return this.#reclaiming
  }

  /** Ends what is planned. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#clearingAhead)
    clearTimeout(this.#firstLook)
  }

  get #isClearingDue(): boolean {
    return this.#options.state.garbage.size > 0 || this.#sweep.isDue
  }

  #walBytes(): number {
    const { log, checkpointed } = this.#options.statements.walSize.get()!
    return Math.max(0, log - checkpointed) * this.#pageBytes
  }

  /** After the answers to what was written have gone out. */
  #planCheckpoint(): void {
    if (this.#checkpointAhead) return
    this.#checkpointAhead = true
    void this.#options.exclusively(async () => {
      this.#checkpointAhead = false
      await this.#guarded('checkpoint', () => checkpoint(this.#options))
    })
  }

  #planClearing(delayMs: number): void {
    if (this.#clearingAhead !== undefined) return
    this.#clearingAhead = setTimeout(() => {
      void this.#options.exclusively(async () => {
        const startMs = performance.now()
        const done = await this.#guarded('clearing of what is not needed any more', () => this.#clearSome())
        this.#clearingAhead = undefined
        if (this.#stopped) return
        if (this.#isClearingDue) this.#planClearing(done ? REST * (performance.now() - startMs) : RETRY_MS)
        if (done) this.wake()
        else this.makeRoom()
      })
    }, delayMs)
    this.#clearingAhead.unref()
  }

  /** One step towards room: whole files first, for they cost nothing; batches move when no more are to be deleted. False when nothing is left to do. */
  async #clearSome(): Promise<boolean> {
    if (await this.#sweep.removeOne()) return true
    if (this.#options.state.garbage.size === 0) return this.#sweep.moveSome()
    if (this.#deleteSome()) this.#sweep.lookAgain()
    return true
  }

  async #reclaim(): Promise<void> {
    // Rows go by compaction too.
    this.#sweep.lookAgain()
    for (let more = true; more; ) {
      await this.#step(async () => {
        more = await this.#clearSome()
      })
    }
    let pages = 16
    while (this.#freePages() > 0) {
      await this.#step(() => {
        const startMs = performance.now()
        this.#options.database.pragma(`incremental_vacuum(${pages})`)
        pages = resized(pages, performance.now() - startMs)
      })
    }
    await this.#step(() => {
      this.#options.database.pragma('wal_checkpoint(TRUNCATE)')
    })
  }

  /** One step of reclaiming, between commits. */
  async #step(work: () => void | Promise<void>): Promise<void> {
    await nextTurn()
    if (this.#stopped) throw closedError('sqlite')
    await this.#options.exclusively(async () => {
      if (this.#stopped) throw closedError('sqlite')
      try {
        if (this.#walBytes() >= CHECKPOINT_BYTES) await checkpoint(this.#options)
        await work()
      } catch (error) {
        if (!mayPass(error)) this.#break(error)
        throw error
      }
    })
  }

  #freePages(): number {
    return Number(this.#options.database.pragma('freelist_count', { simple: true }))
  }

  /** One transaction that deletes the oldest batches of one log, as many as a step may. True when that log has no more. */
  #deleteSome(): boolean {
    const { database, statements, state } = this.#options
    const [first] = state.garbage
    if (first === undefined) return false
    const [log] = first
    const before = state.logs.get(log)?.start ?? Number.MAX_SAFE_INTEGER
    const until = this.#endOfStep(log, before)
    database.transaction(() => {
      statements.deleteBetween.run(log, 0, until)
      if (until === before) statements.removeGarbage.run(log)
    })()
    if (until === before) state.garbage.delete(log)
    return until === before
  }

  #endOfStep(log: LogId, before: number): number {
    const batches = this.#options.statements.scan.all(log, 0, before, STEP_BATCHES)
    let bytes = 0
    for (const batch of batches) {
      bytes += batch.sizeBytes
      if (bytes >= STEP_BYTES) return batch.lastOffset + 1
    }
    return batches.length < STEP_BATCHES ? before : batches.at(-1)!.lastOffset + 1
  }

  /** False when it failed, or came too late: what may pass, like a full disk, is told, all else ends writing. */
  async #guarded(what: string, step: () => unknown): Promise<boolean> {
    if (this.#stopped) return false
    try {
      await step()
      return true
    } catch (error) {
      if (mayPass(error)) {
        this.#options.logger('warn', `storage: the ${what} is put off`, { error: describeCause(error) })
      } else {
        this.#options.logger('error', `storage: the ${what} failed`, { error: describeCause(error) })
        this.#break(error)
      }
      return false
    }
  }

  /** Nothing is written any more: neither by commits nor from here. */
  #break(cause: unknown): void {
    this.stop()
    this.#options.onBroken(cause)
  }
}

/** True for errors after which everything is as it was before. */
function mayPass(error: unknown): boolean {
  return isNoRoom(error) || error instanceof UnwrittenBatches
}

function resized(pages: number, tookMs: number): number {
  const ideal = pages * (STEP_MS / Math.max(tookMs, 0.1))
  return Math.max(1, Math.min(4096, Math.round(Math.min(ideal, pages * 2))))
}
