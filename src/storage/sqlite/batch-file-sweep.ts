import type { Logger } from '../../core/log.ts'
import { describeCause } from '../refusal.ts'
import type { BatchFiles, Place } from './batch-files.ts'
import { DamagedRow } from './damaged-row.ts'
import { type Database, isNoRoom } from './database.ts'
import type { FileSyncs } from './file-syncs.ts'
import type { Statements } from './statements.ts'

/** What the sweep works with. */
export interface SweepParts {
  readonly database: Database
  readonly statements: Statements
  readonly files: BatchFiles
  /** Left out: nothing need be durable. */
  readonly syncs: FileSyncs | undefined
  readonly logger: Logger
}

/** A batch that is in a file. */
type PlacedRow = Place & { readonly id: number; readonly sizeBytes: number }

/** What one step of moving may take on. */
const STEP_BYTES = 4 * 2 ** 20
const STEP_BATCHES = 512

/**
 * Gives back the room of batches that are in files: of whole files, after the last rows of those that are mostly unused have moved on. Each step leaves everything
 * in order, whatever comes after it, and is to be made while nothing is written.
 *
 * What is moved was paid for by more that had gone, and files that are moved out of are not moved into: it ends.
 */
export class BatchFileSweep {
  readonly #parts: SweepParts
  /** Rows have gone since the round began. */
  #again = false
  /** They may have been the last of a file. */
  #unlisted = false
  /** Files to be removed. */
  #unused = new Set<number>()
  /** Files that are still to be looked at in this round. */
  #left: number[] = []
  /** Files that keep their place until the engine is opened again: what is damaged is for a repair. */
  readonly #unreadable = new Set<number>()

  constructor(parts: SweepParts) {
    this.#parts = parts
  }

  /** To be called when rows have gone: there is something to do for `removeOne` and `moveSome`. */
  lookAgain(): void {
    this.#again = true
    this.#unlisted = true
  }

  /** False when there is nothing to do. */
  get isDue(): boolean {
    return this.#again || this.#unused.size > 0 || this.#left.length > 0
  }

  /** Removes a file that no row names, once it is durable that none does. False when there is none. */
  async removeOne(): Promise<boolean> {
    const { files, statements, syncs, logger } = this.#parts
    if (this.#unlisted) this.#unused = new Set(this.#full.filter((file) => !this.#isUsed(file)))
    this.#unlisted = false
    const [file] = this.#unused
    if (file === undefined) return false
    if (syncs !== undefined && statements.walSize.get()!.log > 0) await syncs.wal()
    this.#unused.delete(file)
    try {
      await files.remove(file)
    } catch (error) {
      logger('warn', 'storage: a file that is not needed any more could not be removed', {
        error: describeCause(error),
      })
    }
    return true
  }

  /**
   * Moves some batches out of the next file of which less than half is in use. False when every file has been looked at.
   * @throws UnwrittenBatches, or SQLite's error, when there is no room to move them: they are where they were
   */
  async moveSome(): Promise<boolean> {
    const file = this.#left[0] ?? this.#beginRound()
    if (file === undefined) return false
    const mayHaveMore = await this.#moveFrom(file)
    const isUsed = this.#isUsed(file)
    if (!isUsed) this.#unused.add(file)
    if (!isUsed || !mayHaveMore) this.#left.shift()
    return true
  }

  /** The first file of a new round, if one is due. What is written from now on goes to other files where those that are appended to are mostly unused. */
  #beginRound(): number | undefined {
    if (!this.#again) return undefined
    this.#again = false
    const { files } = this.#parts
    for (const file of files.numbers) if (files.isCurrent(file) && this.#isSparse(file)) files.leave(file)
    this.#left = this.#full.filter((file) => !this.#unreadable.has(file))
    return this.#left[0]
  }

  /** False when what is in the file stays there. */
  async #moveFrom(file: number): Promise<boolean> {
    if (!this.#isSparse(file)) return false
    const rows = firstOf(this.#parts.statements.inFile.all(file, STEP_BATCHES))
    const bytes = this.#bytesOf(file, rows)
    if (bytes === undefined || rows.length === 0) return false
    await this.#move(rows, bytes)
    return true
  }

  #bytesOf(file: number, rows: readonly PlacedRow[]): Buffer[] | undefined {
    try {
      return rows.map((row) => {
        const bytes = this.#parts.files.read(row, row.sizeBytes)
        if (bytes instanceof DamagedRow) throw bytes
        return bytes
      })
    } catch (error) {
      this.#unreadable.add(file)
      this.#parts.logger(
        'warn',
        'storage: a file that is mostly unused is kept, for what is needed of it cannot be read',
        {
          error: describeCause(error),
        },
      )
      return undefined
    }
  }

  /** First the bytes, durably, then the rows that tell of them: a crash leaves them at the one place or the other. */
  async #move(rows: readonly PlacedRow[], bytes: readonly Buffer[]): Promise<void> {
    const { statements, files, database } = this.#parts
    const places = await files.write(bytes)
    try {
      database.transaction(() => {
        for (const [index, { id }] of rows.entries()) {
          const { file, position } = places[index]!
          statements.move.run(file, position, id)
        }
      })()
    } catch (error) {
      // After any other error a row that tells of them may be on the disk after all.
      if (isNoRoom(error)) files.takeBack(places)
      throw error
    }
  }

  /** Those that nothing is appended to. */
  get #full(): number[] {
    return this.#parts.files.numbers.filter((file) => !this.#parts.files.isCurrent(file))
  }

  #isSparse(file: number): boolean {
    return this.#parts.statements.usedOfFile.get(file)! < this.#parts.files.sizeOf(file) / 2
  }

  #isUsed(file: number): boolean {
    return this.#parts.statements.anyInFile.get(file) !== undefined
  }
}

function firstOf(rows: readonly PlacedRow[]): PlacedRow[] {
  let bytes = 0
  const first: PlacedRow[] = []
  for (const row of rows) {
    bytes += row.sizeBytes
    if (first.length > 0 && bytes > STEP_BYTES) break
    first.push(row)
  }
  return first
}
