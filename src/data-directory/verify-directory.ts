import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { BrokerConfigs } from '../broker/configs/config-values.ts'
import { Topics } from '../broker/topics/topics.ts'
import { isRafkaError, RafkaError } from '../core/errors.ts'
import { type Logger, silentLogger } from '../core/log.ts'
import type { LogExtent, StorageEngine } from '../core/storage-engine.ts'
import { takeLock } from './directory-lock.ts'
import { openStorage, storedType } from './open-storage.ts'
import { prepareDirectory, unusableDirectory } from './prepare-directory.ts'
import type { StorageType } from './storage-type.ts'
import { type DamagedBatch, verifyLog } from './verify-log.ts'

export interface VerifyOptions {
  /** Takes damaged batches out of their logs, so that all others can be read again; their bytes are kept in files beside the store. */
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
  /** File with the bytes that were taken out by a repair. */
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
    return storage === null ? report : { ...report, ...(await verifyStore(dataDir, storage, options)) }
  } finally {
    lock.release()
  }
}

async function verifyStore(
  dataDir: string,
  type: StorageType,
  { repair = false, logger = silentLogger }: VerifyOptions,
): Promise<Partial<StorageReport>> {
  let engine: StorageEngine
  try {
    engine = await openStorage(type, dataDir, { maxBytes: Number.MAX_SAFE_INTEGER }, logger)
  } catch (error) {
    if (!isRafkaError(error, 'STORAGE_CORRUPT')) throw error
    return { problems: [ofStore(error.message)] }
  }
  try {
    return await verifyLogs(engine, dataDir, repair)
  } finally {
    await engine.close()
  }
}

async function verifyLogs(engine: StorageEngine, dataDir: string, repair: boolean): Promise<Partial<StorageReport>> {
  const problems: StorageProblem[] = []
  const places = await placesOf(engine, problems)
  const extents = await engine.logs()
  let [batches, records, sizeBytes, repaired] = [0, 0, 0, false]
  for (const extent of extents) {
    const found = await verifyLog(engine, extent)
    batches += found.batches
    records += found.records
    sizeBytes += found.sizeBytes
    for (const damage of found.damaged) {
      const keptIn = repair ? await takeOut(engine, extent, damage, dataDir) : null
      repaired ||= keptIn !== null
      problems.push(problemOf(damage, places.get(extent.log), keptIn))
    }
  }
  return { logs: extents.length, batches, records, sizeBytes, problems, repaired }
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

/** The bytes are safe in a file before they leave the store. */
async function takeOut(
  engine: StorageEngine,
  { log }: LogExtent,
  { batch }: DamagedBatch,
  dataDir: string,
): Promise<string> {
  const file = join(dataDir, `damaged-${log}-${batch.baseOffset}.batch`)
  writeFileSync(file, batch.bytes, { mode: 0o600, flush: true })
  await engine.commit([{ replace: log, from: batch.baseOffset, to: batch.lastOffset + 1, batches: [] }])
  return file
}

function ofStore(message: string): StorageProblem {
  return { topic: null, partition: null, firstOffset: null, lastOffset: null, message, keptIn: null }
}

function problemOf({ batch, what }: DamagedBatch, place: Place | undefined, keptIn: string | null): StorageProblem {
  const { topic, partition } = place ?? { topic: null, partition: null }
  const { baseOffset: firstOffset, lastOffset } = batch
  return {
    topic,
    partition,
    firstOffset,
    lastOffset,
    message: `the batch at offset ${firstOffset} is damaged: ${what}`,
    keptIn,
  }
}
