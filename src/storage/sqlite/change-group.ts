import type { Change, LogId, StoredBatch } from '../../core/storage-engine.ts'
import { checkAppend, checkLog, checkOffset, checkReplace, spanRefusal } from '../change-rules.ts'
import { Overlay, type Readable } from '../overlay.ts'
import type { Place } from './batch-files.ts'
import { guardBatch, guardEntry, guardLog } from './guard.ts'
import { emptySqliteExtent, type Garbage, type SqliteExtent, type SqliteState } from './sqlite-state.ts'
import type { Statements } from './statements.ts'
import type { TimeIndex } from './time-index.ts'

/** Where the bytes of batches are that are not in their rows. */
export type Places = ReadonlyMap<StoredBatch, Place>

interface Draft {
  readonly logs: Overlay<LogId, SqliteExtent>
  readonly garbage: Overlay<LogId, Garbage>
  readonly entries: Overlay<string, Uint8Array>
}

const EVERYTHING = Number.MAX_SAFE_INTEGER
const nowhere: Places = new Map()
const noBytes = new Uint8Array()
const inItsRow = { file: null, position: null }
const nothing: ReadonlyMap<string, Uint8Array> = new Map()

/**
 * The commits of one transaction. What a commit would do to the tables is checked against the state before any of it is done,
 * so that one that is refused leaves the others of the group as they are. Puts of the same key become one.
 */
export class ChangeGroup {
  readonly #statements: Statements
  readonly #times: TimeIndex
  readonly #state: SqliteState
  readonly #places: Places
  readonly #group: Draft
  #onlyAdds = true
  /** Logs whose row must be written; the others' can be told from the batches (`readLogs`). */
  readonly #rows = new Set<LogId>()

  /** @param places where bytes that were written to files are: those of all other batches go into their rows */
  constructor(statements: Statements, times: TimeIndex, state: SqliteState, places: Places = nowhere) {
    this.#statements = statements
    this.#times = times
    this.#state = state
    this.#places = places
    this.#group = draftOn(state.logs, state.garbage, nothing)
  }

