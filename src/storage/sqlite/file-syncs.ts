import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs'
import { promisify } from 'node:util'

const sync = promisify(fdatasync)

/**
 * Makes what SQLite wrote durable, without SQLite: its own syncs hold up the whole process, these only those who wait for them. What has to be durable before
 * what is said where they are called (`SqliteWriter`, `Checkpoint`).
 */
export interface FileSyncs {
  /** Settles when all that was written to the WAL so far is durable. */
  wal(): Promise<void>
  /** The same at once: for little data that is quicker than to wait for another thread. */
  walNow(): void
  /** Settles when all that was written to the database file so far is durable. */
  database(): Promise<void>
  /** To be called after SQLite has closed the file: who closes any descriptor of it loses all locks that the process has on it (POSIX). */
  close(): void
}

/** The syncs of the database in `file`, which SQLite has open. */
export function openFileSyncs(file: string): FileSyncs {
  const descriptors = new Map<string, number>()
  const descriptorOf = (path: string) => {
    const open = descriptors.get(path) ?? openSync(path, 'r+')
    descriptors.set(path, open)
    return open
  }
  const wal = `${file}-wal`
  return {
    wal: async () => sync(descriptorOf(wal)),
    walNow: () => fdatasyncSync(descriptorOf(wal)),
    database: async () => sync(descriptorOf(file)),
    close() {
      for (const descriptor of descriptors.values()) closeSync(descriptor)
      descriptors.clear()
    },
  }
}
