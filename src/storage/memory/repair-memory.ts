import { copyFile, link } from 'node:fs/promises'
import { RafkaError } from '../../core/errors.ts'
import { asideName, type BatchCheck, Findings, type RepairReport } from '../verification.ts'
import { listFiles, snapshotFile, walFile } from './file-names.ts'
import { syncDirectory } from './file-writing.ts'
import { lockDirectory } from './lock-directory.ts'
import { removeAll } from './recovery.ts'
import { SalvagedState } from './salvaged-state.ts'
import { writeSnapshot } from './snapshot-writer.ts'
import { filesInUse } from './verify-memory.ts'
import { createWal } from './wal-file.ts'
import { walkFile } from './walk-file.ts'

/**
 * Puts in place of the memory engine's files in `directory` a snapshot of what can still be read of them: of each log the longest prefix of
 * sound batches, and every sound entry. All files are kept beside it under other names. A log's end stays where it was, so that no offset
 * is given twice. An interrupted repair leaves the files as they were, and can be begun again.
 * @throws RafkaError `DATA_DIRECTORY_IN_USE`, `DATA_DIRECTORY_UNUSABLE`, `STORAGE_VERSION_UNSUPPORTED`
 */
export async function repairMemory(
  directory: string,
  checkBatch: BatchCheck = () => undefined,
  now = new Date(),
): Promise<RepairReport> {
  const lock = lockDirectory(directory)
  try {
    const lost = new Findings()
    const { state } = await salvage(directory, lost, checkBatch)
    const keptAside = await keepAside(directory, now)
    const logs = [...state.logs.values()]
    await replaceFiles(directory, { logs, entries: [...state.entries] })
    const batchCount = logs.reduce((sum, log) => sum + log.batchCount, 0)
    return { keptAside, logCount: logs.length, batchCount, entryCount: state.entries.size, lost: lost.list() }
  } finally {
    lock.release()
  }
}

async function salvage(directory: string, lost: Findings, checkBatch: BatchCheck): Promise<SalvagedState> {
  const files = await filesInUse(directory)
  if (files.length === 0) {
    const message = `${directory} holds no data of the memory engine`
    throw new RafkaError('DATA_DIRECTORY_UNUSABLE', message, { details: { path: directory } })
  }
  let path = ''
  const salvaged = new SalvagedState(checkBatch, (where, what) => lost.add({ file: path, where, what }))
  for (const file of files) {
    path = file.path
    await walkFile(path, file.kind, {
      onItem: (item) => salvaged.add(item),
      onDamage: (at, what) => lost.add({ file: path, where: `byte ${at}`, what }),
    })
  }
  return salvaged
}

/** A second name for each file: nothing is moved before what replaces it is there. */
async function keepAside(directory: string, now: Date): Promise<string[]> {
  const kept: string[] = []
  for (const path of await allFiles(directory)) {
    const aside = asideName(path, now)
    // Not every file system has hard links.
    await link(path, aside).catch(() => copyFile(path, aside))
    kept.push(aside)
  }
  await syncDirectory(directory)
  return kept
}

async function replaceFiles(
  directory: string,
  content: Pick<Parameters<typeof writeSnapshot>[1], 'logs' | 'entries'>,
): Promise<void> {
  const old = await allFiles(directory)
  const { wals, snapshots } = await listFiles(directory)
  const number = Math.max(0, ...wals, ...snapshots) + 1
  await writeSnapshot(directory, { number, ...content }, new AbortController().signal)
  const wal = await createWal(directory, number, 0)
  await wal.close()
  await removeAll(old)
}

async function allFiles(directory: string): Promise<string[]> {
  const { wals, snapshots } = await listFiles(directory)
  return [
    ...wals.map((number) => walFile(directory, number)),
    ...snapshots.map((number) => snapshotFile(directory, number)),
  ]
}
