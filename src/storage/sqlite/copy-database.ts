import { constants, copyFileSync, cpSync, existsSync } from 'node:fs'
import { batchDirectory } from './batch-files.ts'
import { databaseFile } from './database-file.ts'

/**
 * Copies the closed database of `directory` and the files that belong to it, beside it; without using space on file systems that can.
 * @returns the copy
 */
export function copyDatabase(directory: string, suffix: string): string {
  const file = databaseFile(directory)
  const copy = `${file}.${suffix}`
  copyFileSync(file, copy, constants.COPYFILE_FICLONE)
  if (existsSync(batchDirectory(file))) {
    cpSync(batchDirectory(file), batchDirectory(copy), { recursive: true, mode: constants.COPYFILE_FICLONE })
  }
  return copy
}
