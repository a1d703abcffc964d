import type { BatchInfo, Change, LogExtent, LogId, StorageEngine, StoredBatch } from '../../src/core/storage-engine.ts'
import { comparable, infoOf } from './stored-batch.ts'

interface ModelLog {
  start: number
  end: number
  batches: StoredBatch[]
}

/** What an engine must answer, in the plainest way: lists that are gone through from the start. */
export class StorageModel {
  #logs = new Map<LogId, ModelLog>()
  #entries = new Map<string, Uint8Array>()

  /** True when the commit must be kept, false when it must be refused. */
  commit(changes: readonly Change[]): boolean {
    const logs = structuredClone(this.#logs)
    const entries = new Map(this.#entries)
    if (!changes.every((change) => apply(logs, entries, change))) return false
    this.#logs = logs
    this.#entries = entries
    return true
  }

  logs(): LogExtent[] {
    return [...this.#logs]
      .map(([log, { start, end, batches }]) => ({ log, start, end, sizeBytes: sizeOf(batches) }))
      .sort((a, b) => a.log - b.log)
  }

  entries(prefix: string): Array<[string, string]> {
    return [...this.#entries]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]): [string, string] => [key, Buffer.from(value).toString('hex')])
      .sort(([a], [b]) => (a < b ? -1 : 1))
  }

  read(log: LogId, offset: number, maxBytes: number, before = Number.POSITIVE_INFINITY): StoredBatch[] {
    const found: StoredBatch[] = []
    let bytes = 0
    for (const batch of this.#from(log, offset)) {
      bytes += batch.bytes.length
      if (batch.lastOffset >= before || (found.length > 0 && bytes > maxBytes)) break
      found.push(batch)
    }
    return found
  }

  scan(log: LogId, offset: number, limit: number): BatchInfo[] {
    return this.#from(log, offset).slice(0, limit).map(infoOf)
  }

  findByTimestamp(log: LogId, timestamp: number, fromOffset: number): BatchInfo | undefined {
    const batch = this.#from(log, fromOffset).find(({ maxTimestamp }) => maxTimestamp >= timestamp)
    return batch && infoOf(batch)
  }

  findMaxTimestamp(log: LogId): BatchInfo | undefined {
    let best: StoredBatch | undefined
    for (const batch of this.#from(log, 0))
      if (best === undefined || batch.maxTimestamp > best.maxTimestamp) best = batch
    return best && infoOf(best)
  }

  #from(log: LogId, offset: number): StoredBatch[] {
    return this.#logs.get(log)?.batches.filter((batch) => batch.lastOffset >= offset) ?? []
  }
}

/** All that an engine and the model can be asked about a few logs, to be compared. */
export async function everythingOf(engine: StorageEngine | StorageModel, logs: readonly LogId[]): Promise<unknown> {
  const answers: unknown[] = []
  answers.push(
    (await engine.logs())
      .map(({ log, start, end, sizeBytes }) => ({ log, start, end, sizeBytes }))
      .sort((a, b) => a.log - b.log),
  )
  answers.push(
    (await engine.entries('')).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : Buffer.from(value).toString('hex'),
    ]),
  )
  for (const log of logs) {
    answers.push((await engine.read(log, 0, Number.MAX_SAFE_INTEGER)).map(comparable))
    answers.push((await engine.read(log, 3, 50, 9)).map(comparable))
    answers.push((await engine.read(log, 5, 0)).map(comparable))
    answers.push(await engine.scan(log, 4, 3))
    for (const timestamp of [0, 40, 60, 80]) answers.push(await engine.findByTimestamp(log, timestamp, 2))
    answers.push(await engine.findMaxTimestamp(log))
  }
  return answers
}

function apply(logs: Map<LogId, ModelLog>, entries: Map<string, Uint8Array>, change: Change): boolean {
  if ('put' in change) entries.set(change.put, change.value)
  else if ('remove' in change) entries.delete(change.remove)
  else if ('drop' in change) logs.delete(change.drop)
  else if ('append' in change) return append(present(logs, change.append), change.batch)
  else if ('trim' in change) trim(present(logs, change.trim), change.before)
  else return replace(present(logs, change.replace), change)
  return true
}

function present(logs: Map<LogId, ModelLog>, id: LogId): ModelLog {
  const log = logs.get(id) ?? { start: 0, end: 0, batches: [] }
  logs.set(id, log)
  return log
}

function append(log: ModelLog, batch: StoredBatch): boolean {
  if (batch.baseOffset !== log.end) return false
  log.batches.push(batch)
  log.end = batch.lastOffset + 1
  return true
}

function trim(log: ModelLog, before: number): void {
  log.start = Math.max(log.start, Math.min(before, log.end))
  log.batches = log.batches.filter((batch) => batch.lastOffset >= log.start)
}

function replace(log: ModelLog, change: Extract<Change, { replace: LogId }>): boolean {
  const { from, to, batches } = change
  const spans = (bound: number) => log.batches.some((batch) => batch.baseOffset < bound && bound <= batch.lastOffset)
  if (spans(from) || spans(to)) return false
  let next = from
  for (const batch of batches) {
    if (batch.baseOffset < next || batch.lastOffset >= to || batch.lastOffset >= log.end) return false
    next = batch.lastOffset + 1
  }
  log.batches = [
    ...log.batches.filter((batch) => batch.lastOffset < from),
    ...batches.filter((batch) => batch.lastOffset >= log.start),
    ...log.batches.filter((batch) => batch.baseOffset >= Math.max(from, to)),
  ]
  return true
}

function sizeOf(batches: readonly StoredBatch[]): number {
  return batches.reduce((sum, batch) => sum + batch.bytes.length, 0)
}
