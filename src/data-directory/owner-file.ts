import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StorageType } from './storage-type.ts'

/** Who owns a data directory, as it wrote of itself. True only while the directory's lock is held. */
export interface OwnerRecord {
  readonly pid: number
  /** ISO 8601. */
  readonly startedAt: string
  /** Path of the Unix socket that it serves. */
  readonly socket: string
  /** `host:port` of each listener. */
  readonly listeners: readonly string[]
  readonly storage: StorageType
}

const FILE = 'owner.json'

/** Writes the record whole or not at all. For the holder of the lock. */
export function writeOwner(directory: string, owner: OwnerRecord): void {
  const file = join(directory, FILE)
  const draft = `${file}.new`
  writeFileSync(draft, `${JSON.stringify(owner, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, file)
}

/** The record; undefined when there is none that can be read. */
export function readOwner(directory: string): OwnerRecord | undefined {
  try {
    const owner = JSON.parse(readFileSync(join(directory, FILE), 'utf8')) as OwnerRecord
    const isRecord = Number.isSafeInteger(owner.pid) && owner.pid > 1 && typeof owner.socket === 'string'
    return isRecord && Array.isArray(owner.listeners) ? owner : undefined
  } catch {
    return undefined
  }
}

/** Removes the record. For the holder of the lock. */
export function removeOwner(directory: string): void {
  rmSync(join(directory, FILE), { force: true })
}
