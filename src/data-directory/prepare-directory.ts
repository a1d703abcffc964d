import { accessSync, constants, mkdirSync, realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { RafkaError } from '../core/errors.ts'
import { defaultDataDirectory } from './default-data-directory.ts'

/**
 * Makes sure that a data directory is there and can be worked in: creates it, for this user alone. What lies above it is created only for
 * the default one: a path that somebody named wrongly, or a disk that is not mounted, must not become an empty store.
 * @returns its real path, the same for everybody however they name it
 * @throws RafkaError `DATA_DIRECTORY_UNUSABLE`
 */
export function prepareDirectory(path: string): string {
  const directory = resolve(path)
  try {
    mkdirSync(directory, { recursive: directory === defaultDataDirectory(), mode: 0o700 })
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw unusable(directory, error)
  }
  try {
    if (!statSync(directory).isDirectory()) throw unusableDirectory(directory, 'it is not a directory')
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK)
    return realpathSync(directory)
  } catch (error) {
    throw unusable(directory, error)
  }
}

/** The error of a data directory that cannot be worked in. */
export function unusableDirectory(directory: string, reason: string, cause?: unknown): RafkaError {
  return new RafkaError('DATA_DIRECTORY_UNUSABLE', `data directory ${directory} cannot be used: ${reason}`, {
    cause,
    details: { dataDir: directory },
  })
}

function unusable(directory: string, error: unknown): RafkaError {
  return error instanceof RafkaError ? error : unusableDirectory(directory, reasonFor(directory, error), error)
}

const forbidden = 'this user may not write there; change its permissions, or name another directory'
const reasons = new Map<string | undefined, string>([
  ['ENOTDIR', 'a part of its path is not a directory'],
  ['EACCES', forbidden],
  ['EPERM', forbidden],
  ['EROFS', forbidden],
])

function reasonFor(directory: string, error: unknown): string {
  const code = codeOf(error)
  if (code === 'ENOENT') return `${dirname(directory)} does not exist; create it first, or name another directory`
  return reasons.get(code) ?? (error instanceof Error ? error.message : String(error))
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
}
