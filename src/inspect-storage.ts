import type { DataDirectoryStatus } from './data-directory/data-directory-status.ts'
import type { StorageReport } from './data-directory/storage-report.ts'
import type { VerifyOptions } from './data-directory/verify-directory.ts'

/** Who serves a data directory, and what it holds. Creates, opens and disturbs nothing. */
export async function storageStatus(dataDir: string): Promise<DataDirectoryStatus> {
  const { dataDirectoryStatus } = await import('./data-directory/data-directory-status.ts')
  return dataDirectoryStatus(dataDir)
}

/**
 * Reads everything that a data directory holds and tells what is damaged. Nobody else may have it open.
 * @throws RafkaError `DATA_DIRECTORY_UNUSABLE`, `DATA_DIRECTORY_IN_USE`, `STORAGE_VERSION_UNSUPPORTED`
 */
export async function verifyStorage(dataDir: string, options?: VerifyOptions): Promise<StorageReport> {
  const { verifyDirectory } = await import('./data-directory/verify-directory.ts')
  return verifyDirectory(dataDir, options)
}
