import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { lockFile, tryLock } from './directory-lock.ts'
import { storedType } from './open-storage.ts'
import { readOwner } from './owner-file.ts'
import type { StorageType } from './storage-type.ts'

/** What can be told of a data directory from outside. */
export interface DataDirectoryStatus {
  readonly dataDir: string
  /** Whether the directory is there. */
  readonly exists: boolean
  /** The engine whose data it holds; null for a new or missing one. */
  readonly storage: StorageType | null
  /** Whether a process owns it now. */
  readonly served: boolean
  /** Who; null when nobody does, or did not say yet. */
  readonly owner: {
    readonly pid: number
    /** ISO 8601. */
    readonly startedAt: string
    /** `host:port` of each listener. */
    readonly listeners: readonly string[]
    readonly socket: string
  } | null
}

/** Looks at a data directory without creating, opening or disturbing anything. */
export function dataDirectoryStatus(path: string): DataDirectoryStatus {
  const dataDir = resolve(path)
  const served = isLocked(dataDir)
  const owner = served ? readOwner(dataDir) : undefined
  return {
    dataDir,
    exists: existsSync(dataDir),
    storage: storedType(dataDir) ?? null,
    served,
    owner:
      owner === undefined
        ? null
        : { pid: owner.pid, startedAt: owner.startedAt, listeners: owner.listeners, socket: owner.socket },
  }
}

function isLocked(dataDir: string): boolean {
  if (!existsSync(lockFile(dataDir))) return false
  const lock = tryLock(dataDir)
  lock?.release()
  return lock === undefined
}
