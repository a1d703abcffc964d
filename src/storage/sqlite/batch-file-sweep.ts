import type { Logger } from '../../core/log.ts'
import { describeCause } from '../refusal.ts'
import type { BatchFiles, Place } from './batch-files.ts'
import type { Database } from './database.ts'
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

/** What one step of moving may take on. */
const STEP_BYTES = 4 * 2 ** 20
const STEP_BATCHES = 512

/** Gives back the room of batches that are in files: of whole files, after the last rows of those that are mostly unused have moved on. To be called while nothing is written. */
export class BatchFileSweep {
  readonly #parts: SweepParts

  constructor(parts: SweepParts) {
    this.#parts = parts
  }

  /** Removes every file that no row names, once it is durable that none does. */
  async removeUnused(): Promise<void> {
    const { files, statements, syncs, logger } = this.#parts
    const unused = this.full.filter((file) => !this.#isUsed(file))
    if (unused.length === 0) return
    if (syncs !== undefined && statements.walSize.get()!.log > 0) await syncs.wal()
    for (const file of unused) {
      try {
        files.remove(file)
      } catch (error) {
        logger('warn', 'storage: a file that is not needed any more could not be removed', {
          error: describeCause(error),
        })
      }
    }
  }

  /** Lets the current file be looked at as well: what comes next begins a new one. */
  endCurrent(): void {
    const { current } = this.#parts.files
    if (this.#isSparse(current)) this.#parts.files.startNext()
  }

  /** Those that nothing is appended to. */
  get full(): number[] {
    return this.#parts.files.numbers.filter((file) => file !== this.#parts.files.current)
  }

  /** Moves some batches out of a file of which less than half is in use. False when there is no more to move. */
  async moveSome(from: number): Promise<boolean> {
    const { statements, files, database } = this.#parts
    if (!this.#isUsed(from) || !this.#isSparse(from)) return false
    const rows = firstOf(statements.inFile.all(from, STEP_BATCHES))
    const bytes = rows.map((row) => files.read(row, row.sizeBytes))
    // What is damaged is for a repair, and keeps its file.
    if (!bytes.every(Buffer.isBuffer)) return false
    const places = await files.write(bytes)
    database.transaction(() => {
      for (const [index, { id }] of rows.entries()) {
        const { file, position } = places[index]!
        statements.move.run(file, position, id)
      }
    })()
    return true
  }

  #isSparse(file: number): boolean {
    return this.#parts.statements.usedOfFile.get(file)! < this.#parts.files.sizeOf(file) / 2
  }

  #isUsed(file: number): boolean {
    return this.#parts.statements.anyInFile.get(file) !== undefined
  }
}

function firstOf<Row extends Place & { readonly sizeBytes: number }>(rows: readonly Row[]): Row[] {
  let bytes = 0
  const first: Row[] = []
  for (const row of rows) {
    bytes += row.sizeBytes
    if (first.length > 0 && bytes > STEP_BYTES) break
    first.push(row)
  }
  return first
}
