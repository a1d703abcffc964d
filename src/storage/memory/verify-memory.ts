import { existsSync } from 'node:fs'
import { isRafkaError } from '../../core/errors.ts'
import type { StoredBatch } from '../../core/storage-engine.ts'
import { type BatchCheck, type Finding, Findings } from '../verification.ts'
import type { FileHeader } from './file-header.ts'
import { listFiles, snapshotFile, walFile } from './file-names.ts'
import type { Item } from './item-codec.ts'
import { lockDirectory } from './lock-directory.ts'
import { loadFiles } from './recovery.ts'
import { walkFile } from './walk-file.ts'

/**
 * Reads all files that the memory engine would read in `directory` and tells what is damaged. Changes nothing. The torn end of the last
 * write-ahead log, which opening cuts off, is no damage.
 * @throws RafkaError `DATA_DIRECTORY_IN_USE`, `DATA_DIRECTORY_UNUSABLE`, `STORAGE_VERSION_UNSUPPORTED`
 */
export async function verifyMemory(directory: string, checkBatch: BatchCheck = () => undefined): Promise<Finding[]> {
  if (!existsSync(directory)) return []
  const lock = lockDirectory(directory)
  try {
    const findings = new Findings()
    for (const file of await filesInUse(directory)) await verifyFile(file, findings, checkBatch)
    if (findings.list().length === 0) await verifyTogether(directory, findings)
    return findings.list()
  } finally {
    lock.release()
  }
}

/** A file that holds a part of the state. */
export interface FileInUse {
  readonly path: string
  readonly kind: FileHeader['kind']
  /** True for the log that was written last: its end may be torn. */
  readonly isLast: boolean
}

/** The newest snapshot and the logs after it, in order. */
export async function filesInUse(directory: string): Promise<FileInUse[]> {
  const { snapshots, wals } = await listFiles(directory)
  const base = snapshots.at(-1)
  const logs = wals
    .filter((number) => number >= (base ?? 0))
    .map((number) => ({ path: walFile(directory, number), kind: 'wal', isLast: number === wals.at(-1) }) as const)
  if (base === undefined) return logs
  return [{ path: snapshotFile(directory, base), kind: 'snapshot', isLast: false }, ...logs]
}

/** The batches that an item brings. */
export function batchesIn(item: Item): readonly StoredBatch[] {
  if ('batches' in item) return typeof item.batches === 'number' ? [] : item.batches
  return 'batch' in item ? [item.batch] : []
}

async function verifyFile(file: FileInUse, findings: Findings, checkBatch: BatchCheck): Promise<void> {
  const { path } = file
  await walkFile(path, file.kind, {
    onItem: (item, at) => {
      for (const batch of batchesIn(item)) {
        const wrong = checkBatch(batch)
        if (wrong !== undefined)
          findings.add({ file: path, where: `byte ${at}, offset ${batch.baseOffset}`, what: wrong })
      }
    },
    onDamage: (at, what, torn) => {
      if (!(torn && file.isLast)) findings.add({ file: path, where: `byte ${at}`, what })
    },
  })
}

/** Each file is sound: do they make sense together? */
async function verifyTogether(directory: string, findings: Findings): Promise<void> {
  try {
    await loadFiles(directory)
  } catch (error) {
    if (!isRafkaError(error, 'STORAGE_CORRUPT')) throw error
    const { file, at } = error.details
    findings.add({ file: String(file), where: `byte ${String(at)}`, what: error.message })
  }
}
