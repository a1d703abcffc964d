import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { RafkaError } from '../core/errors.ts'
import { acquireLock, type Lock } from '../storage/sqlite/exclusive-lock.ts'
import { readOwner } from './owner-file.ts'
import { unusableDirectory } from './prepare-directory.ts'

/** How long to try for a lock, in ms: a look at it by somebody else takes a moment. */
const BOUND_MS = 500
const PAUSE_MS = 20

/** The file that a data directory's lock stands on. */
export function lockFile(directory: string): string {
  return join(directory, 'lock')
}

/**
 * Takes the lock of a data directory: its holder alone may open the store or remove what an earlier owner left.
 * @returns undefined when somebody else holds it
 * @throws RafkaError `DATA_DIRECTORY_UNUSABLE`
 */
export function tryLock(directory: string): Lock | undefined {
  try {
    return acquireLock(lockFile(directory))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw unusableDirectory(directory, `its lock cannot be taken: ${reason}`, error)
  }
}

/** As `tryLock`, for half a second. @throws RafkaError `DATA_DIRECTORY_IN_USE`, `DATA_DIRECTORY_UNUSABLE` */
export async function takeLock(directory: string): Promise<Lock> {
  const deadline = performance.now() + BOUND_MS
  for (;;) {
    const lock = tryLock(directory)
    if (lock !== undefined) return lock
    if (performance.now() >= deadline) throw directoryInUse(directory)
    await delay(PAUSE_MS * (0.5 + Math.random()))
  }
}

/** The error of a directory that another process owns. */
export function directoryInUse(directory: string): RafkaError {
  const pid = readOwner(directory)?.pid
  const owner = pid === undefined ? 'another process' : `process ${pid}`
  const message = `data directory ${directory} is in use by ${owner}; end it, or name another directory`
  return new RafkaError('DATA_DIRECTORY_IN_USE', message, { details: { dataDir: directory, pid: pid ?? null } })
}
