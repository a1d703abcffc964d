import { type BatchFileOptions, BatchFiles } from './batch-files.ts'
import type { Statements } from './statements.ts'

/**
 * The files of a database that is opened to be written.
 * @throws DamagedRow when one is missing, or the last one is shorter than its rows say
 */
export function openBatchFiles(databaseFile: string, statements: Statements, options: BatchFileOptions): BatchFiles {
  const files = new BatchFiles(databaseFile, options)
  const there = new Set(files.numbers)
  for (let file = statements.nextFile.get(0); typeof file === 'number'; file = statements.nextFile.get(file)) {
    if (!there.has(file)) throw files.missing(file)
  }
  files.continueAt(statements.endOfFile.get(files.current) ?? 0)
  return files
}
