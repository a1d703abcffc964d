import type { DataDirectoryStatus } from './data-directory/data-directory-status.ts'

/** Who serves a data directory, and what it holds. Creates, opens and disturbs nothing. */
export async function storageStatus(dataDir: string): Promise<DataDirectoryStatus> {
  const { dataDirectoryStatus } = await import('./data-directory/data-directory-status.ts')
  return dataDirectoryStatus(dataDir)
}
