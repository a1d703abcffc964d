import { readdirSync } from 'node:fs'
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

const DEFAULT_MAX_BYTES = 1024 * 1024 * 1024
const memoryFile = /^(wal-\d+\.log|snapshot-\d+\.bin)$/

/** The engine whose data a directory holds, told by its files; undefined for a new or missing directory. */
export function storedType(directory: string): StorageType | undefined {
  const files = filesOf(directory)
  // Also what a repair set aside: with the database gone, an empty store must not take its place.
  if (files.some((file) => file.startsWith('rafka.db'))) return 'sqlite'
  return files.some((file) => memoryFile.test(file)) ? 'memory' : undefined
}

/**
 * Which engine to open a directory with.
 * @throws RafkaError `DATA_DIRECTORY_UNUSABLE` when it holds the data of another
 */
export function chooseStorage(directory: string, wanted: StorageType | undefined): StorageType {
  const stored = storedType(directory)
  if (stored === undefined || wanted === undefined || stored === wanted) return stored ?? wanted ?? 'sqlite'
  const reason = `it holds data of the ${stored} engine, and ${wanted} was asked for; set storage.type to ${stored}, or name another directory`
  throw unusableDirectory(directory, reason)
}

function filesOf(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
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
