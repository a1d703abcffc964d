import type { BatchFileLimits } from '../../src/storage/sqlite/batch-files.ts'

/** All batches go into files, and these are full soon. */
export const smallFiles: BatchFileLimits = { groupBytes: 0, batchBytes: 0, fileBytes: 200_000 }
