import { RafkaError } from '../../core/errors.ts'
import type { Change, LogId } from '../../core/storage-engine.ts'
import type { BatchHeader } from '../../records/header.ts'
import { entryKeys, putEntry } from '../entries.ts'

/** Batches that a duplicate is recognised by (`ProducerStateEntry.NUM_BATCHES_TO_RETAIN`). */
const WINDOW = 5
const SEQUENCE_MODULUS = 2 ** 31

/** One batch of the window: first and last sequence, base offset, timestamp in ms. */
type WindowBatch = readonly [firstSequence: number, lastSequence: number, baseOffset: number, timestamp: number]

/** What is remembered of one producer in one log, as it is stored. */
export interface ProducerState {
  readonly epoch: number
  /** When it last wrote, by the broker's clock, in ms. */
  readonly lastUsedMs: number
  /** Oldest first, at most five. */
  readonly batches: readonly WindowBatch[]
}

/** An earlier batch that is the same as one that came again. */
export interface DuplicateBatch {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly timestamp: number
}

/**
 * The idempotent producers of one log: which sequence each must send next, and its last five batches
 * (`ProducerStateManager`, `ProducerAppendInfo`).
 */
export class ProducerStates {
  readonly #log: LogId
  readonly #states = new Map<number, ProducerState>()

  constructor(log: LogId) {
    this.#log = log
  }

  get size(): number {
    return this.#states.size
  }

  /** All producers, by id. */
  get all(): ReadonlyMap<number, ProducerState> {
    return this.#states
  }

  /** Puts back what was stored. */
  restore(producerId: number, state: ProducerState): void {
    this.#states.set(producerId, state)
  }

  clear(): void {
    this.#states.clear()
  }

  /**
   * Checks epoch and sequence of a batch.
   * @returns the earlier batch when it is a duplicate of one of the last five
   * @throws RafkaError `INVALID_PRODUCER_EPOCH`, `OUT_OF_ORDER_SEQUENCE_NUMBER`
   */
  check(header: BatchHeader): DuplicateBatch | undefined {
    const state = this.#states.get(header.producerId)
    if (state === undefined) return undefined
    if (header.producerEpoch < state.epoch) {
      throw new RafkaError(
        'INVALID_PRODUCER_EPOCH',
        `producer ${header.producerId} has epoch ${state.epoch}; the batch has ${header.producerEpoch}`,
      )
    }
    if (header.producerEpoch > state.epoch) {
      if (header.baseSequence !== 0) throw outOfOrder(header, 0)
      return undefined
    }
    const lastSequence = lastSequenceOf(header)
    const same = state.batches.find(([first, last]) => first === header.baseSequence && last === lastSequence)
    if (same !== undefined) {
      return { baseOffset: same[2], lastOffset: same[2] + header.lastOffsetDelta, timestamp: same[3] }
    }
    const newest = state.batches.at(-1)
    const expected = newest === undefined ? 0 : (newest[1] + 1) % SEQUENCE_MODULUS
    if (newest !== undefined && header.baseSequence !== expected) throw outOfOrder(header, expected)
    return undefined
  }

  /** Remembers a batch that is being appended; the change makes it durable with the batch. */
  remember(header: BatchHeader, baseOffset: number, timestamp: number, nowMs: number): Change {
    const state = this.#states.get(header.producerId)
    const kept = state === undefined || state.epoch !== header.producerEpoch ? [] : state.batches.slice(1 - WINDOW)
    const batch: WindowBatch = [header.baseSequence, lastSequenceOf(header), baseOffset, timestamp]
    const next: ProducerState = { epoch: header.producerEpoch, lastUsedMs: nowMs, batches: [...kept, batch] }
    this.#states.set(header.producerId, next)
    return putEntry(entryKeys.producer(this.#log, header.producerId), next)
  }

  /** Forgets producers that have been idle since before `olderThanMs`; the changes make it durable. */
  expire(olderThanMs: number): Change[] {
    const changes: Change[] = []
    for (const [producerId, state] of this.#states) {
      if (state.lastUsedMs >= olderThanMs) continue
      this.#states.delete(producerId)
      changes.push({ remove: entryKeys.producer(this.#log, producerId) })
    }
    return changes
  }

  /** The changes that remove all of them from the store. */
  removals(): Change[] {
    return [...this.#states.keys()].map((producerId) => ({ remove: entryKeys.producer(this.#log, producerId) }))
  }
}

/** Sequences wrap from 2^31-1 to 0, inside a batch too (`DefaultRecordBatch.incrementSequence`). */
function lastSequenceOf(header: BatchHeader): number {
  return (header.baseSequence + header.lastOffsetDelta) % SEQUENCE_MODULUS
}

function outOfOrder(header: BatchHeader, expected: number): RafkaError {
  return new RafkaError(
    'OUT_OF_ORDER_SEQUENCE_NUMBER',
    `producer ${header.producerId} sent sequence ${header.baseSequence}; ${expected} was expected`,
  )
}
