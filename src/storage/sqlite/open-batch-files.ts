import { type BatchFileOptions, BatchFiles } from './batch-files.ts'
import type { FileSyncs } from './file-syncs.ts'
import type { Statements } from './statements.ts'

/** How the files of a database are kept, and what makes durable that no row tells of what is written over. */
export interface OpenedFileOptions extends Omit<BatchFileOptions, 'durable'> {
  /** Left out: nothing need be durable. */
  readonly syncs: FileSyncs | undefined
}

/**
 * The files of a database that is opened to be written.
 * @throws DamagedRow when one is missing, or the last one is shorter than its rows say
 */
export function openBatchFiles(
  databaseFile: string,
  statements: Statements,
  { syncs, limits }: OpenedFileOptions,
): BatchFiles {
  const files = new BatchFiles(databaseFile, { durable: syncs !== undefined, limits })
  const there = new Set(files.numbers)
  for (let file = statements.nextFile.get(0); typeof file === 'number'; file = statements.nextFile.get(file)) {
    if (!there.has(file)) throw files.missing(file)
  }
  // A process that was killed may have taken rows away, not durably yet: bytes that they tell of must not be written over before they are gone for good.
  if (syncs !== undefined && there.size > 0 && statements.walSize.get()!.log > 0) syncs.walNow()
  const [newest, other] = files.numbers.reverse()
  const endOf = (file: number) => statements.endOfFile.get(file) ?? 0
  // What is missing of any but the newest is told when it is read: the rest of it can be.
  if (other !== undefined && files.sizeOf(other) >= endOf(other)) files.continueAt(other, endOf(other))
  if (newest !== undefined) files.continueAt(newest, endOf(newest))
  return files
}
