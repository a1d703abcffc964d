import type { Change, LogId } from '../../core/storage-engine.ts'
import { checkLog } from '../change-rules.ts'
import { Overlay } from '../overlay.ts'
import { refusal } from '../refusal.ts'
import { MemoryLog } from './memory-log.ts'

/** What a batch and an entry cost beside their bytes. */
const BATCH_OVERHEAD_BYTES = 64
const ENTRY_OVERHEAD_BYTES = 160

/** All that the memory engine holds, as readers see it. */
export class MemoryState {
  readonly logs = new Map<LogId, MemoryLog>()
  readonly entries = new Map<string, Buffer>()
  /** Bytes of batches and entries, with what it takes to find them. */
  usedBytes = 0
}

/** Commits on top of the state, that can be forgotten again or made the state. */
export class MemoryDraft {
  readonly #state: MemoryState
  readonly #maxBytes: number
  readonly #logs: Overlay<LogId, MemoryLog>
  readonly #entries: Overlay<string, Buffer>
  #usedBytes: number

  constructor(state: MemoryState, maxBytes: number) {
    this.#state = state
    this.#maxBytes = maxBytes
    this.#logs = new Overlay(state.logs)
    this.#entries = new Overlay(state.entries)
    this.#usedBytes = state.usedBytes
  }

  /**
   * Adds one commit.
   * @throws RafkaError `KAFKA_STORAGE_ERROR` when it is refused: then the draft is as before
   */
  add(changes: readonly Change[]): void {
    const logs = new Overlay<LogId, MemoryLog>(this.#logs)
    const entries = new Overlay<string, Buffer>(this.#entries)
    const own = new Map<LogId, MemoryLog>()
    for (const change of changes) applyChange(logs, entries, own, change)
    const usedBytes = this.#usedBytes + growth(logs, this.#logs, logCost) + growth(entries, this.#entries, entryCost)
    if (usedBytes > this.#maxBytes && usedBytes > this.#usedBytes) throw overBound(usedBytes, this.#maxBytes)
    logs.mergeInto(this.#logs)
    entries.mergeInto(this.#entries)
    this.#usedBytes = usedBytes
  }

  /** Makes readers see it. */
  publish(): void {
    this.#logs.mergeInto(this.#state.logs)
    this.#entries.mergeInto(this.#state.entries)
    this.#state.usedBytes = this.#usedBytes
  }
}

/** What a log takes of the bound. */
export function logCost(log: MemoryLog): number {
  return log.sizeBytes + log.batchCount * BATCH_OVERHEAD_BYTES
}

/** What an entry takes of the bound. */
export function entryCost(value: Buffer, key: string): number {
  return value.length + 2 * key.length + ENTRY_OVERHEAD_BYTES
}

/** A copy that shares memory with nothing. */
export function copyBytes(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  copy.set(bytes)
  return copy
}

function applyChange(
  logs: Overlay<LogId, MemoryLog>,
  entries: Overlay<string, Buffer>,
  own: Map<LogId, MemoryLog>,
  change: Change,
): void {
  if ('put' in change) entries.set(change.put, copyBytes(change.value))
  else if ('remove' in change) entries.delete(change.remove)
  else if ('append' in change) ownLog(logs, own, change.append).append(change.batch)
  else if ('trim' in change) ownLog(logs, own, change.trim).trim(change.before)
  else if ('replace' in change) ownLog(logs, own, change.replace).replace(change.from, change.to, change.batches)
  else {
    checkLog(change.drop)
    own.delete(change.drop)
    logs.delete(change.drop)
  }
}

/** The commit's own copy of a log. */
function ownLog(logs: Overlay<LogId, MemoryLog>, own: Map<LogId, MemoryLog>, id: LogId): MemoryLog {
  const present = own.get(id)
  if (present !== undefined) return present
  checkLog(id)
  const log = logs.get(id)?.copy() ?? new MemoryLog(id)
  own.set(id, log)
  logs.set(id, log)
  return log
}

function growth<Key, Value>(
  changed: Overlay<Key, Value>,
  before: Overlay<Key, Value>,
  cost: (value: Value, key: Key) => number,
): number {
  let bytes = 0
  for (const [key, value] of changed.changes()) {
    const old = before.get(key)
    bytes += (value === undefined ? 0 : cost(value, key)) - (old === undefined ? 0 : cost(old, key))
  }
  return bytes
}

function overBound(usedBytes: number, maxBytes: number): Error {
  const reason = `the memory engine is full: this commit would make ${usedBytes} bytes, the bound is ${maxBytes}`
  return refusal(`${reason}; shorten the retention, delete topics or raise the bound`)
}
