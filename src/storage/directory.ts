import { mkdirSync, statSync } from 'node:fs'
import { RafkaError } from '../core/errors.ts'
import { describeCause } from './refusal.ts'

/**
 * Makes sure that an engine's directory exists, creating it (for its owner alone) with all above it.
 * @throws RafkaError `DATA_DIRECTORY_UNUSABLE`
 */
export function ensureDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    if (statSync(path).isDirectory()) return
  } catch (cause) {
    throw unusableDirectory(path, describeCause(cause), cause)
  }
  throw unusableDirectory(path, 'it is not a directory')
}

/** The error of a directory that an engine cannot work in. */
export function unusableDirectory(path: string, reason: string, cause?: unknown): RafkaError {
  const message = `data directory ${path} cannot be used: ${reason}; name another or change its permissions`
  return new RafkaError('DATA_DIRECTORY_UNUSABLE', message, { cause, details: { path } })
}
