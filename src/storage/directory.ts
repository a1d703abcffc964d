import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { RafkaError } from '../core/errors.ts'
import { describeCause } from './refusal.ts'

/**
 * Makes sure that an engine's directory exists, creating it (for its owner alone) with all above it.
 * @throws RafkaError `DATA_DIRECTORY_UNUSABLE`
 */
export function ensureDirectory(path: string): void {
  try {
    const firstCreated = mkdirSync(path, { recursive: true, mode: 0o700 })
    if (firstCreated !== undefined) syncParents(path, firstCreated)
    if (statSync(path).isDirectory()) return
  } catch (cause) {
    throw unusableDirectory(path, describeCause(cause), cause)
  }
  throw unusableDirectory(path, 'it is not a directory')
}

/** What is durable in a directory is of no use when the directory itself is not. */
function syncParents(path: string, firstCreated: string): void {
  const top = dirname(resolve(firstCreated))
  for (let directory = dirname(resolve(path)); directory.length >= top.length; directory = dirname(directory)) {
    syncDirectory(directory)
    if (directory === top) return
  }
}

/** Makes the names in a directory durable. */
export function syncDirectory(path: string): void {
  // Windows has no such call, and needs none.
  if (process.platform === 'win32') return
  const descriptor = openIfReadable(path)
  if (descriptor === undefined) return
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** One may create in a directory that one may not read; then its owner's system must see to it. */
function openIfReadable(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch {
    return undefined
  }
}

/** The error of a directory that an engine cannot work in. */
export function unusableDirectory(path: string, reason: string, cause?: unknown): RafkaError {
  const message = `data directory ${path} cannot be used: ${reason}; name another or change its permissions`
  return new RafkaError('DATA_DIRECTORY_UNUSABLE', message, { cause, details: { path } })
}
