import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { RafkaError } from '../../core/errors.ts'
import { asideName, type BatchCheck, Findings, type RepairReport } from '../verification.ts'
import { BatchFiles, batchDirectory } from './batch-files.ts'
import { type Database, isDamage } from './database.ts'
import { databaseFile, openConfigured, openingError, openUnchanged } from './database-file.ts'
import { Rebuild, type Rebuilt } from './rebuild.ts'

/**
 * Replaces the SQLite file of `directory` by one that holds what can still be read of it: of each log the longest prefix of sound batches,
 * and every sound entry. The damaged file is kept beside it. A log's end stays where it was, so that no offset is given twice.
 * A repair that was interrupted is taken up by the next.
 * @throws RafkaError `DATA_DIRECTORY_IN_USE`, `DATA_DIRECTORY_UNUSABLE`
 */
export async function repairSqlite(
  directory: string,
  checkBatch: BatchCheck = () => undefined,
  now = new Date(),
): Promise<RepairReport> {
  const file = databaseFile(directory)
  const aside = setAside(directory, file, now)
  const unfinished = `${file}.repairing`
  for (const path of [unfinished, `${unfinished}-wal`]) rmSync(path, { force: true })
  const lost = new Findings()
  const rebuilt = await rebuild(aside, unfinished, { lost, checkBatch })
  renameSync(unfinished, file)
  const keptAside = [aside, `${aside}-wal`, batchDirectory(aside)].filter((path) => existsSync(path))
  return { keptAside, ...rebuilt, lost: lost.list() }
}

/** The database goes first and what belongs to it second: a database without its WAL would open as if nothing were missing. */
function setAside(directory: string, file: string, now: Date): string {
  let aside = newestAside(directory, file)
  if (existsSync(file)) {
    refuseInUse(directory, file)
    aside = asideName(file, now)
    renameSync(file, aside)
  }
  if (aside === undefined) {
    throw new RafkaError('DATA_DIRECTORY_UNUSABLE', `${directory} holds no data of the sqlite engine`, {
      details: { path: directory },
    })
  }
  if (existsSync(`${file}-wal`)) renameSync(`${file}-wal`, `${aside}-wal`)
  if (existsSync(batchDirectory(file))) renameSync(batchDirectory(file), batchDirectory(aside))
  return aside
}

/** That of a repair that was interrupted. */
function newestAside(directory: string, file: string): string | undefined {
  const prefix = `${basename(file)}.damaged-`
  const names = readdirSync(directory).filter((name) => name.startsWith(prefix) && name.endsWith('Z'))
  const newest = names.sort().at(-1)
  return newest === undefined ? undefined : join(directory, newest)
}

function refuseInUse(directory: string, file: string): void {
  let database: Database | undefined
  try {
    database = openUnchanged(file)
    database.pragma('schema_version')
  } catch (error) {
    if (!isDamage(error)) throw openingError(file, directory, error)
  } finally {
    database?.close()
  }
}

async function rebuild(
  aside: string,
  unfinished: string,
  options: { lost: Findings; checkBatch: BatchCheck },
): Promise<Rebuilt> {
  const target = openConfigured(unfinished, 'fsync')
  const source = openReadable(aside, options.lost)
  const batchFiles = new BatchFiles(aside, { durable: false })
  try {
    return await new Rebuild({ source, file: aside, batchFiles, target, ...options }).run()
  } finally {
    source?.close()
    batchFiles.close()
    target.close()
  }
}

/** Undefined when not even its first page can be read. */
function openReadable(file: string, lost: Findings): Database | undefined {
  try {
    const source = openUnchanged(file)
    source.pragma('schema_version')
    return source
  } catch (error) {
    if (!isDamage(error)) throw error
    lost.add({ file, where: 'file', what: `nothing can be read: ${String(error)}` })
    return undefined
  }
}
