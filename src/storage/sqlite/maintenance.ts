import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Logger } from '../../core/log.ts'
import type { LogId } from '../../core/storage-engine.ts'
import { closedError, describeCause } from '../refusal.ts'
import { BatchFileSweep } from './batch-file-sweep.ts'
import type { BatchFiles } from './batch-files.ts'
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
/** Deleting takes at most one part in four of the time. */
const REST = 3

/**
 * What SQLite needs beside commits, in small steps between them: moving the WAL into the database, deleting the batches of logs that were
 * trimmed or dropped, giving free pages and files that nobody needs back.
 */
export class Maintenance {
  readonly #options: MaintenanceOptions
  readonly #pageBytes: number
  readonly #sweep: BatchFileSweep
  #checkpointAhead = false
  #deletionAhead: NodeJS.Timeout | undefined
  #reclaiming: Promise<void> | undefined
  #stopped = false

  constructor(options: MaintenanceOptions) {
    this.#options = options
    this.#sweep = new BatchFileSweep(options)
    this.#pageBytes = Number(options.database.pragma('page_size', { simple: true }))
  }

  /** To be called after each write: plans what has become due. */
  wake(): void {
    if (this.#stopped) return
    if (this.#walBytes() >= CHECKPOINT_BYTES) this.#planCheckpoint()
    if (this.#options.state.garbage.size > 0) this.#planDeletion(0)
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
    clearTimeout(this.#deletionAhead)
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

  #planDeletion(delayMs: number): void {
    if (this.#deletionAhead !== undefined) return
    this.#deletionAhead = setTimeout(() => {
      void this.#options.exclusively(async () => {
        const startMs = performance.now()
        const done = await this.#guarded('deletion of trimmed batches', async () => {
          if (this.#deleteSome()) await this.#sweep.removeUnused()
        })
        this.#deletionAhead = undefined
        if (this.#stopped) return
        if (done && this.#options.state.garbage.size > 0) this.#planDeletion(REST * (performance.now() - startMs))
        this.wake()
      })
    }, delayMs)
    this.#deletionAhead.unref()
  }

  async #reclaim(): Promise<void> {
    while (this.#options.state.garbage.size > 0) await this.#step(() => void this.#deleteSome())
    await this.#step(() => this.#sweep.endCurrent())
    for (const file of this.#sweep.full) {
      for (let more = true; more; ) {
        await this.#step(async () => {
          more = await this.#sweep.moveSome(file)
        })
      }
    }
    await this.#step(() => this.#sweep.removeUnused())
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
      if (this.#walBytes() >= CHECKPOINT_BYTES) await checkpoint(this.#options)
      await work()
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

  /** False when it failed: a full disk is told and tried again after a later write, all else ends writing. */
  async #guarded(what: string, step: () => void | Promise<void>): Promise<boolean> {
    try {
      await step()
      return true
    } catch (error) {
      if (isNoRoom(error)) {
        this.#options.logger('warn', `storage: no room for the ${what}`, { error: describeCause(error) })
      } else {
        this.#options.logger('error', `storage: the ${what} failed`, { error: describeCause(error) })
        this.#options.onBroken(error)
      }
      return false
    }
  }
}

function resized(pages: number, tookMs: number): number {
  const ideal = pages * (STEP_MS / Math.max(tookMs, 0.1))
  return Math.max(1, Math.min(4096, Math.round(Math.min(ideal, pages * 2))))
}
