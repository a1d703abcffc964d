import type { BatchFileLimits } from '../../src/storage/sqlite/batch-files.ts'

/** All batches go into files, two at once where there are several, and these are full soon. */
export const smallFiles: BatchFileLimits = { groupBytes: 0, batchBytes: 0, fileBytes: 200_000, halvesBytes: 0 }
