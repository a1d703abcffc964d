import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BrokerConfigs } from '../broker/configs/config-values.ts'
import { Topics } from '../broker/topics/topics.ts'
import { isRafkaError, RafkaError } from '../core/errors.ts'
import type { Logger } from '../core/log.ts'
import type { LogId, StorageEngine } from '../core/storage-engine.ts'
import { buildEmptyBatches } from '../records/empty-batch.ts'
import { openStorage } from './open-storage.ts'
import { type StorageProblem, type StorageReport, storeProblem } from './storage-report.ts'
import type { StorageType } from './storage-type.ts'
import { type DamagedBatch, verifyLog } from './verify-log.ts'

/** A store, while nobody else has it open. */
export interface Store {
  readonly type: StorageType
  readonly dataDir: string
  readonly logger: Logger
}

/** What reading every batch through the engine found. */
export interface BatchFindings extends Pick<StorageReport, 'logs' | 'batches' | 'records' | 'sizeBytes' | 'problems'> {
  /** False: the engine refuses to open it, and `problems` says why. */
  readonly opened: boolean
  /** Damaged batches as `log 3, offset 17`: how the engines call them. */
  readonly damaged: ReadonlySet<string>
  /** Damaged batches whose bytes the engine does not give. */
  readonly unreadable: number
}

/** Does away with a damaged batch. @returns the file that keeps what was taken out */
type Repair = (engine: StorageEngine, log: LogId, damaged: DamagedBatch) => Promise<string | null>

const MAX_BYTES = Number.MAX_SAFE_INTEGER

/** Reads every batch, and compares it with its checksum. Changes nothing. */
export function verifyBatches(store: Store): Promise<BatchFindings> {
  return withEngine(store, undefined)
}

/** Takes out the batches that `found` is about. All others stay, also those after them. */
export async function repairBatches(store: Store, found: BatchFindings): Promise<BatchFindings> {
  const copy = found.unreadable > 0 ? await copyStore(store) : null
  return withEngine(store, (engine, log, damaged) => takeOut(engine, log, damaged, store.dataDir, copy))
}

async function withEngine({ type, dataDir, logger }: Store, repair: Repair | undefined): Promise<BatchFindings> {
  let engine: StorageEngine
  try {
    engine = await openStorage(type, dataDir, { maxBytes: MAX_BYTES }, logger)
  } catch (error) {
    if (!isRafkaError(error, 'STORAGE_CORRUPT')) throw error
    const problems = [storeProblem(error.message)]
    return { opened: false, logs: 0, batches: 0, records: 0, sizeBytes: 0, problems, damaged: new Set(), unreadable: 0 }
  }
  try {
    return await verifyLogs(engine, repair)
  } finally {
    await engine.close()
  }
}

async function verifyLogs(engine: StorageEngine, repair: Repair | undefined): Promise<BatchFindings> {
  const problems: StorageProblem[] = []
  const damaged = new Set<string>()
  const places = await placesOf(engine, problems)
  const extents = await engine.logs()
  let [batches, records, sizeBytes, unreadable] = [0, 0, 0, 0]
  for (const extent of extents) {
    const found = await verifyLog(engine, extent)
    batches += found.batches
    records += found.records
    sizeBytes += found.sizeBytes
    unreadable += found.damaged.filter(({ bytes }) => bytes === 'withheld').length
    for (const damage of found.damaged) {
      const keptIn = repair === undefined ? null : await repair(engine, extent.log, damage)
      damaged.add(`log ${extent.log}, offset ${damage.firstOffset}`)
      problems.push(problemOf(damage, places.get(extent.log), keptIn))
    }
  }
  return { opened: true, logs: extents.length, batches, records, sizeBytes, problems, damaged, unreadable }
}

type Place = Pick<StorageProblem, 'topic' | 'partition'>

/** Topic and partition of each log. */
async function placesOf(engine: StorageEngine, problems: StorageProblem[]): Promise<Map<number, Place>> {
  const topics = new Topics(engine, new BrokerConfigs(), { created() {}, deleted() {} })
  try {
    await topics.load()
  } catch (error) {
    if (!(error instanceof RafkaError)) throw error
    problems.push(storeProblem(error.message))
  }
  return new Map(
    topics
      .all()
      .flatMap(({ name, logs }) => logs.map(({ id }, partition) => [id, { topic: name, partition }] as const)),
  )
}

/** The bytes are safe in a file before they leave the store. What stands for their offsets then has no records. */
async function takeOut(
  engine: StorageEngine,
  log: LogId,
  { firstOffset, lastOffset, bytes }: DamagedBatch,
  dataDir: string,
  copy: string | null,
): Promise<string | null> {
  let file = bytes === 'withheld' ? copy : null
  if (typeof bytes !== 'string') {
    file = join(dataDir, `damaged-${log}-${firstOffset}.batch`)
    writeFileSync(file, bytes, { mode: 0o600, flush: true })
  }
  const batches = buildEmptyBatches(firstOffset, lastOffset).map((batch) => ({ ...batch, maxTimestamp: -1 }))
  await engine.commit([{ replace: log, from: firstOffset, to: lastOffset + 1, batches }])
  return file
}

/** The store as it is, on file systems that can without using space. The memory engine gives the bytes of all that it opens. */
async function copyStore({ type, dataDir }: Store): Promise<string | null> {
  if (type === 'memory') return null
  const { copyDatabase } = await import('../storage/sqlite/copy-database.ts')
  return copyDatabase(dataDir, 'before-repair')
}

function problemOf(
  { firstOffset, lastOffset, bytes, what }: DamagedBatch,
  place: Place | undefined,
  keptIn: string | null,
): StorageProblem {
  const { topic, partition } = place ?? { topic: null, partition: null }
  const message = bytes === 'missing' ? what : `the batch at offset ${firstOffset} is damaged: ${what}`
  return { topic, partition, firstOffset, lastOffset, message, keptIn }
}
