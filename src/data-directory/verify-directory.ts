import { constants, copyFileSync, existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { BrokerConfigs } from '../broker/configs/config-values.ts'
import { Topics } from '../broker/topics/topics.ts'
import { isRafkaError, RafkaError } from '../core/errors.ts'
import { type Logger, silentLogger } from '../core/log.ts'
import type { LogId, StorageEngine } from '../core/storage-engine.ts'
import { takeLock } from './directory-lock.ts'
import { openStorage, storedType } from './open-storage.ts'
import { prepareDirectory, unusableDirectory } from './prepare-directory.ts'
import type { StorageType } from './storage-type.ts'
import { type DamagedBatch, verifyLog } from './verify-log.ts'

export interface VerifyOptions {
  /**
   * Takes damaged batches out of their logs, so that all others can be read again. What is taken out is kept in files beside the store:
   * its bytes, or the whole store as it was where those cannot be read.
   */
  readonly repair?: boolean | undefined
  readonly logger?: Logger | undefined
}

/** One thing that is damaged. */
export interface StorageProblem {
  /** null: not of one topic. */
  readonly topic: string | null
  readonly partition: number | null
  /** First and last offset that cannot be read; null: not of a log. */
  readonly firstOffset: number | null
  readonly lastOffset: number | null
  readonly message: string
  /** File with what a repair took out. */
  readonly keptIn: string | null
}

/** What was found in a data directory. */
export interface StorageReport {
  readonly dataDir: string
  /** null: there is no store in it. */
  readonly storage: StorageType | null
  readonly logs: number
  readonly batches: number
  readonly records: number
  readonly sizeBytes: number
  readonly problems: readonly StorageProblem[]
  /** Whether damaged batches were taken out. */
  readonly repaired: boolean
}

type Place = Pick<StorageProblem, 'topic' | 'partition'>

/** Part of the report, and how many batches are damaged; of how many not even the bytes can be had. */
interface Findings extends Partial<Omit<StorageReport, 'dataDir' | 'storage'>> {
  readonly damage: number
  readonly unreadable: number
}

/** @returns the file that keeps what was taken out */
type Repair = (engine: StorageEngine, log: LogId, damaged: DamagedBatch) => Promise<string | null>

/**
 * Reads everything that a data directory holds and tells what is damaged. Nobody else may have it open.
 * @throws RafkaError `DATA_DIRECTORY_UNUSABLE`, `DATA_DIRECTORY_IN_USE`, `STORAGE_VERSION_UNSUPPORTED`
 */
export async function verifyDirectory(path: string, options: VerifyOptions = {}): Promise<StorageReport> {
  if (!existsSync(path)) throw unusableDirectory(resolve(path), 'it does not exist')
  const dataDir = prepareDirectory(path)
  const lock = await takeLock(dataDir)
  try {
    const storage = storedType(dataDir) ?? null
    const report = { dataDir, storage, logs: 0, batches: 0, records: 0, sizeBytes: 0, problems: [], repaired: false }
    if (storage === null) return report
    const { damage: _, unreadable: __, ...found } = await verifyOrRepair(dataDir, storage, options)
    return { ...report, ...found }
  } finally {
    lock.release()
  }
}

/** Looks first, so that nothing is touched before what it might cost is kept. */
async function verifyOrRepair(
  dataDir: string,
  type: StorageType,
  { repair = false, logger = silentLogger }: VerifyOptions,
): Promise<Findings> {
  const found = await verifyStore(dataDir, type, logger, undefined)
  if (!repair || found.damage === 0) return found
  const copy = found.unreadable > 0 ? copyStore(dataDir, type) : null
  return verifyStore(dataDir, type, logger, (engine, log, damage) => takeOut(engine, log, damage, dataDir, copy))
}

async function verifyStore(
  dataDir: string,
  type: StorageType,
  logger: Logger,
  repair: Repair | undefined,
): Promise<Findings> {
  let engine: StorageEngine
  try {
    engine = await openStorage(type, dataDir, { maxBytes: Number.MAX_SAFE_INTEGER }, logger)
  } catch (error) {
    if (!isRafkaError(error, 'STORAGE_CORRUPT')) throw error
    return { damage: 0, unreadable: 0, problems: [ofStore(error.message)] }
  }
  try {
    return await verifyLogs(engine, repair)
  } finally {
    await engine.close()
  }
}

async function verifyLogs(engine: StorageEngine, repair: Repair | undefined): Promise<Findings> {
  const problems: StorageProblem[] = []
  const places = await placesOf(engine, problems)
  const extents = await engine.logs()
  let [batches, records, sizeBytes, damage, unreadable] = [0, 0, 0, 0, 0]
  for (const extent of extents) {
    const found = await verifyLog(engine, extent)
    batches += found.batches
    records += found.records
    sizeBytes += found.sizeBytes
    damage += found.damaged.length
    unreadable += found.damaged.filter(({ bytes }) => bytes === undefined).length
    for (const damaged of found.damaged) {
      const keptIn = repair === undefined ? null : await repair(engine, extent.log, damaged)
      problems.push(problemOf(damaged, places.get(extent.log), keptIn))
    }
  }
  const repaired = repair !== undefined && damage > 0
  return { logs: extents.length, batches, records, sizeBytes, problems, repaired, damage, unreadable }
}

/** Topic and partition of each log. */
async function placesOf(engine: StorageEngine, problems: StorageProblem[]): Promise<Map<number, Place>> {
  const topics = new Topics(engine, new BrokerConfigs(), { created() {}, deleted() {} })
  try {
    await topics.load()
  } catch (error) {
    if (!(error instanceof RafkaError)) throw error
    problems.push(ofStore(error.message))
  }
  return new Map(
    topics
      .all()
      .flatMap(({ name, logs }) => logs.map(({ id }, partition) => [id, { topic: name, partition }] as const)),
  )
}

/** The bytes are safe in a file before they leave the store. @returns that file */
async function takeOut(
  engine: StorageEngine,
  log: LogId,
  { firstOffset, lastOffset, bytes }: DamagedBatch,
  dataDir: string,
  copy: string | null,
): Promise<string | null> {
  const file = bytes === undefined ? copy : join(dataDir, `damaged-${log}-${firstOffset}.batch`)
  if (bytes !== undefined && file !== null) writeFileSync(file, bytes, { mode: 0o600, flush: true })
  await engine.commit([{ replace: log, from: firstOffset, to: lastOffset + 1, batches: [] }])
  return file
}

/** The store as it is, on file systems that can without using space. The memory engine gives the bytes of all that it opens. */
function copyStore(dataDir: string, type: StorageType): string | null {
  if (type === 'memory') return null
  const copy = join(dataDir, 'rafka.db.before-repair')
  copyFileSync(join(dataDir, 'rafka.db'), copy, constants.COPYFILE_FICLONE)
  return copy
}

function ofStore(message: string): StorageProblem {
  return { topic: null, partition: null, firstOffset: null, lastOffset: null, message, keptIn: null }
}

function problemOf(
  { firstOffset, lastOffset, what }: DamagedBatch,
  place: Place | undefined,
  keptIn: string | null,
): StorageProblem {
  const { topic, partition } = place ?? { topic: null, partition: null }
  const message = `the batch at offset ${firstOffset} is damaged: ${what}`
  return { topic, partition, firstOffset, lastOffset, message, keptIn }
}
