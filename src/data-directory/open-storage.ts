import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '../core/log.ts'
import type { Durability, StorageEngine } from '../core/storage-engine.ts'
import { unusableDirectory } from './prepare-directory.ts'
import type { StorageType } from './storage-type.ts'

/** Which engine, and how it keeps the data. */
export interface StorageSettings {
  /** Left out: the one whose data is there, else `sqlite`. */
  readonly type?: StorageType | undefined
  /** Default `fsync`. */
  readonly durability?: Durability | undefined
  /** Bytes of records that the memory engine holds at most; default 1 GiB. */
  readonly maxBytes?: number | undefined
}

const MARKER = 'storage'
const DEFAULT_MAX_BYTES = 1024 * 1024 * 1024

/** The engine whose data a directory holds; undefined for a new directory. */
export function storedType(directory: string): StorageType | undefined {
  if (existsSync(join(directory, 'rafka.db'))) return 'sqlite'
  try {
    const text = readFileSync(join(directory, MARKER), 'utf8').trim()
    return text === 'memory' || text === 'sqlite' ? text : undefined
  } catch {
    return undefined
  }
}

/**
 * Which engine to open a directory with. For the holder of its lock; notes the choice in a new directory.
 * @throws RafkaError `DATA_DIRECTORY_UNUSABLE` when it holds the data of another
 */
export function chooseStorage(directory: string, wanted: StorageType | undefined): StorageType {
  const stored = storedType(directory)
  const type = wanted ?? stored ?? 'sqlite'
  if (stored === undefined) writeFileSync(join(directory, MARKER), `${type}\n`, { mode: 0o600 })
  else if (stored !== type) {
    const reason = `it holds data of the ${stored} engine, and ${type} was asked for; set storage.type to ${stored}, or name another directory`
    throw unusableDirectory(directory, reason)
  }
  return type
}

/** Opens the engine. The modules of the other one are never loaded. */
export async function openStorage(
  type: StorageType,
  path: string | undefined,
  { durability = 'fsync', maxBytes = DEFAULT_MAX_BYTES }: StorageSettings,
  logger: Logger,
): Promise<StorageEngine> {
  if (type === 'sqlite') {
    if (path === undefined) throw new Error('the sqlite engine needs a directory')
    const { openSqliteEngine } = await import('../storage/sqlite/sqlite-engine.ts')
    return openSqliteEngine({ path, durability, logger })
  }
  const { openMemoryEngine } = await import('../storage/memory/memory-engine.ts')
  return openMemoryEngine({ ...(path === undefined ? {} : { path }), durability, maxBytes, logger })
}
