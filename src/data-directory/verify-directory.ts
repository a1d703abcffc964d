import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Logger, silentLogger } from '../core/log.ts'
import type { Finding } from '../storage/verification.ts'
import { takeLock } from './directory-lock.ts'
import { storedType } from './open-storage.ts'
import { prepareDirectory, unusableDirectory } from './prepare-directory.ts'
import { type StorageProblem, type StorageReport, storeProblem } from './storage-report.ts'
import { type BatchFindings, repairBatches, type Store, verifyBatches } from './verify-batches.ts'
import { repairFiles, verifyFiles } from './verify-files.ts'

export interface VerifyOptions {
  /**
   * Takes out what is damaged, so that all else can be read again. What is taken out is kept in files beside the store: the bytes of
   * batches, or the damaged files where more than batches is damaged.
   */
  readonly repair?: boolean | undefined
  readonly logger?: Logger | undefined
}

/**
 * Reads everything that a data directory holds and tells what is damaged. Nobody else may have it open.
 * @throws RafkaError `DATA_DIRECTORY_UNUSABLE`, `DATA_DIRECTORY_IN_USE`, `STORAGE_VERSION_UNSUPPORTED`
 */
export async function verifyDirectory(path: string, options: VerifyOptions = {}): Promise<StorageReport> {
  if (!existsSync(path)) throw unusableDirectory(resolve(path), 'it does not exist')
  const dataDir = prepareDirectory(path)
  const lock = await takeLock(dataDir)
  try {
    const type = storedType(dataDir)
    if (type === undefined) {
      return { dataDir, storage: null, logs: 0, batches: 0, records: 0, sizeBytes: 0, problems: [], repaired: false }
    }
    const { repair = false, logger = silentLogger } = options
    return await (repair ? repaired({ type, dataDir, logger }) : verified({ type, dataDir, logger }))
  } finally {
    lock.release()
  }
}

async function verified(store: Store): Promise<StorageReport> {
  const { batches, files } = await look(store)
  return reportOf(store, batches, [...problemsOf(files, null), ...batches.problems], false)
}

/**
 * The engine rebuilds its files where more than batches is damaged. Batches are taken out one by one wherever that suffices, for a rebuilt
 * log ends at the first that is damaged.
 */
async function repaired(store: Store): Promise<StorageReport> {
  const problems: StorageProblem[] = []
  const { batches, files } = await look(store)
  let found = batches
  if (files.length > 0 || !batches.opened) {
    const { keptAside, lost } = await repairFiles(store.type, store.dataDir)
    const keptIn = keptAside[0] ?? null
    problems.push(...problemsOf([...files, ...lost], keptIn))
    if (problems.length === 0) problems.push(...batches.problems.map((problem) => ({ ...problem, keptIn })))
    found = await verifyBatches(store)
  }
  if (found.damaged.size > 0) problems.push(...(await repairBatches(store, found)).problems)
  if (problems.length === 0) return reportOf(store, found, found.problems, false)
  return reportOf(store, await verifyBatches(store), problems, true)
}

/** What is damaged among batches, and what beside them. */
async function look(store: Store): Promise<{ batches: BatchFindings; files: Finding[] }> {
  const batches = await verifyBatches(store)
  const files = await verifyFiles(store.type, store.dataDir)
  return { batches, files: files.filter(({ where }) => !batches.damaged.has(where)) }
}

function problemsOf(findings: readonly Finding[], keptIn: string | null): StorageProblem[] {
  const messages = new Set(findings.map(({ file, where, what }) => `${file}, ${where}: ${what}`))
  return [...messages].map((message) => storeProblem(message, keptIn))
}

function reportOf(
  { type, dataDir }: Store,
  { logs, batches, records, sizeBytes }: BatchFindings,
  problems: readonly StorageProblem[],
  isRepaired: boolean,
): StorageReport {
  return { dataDir, storage: type, logs, batches, records, sizeBytes, problems, repaired: isRepaired }
}
