import type { LogId, StoredBatch } from '../../core/storage-engine.ts'
import { describeCause } from '../refusal.ts'
import type { BatchCheck } from '../verification.ts'
import type { Item } from './item-codec.ts'
import { MemoryLog } from './memory-log.ts'
import { copyBytes, MemoryState } from './memory-state.ts'

/** Told what could not be saved. */
export type LossReport = (where: string, what: string) => void

/**
 * The state that is gathered from damaged files, item by item: of each log the longest prefix, and every entry as it was last put.
 * Where a batch is missing or unsound the log ends, but its end goes on, so that no offset is given twice.
 */
export class SalvagedState {
  readonly state = new MemoryState()
  /** Logs of which a batch is missing. */
  readonly #cut = new Set<LogId>()
  readonly #checkBatch: BatchCheck
  readonly #report: LossReport

  constructor(checkBatch: BatchCheck, report: LossReport) {
    this.#checkBatch = checkBatch
    this.#report = report
  }

  add(item: Item): void {
    if ('append' in item) this.#append(item.append, item.batch)
    else if ('restore' in item) this.#restore(item.restore, item.batch)
    else if ('trim' in item) this.#log(item.trim).trim(item.before)
    else if ('replace' in item) this.#replace(item)
    else if ('put' in item) this.state.entries.set(item.put, copyBytes(item.value))
    else if ('remove' in item) this.state.entries.delete(item.remove)
    else if ('drop' in item) {
      this.state.logs.delete(item.drop)
      this.#cut.delete(item.drop)
    } else if ('log' in item) this.state.logs.set(item.log, new MemoryLog(item.log, item.start, item.end))
  }

  #append(id: LogId, batch: StoredBatch): void {
    const log = this.#log(id)
    const isNext = batch.baseOffset === log.end
    if (
      this.#isLost(id, batch, isNext ? undefined : `what should come before it, from offset ${log.end} on, is missing`)
    ) {
      log.leaveOut(batch.lastOffset)
    } else log.append(batch)
  }

  #restore(id: LogId, batch: StoredBatch): void {
    const missing = this.state.logs.has(id) ? undefined : 'the log that it belongs to is missing'
    const log = this.#log(id)
    if (this.#isLost(id, batch, missing)) log.leaveOut(batch.lastOffset)
    else log.restore(batch)
  }

  #isLost(id: LogId, batch: StoredBatch, missing: string | undefined): boolean {
    if (this.#cut.has(id)) return true
    const wrong = missing ?? this.#checkBatch(batch)
    if (wrong === undefined) return false
    this.#cut.add(id)
    this.#report(
      `log ${id}, offset ${batch.baseOffset}`,
      `${wrong}; the log ends there, and what came after is only in the damaged files`,
    )
    return true
  }

  #replace(item: Extract<Item, { replace: LogId }>): void {
    const log = this.#log(item.replace)
    try {
      for (const batch of item.batches) {
        const wrong = this.#checkBatch(batch)
        if (wrong !== undefined) throw new Error(wrong)
      }
      log.replace(item.from, item.to, item.batches)
    } catch (error) {
      this.#report(
        `log ${item.replace}, offset ${item.from}`,
        `compaction up to ${item.to} was left out: ${describeCause(error)}`,
      )
    }
  }

  #log(id: LogId): MemoryLog {
    const log = this.state.logs.get(id) ?? new MemoryLog(id)
    this.state.logs.set(id, log)
    return log
  }
}
