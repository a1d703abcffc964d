import type { Finding, RepairReport } from '../storage/verification.ts'
import type { StorageType } from './storage-type.ts'

/** What an engine finds damaged in its own files. */
export async function verifyFiles(type: StorageType, dataDir: string): Promise<Finding[]> {
  if (type === 'sqlite') return (await import('../storage/sqlite/verify-sqlite.ts')).verifySqlite(dataDir)
  return (await import('../storage/memory/verify-memory.ts')).verifyMemory(dataDir)
}

/** Lets an engine put what it can save of its files in their place, and keep the damaged ones beside them. */
export async function repairFiles(type: StorageType, dataDir: string): Promise<RepairReport> {
  if (type === 'sqlite') return (await import('../storage/sqlite/repair-sqlite.ts')).repairSqlite(dataDir)
  return (await import('../storage/memory/repair-memory.ts')).repairMemory(dataDir)
}