  /**
   * Adds one commit.
   * @throws RafkaError `KAFKA_STORAGE_ERROR` when it is refused: then nothing of it is in the transaction
   */
  add(changes: readonly Change[]): void {
    const draft = draftOn(this.#group.logs, this.#group.garbage, this.#group.entries)
    if (changes.every(isSimple)) {
      for (const change of changes) if ('append' in change) extend(draft, change.append, change.batch)
      for (const change of changes) this.#apply(draft, change)
    } else {
      this.#onlyAdds = false
      this.#addWithSavepoint(draft, changes)
    }
    draft.logs.mergeInto(this.#group.logs)
    draft.garbage.mergeInto(this.#group.garbage)
    draft.entries.mergeInto(this.#group.entries)
  }

  /** True as long as readers, who go by the state, cannot see anything of it before it is published. */
  get onlyAdds(): boolean {
    return this.#onlyAdds
  }

  /** Writes what was gathered: to be called once, before the transaction's COMMIT. */
  finish(): void {
    const { putLog, removeLog, putGarbage, removeGarbage, put, remove } = this.#statements
    for (const [log, extent] of this.#group.logs.changes()) {
      if (extent === undefined) removeLog.run(log)
      if (extent === undefined || !this.#rows.has(log)) continue
      putLog.run(log, extent.start, extent.end, extent.sizeBytes, extent.sparseUntil, guardLog(log, extent))
    }
    for (const [log, why] of this.#group.garbage.changes()) {
      if (why === undefined) removeGarbage.run(log)
      else putGarbage.run(log)
    }
    for (const [key, value] of this.#group.entries.changes()) {
      if (value === undefined) remove.run(key)
      else put.run(key, guardEntry(key, value), value)
    }
  }

  /** Makes the engine's memory as the tables are: to be called after the COMMIT. */
  publish(): void {
    this.#group.logs.mergeInto(this.#state.logs)
    this.#group.garbage.mergeInto(this.#state.garbage)
  }

  /** These depend on what is in the tables, and some of it comes into them only with the changes before. */
  #addWithSavepoint(draft: Draft, changes: readonly Change[]): void {
    this.#statements.save.run()
    try {
      for (const change of changes) {
        if ('append' in change) extend(draft, change.append, change.batch)
        this.#apply(draft, change)
      }
    } catch (error) {
      this.#statements.undo.run()
      this.#times.reset()
      throw error
    } finally {
      this.#statements.keep.run()
    }
  }

  #apply(draft: Draft, change: Change): void {
    if ('append' in change) this.#append(draft, change.append, change.batch)
    else if ('put' in change) draft.entries.set(change.put, change.value)
    else if ('remove' in change) draft.entries.delete(change.remove)
    else if ('trim' in change) this.#trim(draft, change.trim, change.before)
    else if ('replace' in change) this.#replace(draft, change)
    else this.#drop(draft, change.drop)
  }

  #append(draft: Draft, log: LogId, batch: StoredBatch): void {
    this.#clearReused(draft, log)
    this.#insert(log, batch)
    const { start } = draft.logs.get(log)!
    // Not with every append: one more page to write would make a small commit a third slower.
    if (this.#times.appended(log, batch, start) || batch.baseOffset === 0) this.#rows.add(log)
  }

  /** Batches go later, in small steps: deleting many at once would hold everybody up. */
  #trim(draft: Draft, log: LogId, before: number): void {
    checkLog(log)
    checkOffset(log, before)
    this.#clearReused(draft, log)
    const extent = draft.logs.get(log) ?? emptySqliteExtent
    const { start, end, sizeBytes } = extent
    const newStart = Math.max(start, Math.min(before, end))
    const trimmedBytes = newStart === start ? 0 : this.#statements.sizeBetween.get(log, start, newStart)!
    draft.logs.set(log, { ...extent, start: newStart, sizeBytes: sizeBytes - trimmedBytes })
    this.#rows.add(log)
    if (trimmedBytes === 0) return
    draft.garbage.set(log, 'trimmed')
    this.#times.trimmed(log, newStart)
  }

  #replace(draft: Draft, change: Extract<Change, { replace: LogId }>): void {
    const { replace: log, from, to, batches } = change
    this.#clearReused(draft, log)
    const extent = draft.logs.get(log) ?? emptySqliteExtent
    const { start, end, sizeBytes } = extent
    checkReplace(log, end, from, to, batches)
    for (const bound of [from, to]) this.#checkSpan(log, bound, start, end)
    const kept = batches.filter((batch) => batch.lastOffset >= start)
    const removedBytes = this.#statements.sizeBetween.get(log, Math.max(from, start), to)!
    this.#statements.deleteBetween.run(log, Math.max(from, start), to)
    let addedBytes = 0
    for (const batch of kept) {
      this.#insert(log, batch)
      addedBytes += batch.bytes.length
    }
    const youngest = kept.reduce((largest, batch) => Math.max(largest, batch.maxTimestamp), Number.MIN_SAFE_INTEGER)
    this.#times.replaced(log, from, to, youngest)
    const sparseUntil = Math.max(extent.sparseUntil, Math.min(to, end))
    draft.logs.set(log, { ...extent, sizeBytes: sizeBytes - removedBytes + addedBytes, sparseUntil })
    this.#rows.add(log)
  }

  #checkSpan(log: LogId, bound: number, start: number, end: number): void {
    const [batch] = this.#statements.scan.all(log, Math.max(bound, start), end, 1)
    if (batch !== undefined && batch.baseOffset < bound) throw spanRefusal(log, bound, batch)
  }

  #drop(draft: Draft, log: LogId): void {
    checkLog(log)
    if (draft.logs.get(log) === undefined) return
    draft.logs.delete(log)
    draft.garbage.set(log, 'dropped')
    this.#times.trimmed(log, EVERYTHING)
  }

  /** A log that was dropped and comes again must not meet what is left of its former self. */
  #clearReused(draft: Draft, log: LogId): void {
    if (draft.garbage.get(log) !== 'dropped') return
    this.#statements.deleteBetween.run(log, 0, EVERYTHING)
    draft.garbage.delete(log)
  }

  #insert(log: LogId, batch: StoredBatch): void {
    const { baseOffset, lastOffset, maxTimestamp, bytes } = batch
    const place = this.#places.get(batch)
    const inRow = place === undefined ? bytes : noBytes
    const { file, position } = place ?? inItsRow
    const guard = guardBatch(log, batch)
    this.#statements.append.run(log, baseOffset, lastOffset, maxTimestamp, bytes.length, guard, inRow, file, position)
  }
}

function draftOn(
  logs: Readable<LogId, SqliteExtent>,
  garbage: Readable<LogId, Garbage>,
  entries: Readable<string, Uint8Array>,
): Draft {
  return { logs: new Overlay(logs), garbage: new Overlay(garbage), entries: new Overlay(entries) }
}

/** True for a change that can be judged by the extents alone. */
function isSimple(change: Change): boolean {
  return 'append' in change || 'put' in change || 'remove' in change
}

function extend(draft: Draft, log: LogId, batch: StoredBatch): void {
  const extent = draft.logs.get(log) ?? emptySqliteExtent
  checkAppend(log, extent.end, batch)
  draft.logs.set(log, { ...extent, end: batch.lastOffset + 1, sizeBytes: extent.sizeBytes + batch.bytes.length })
}
