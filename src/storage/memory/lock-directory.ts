import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { RafkaError } from '../../core/errors.ts'
import { ensureDirectory, unusableDirectory } from '../directory.ts'
import { describeCause } from '../refusal.ts'
import { databaseFile } from '../sqlite/database-file.ts'
import { acquireLock, type Lock } from '../sqlite/exclusive-lock.ts'

/**
 * Makes a directory the memory engine's own, until the lock is released or the process ends.
 * @throws RafkaError `DATA_DIRECTORY_IN_USE`; `DATA_DIRECTORY_UNUSABLE`, also when another engine's data is in it
 */
export function lockDirectory(directory: string): Lock {
  ensureDirectory(directory)
  if (existsSync(databaseFile(directory))) {
    throw unusableDirectory(directory, 'it holds data of the sqlite engine; open it with storage.type sqlite')
  }
  const lock = tryLock(directory)
  if (lock !== undefined) return lock
  const message = `${directory} is in use by another process; end that one, or connect to it instead of opening its directory`
  throw new RafkaError('DATA_DIRECTORY_IN_USE', message, { details: { path: directory } })
}

function tryLock(directory: string): Lock | undefined {
  try {
    return acquireLock(join(directory, 'wal.lock'))
  } catch (error) {
    throw unusableDirectory(directory, describeCause(error), error)
  }
}
