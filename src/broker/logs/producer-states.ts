import { RafkaError } from '../../core/errors.ts'
import type { Change, LogId } from '../../core/storage-engine.ts'
import type { TransactionMarker } from '../../records/control-batch.ts'
import type { BatchHeader } from '../../records/header.ts'
import { entryKeys, parseEntry, putEntry } from '../entries.ts'

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
  /** Oldest first, at most five; of this epoch alone. */
  readonly batches: readonly WindowBatch[]
  /** Offset of the first record of the transaction that is open; left out when none is. */
  readonly transactionStart?: number
  /** Epoch of the coordinator that wrote the last marker; left out when there was none. */
  readonly coordinatorEpoch?: number
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

  /** Puts back what was stored: entries by their keys. */
  restore(entries: ReadonlyArray<readonly [key: string, value: Uint8Array]>): void {
    this.#states.clear()
    for (const [key, value] of entries) {
      const producerId = Number(key.slice(key.lastIndexOf('/') + 1))
      this.#states.set(producerId, parseEntry<ProducerState>(key, value))
    }
  }

  /** Where the open transaction of a producer began; undefined: it has none here. */
  transactionStart(producerId: number): number | undefined {
    return this.#states.get(producerId)?.transactionStart
  }

  /** First offset and producer of every open transaction. */
  *openTransactions(): Generator<[firstOffset: number, producerId: number]> {
    for (const [producerId, { transactionStart }] of this.#states) {
      if (transactionStart !== undefined) yield [transactionStart, producerId]
    }
  }

  /**
   * Checks epoch and sequence of a batch.
   * @returns the earlier batch when it is a duplicate of one of the last five
   * @throws RafkaError `INVALID_PRODUCER_EPOCH`, `OUT_OF_ORDER_SEQUENCE_NUMBER`, `INVALID_TXN_STATE` when the producer has a transaction
   *   open and the batch is not of it
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
    if (state.transactionStart !== undefined && !header.transactional) {
      throw new RafkaError(
        'INVALID_TXN_STATE',
        `producer ${header.producerId} has a transaction open; the batch is not of it`,
      )
    }
    const newest = state.batches.at(-1)
    // A marker made the epoch known; nothing was written in it yet.
    const expected = newest === undefined ? 0 : (newest[1] + 1) % SEQUENCE_MODULUS
    if (header.baseSequence !== expected) throw outOfOrder(header, expected)
    return undefined
  }

  /** Remembers a batch that is being appended; the change makes it durable with the batch. */
  remember(header: BatchHeader, baseOffset: number, timestamp: number, nowMs: number): Change {
    const state = this.#states.get(header.producerId)
    const kept = state === undefined || state.epoch !== header.producerEpoch ? [] : state.batches.slice(1 - WINDOW)
    const batch: WindowBatch = [header.baseSequence, lastSequenceOf(header), baseOffset, timestamp]
    const next: ProducerState = {
      ...state,
      epoch: header.producerEpoch,
      lastUsedMs: nowMs,
      batches: [...kept, batch],
      ...(header.transactional ? { transactionStart: state?.transactionStart ?? baseOffset } : {}),
    }
    return this.#put(header.producerId, next)
  }

  /**
   * Checks the marker that is to end a producer's transaction (`ProducerAppendInfo.appendEndTxnMarker`).
   * @throws RafkaError `INVALID_PRODUCER_EPOCH`, `TRANSACTION_COORDINATOR_FENCED` when it is older than what is known
   */
  assertMarker({ producerId, producerEpoch, coordinatorEpoch }: TransactionMarker): void {
    const state = this.#states.get(producerId)
    if (state === undefined) return
    if (producerEpoch < state.epoch) {
      throw new RafkaError(
        'INVALID_PRODUCER_EPOCH',
        `producer ${producerId} has epoch ${state.epoch}; the marker has ${producerEpoch}`,
      )
    }
    if (coordinatorEpoch < (state.coordinatorEpoch ?? -1)) {
      throw new RafkaError(
        'TRANSACTION_COORDINATOR_FENCED',
        `the last marker was of coordinator epoch ${state.coordinatorEpoch}; this one is of ${coordinatorEpoch}`,
      )
    }
  }

  /** Remembers that a producer's transaction ends; the change makes it durable with the marker. */
  endTransaction({ producerId, producerEpoch, coordinatorEpoch }: TransactionMarker, nowMs: number): Change {
    const state = this.#states.get(producerId)
    const batches = state?.epoch === producerEpoch ? state.batches : []
    return this.#put(producerId, { epoch: producerEpoch, lastUsedMs: nowMs, batches, coordinatorEpoch })
  }

  /** Forgets producers that have been idle since before `olderThanMs` and have no transaction open; the changes make it durable. */
  expire(olderThanMs: number): Change[] {
    const changes: Change[] = []
    for (const [producerId, state] of this.#states) {
      if (state.lastUsedMs >= olderThanMs || state.transactionStart !== undefined) continue
      this.#states.delete(producerId)
      changes.push({ remove: entryKeys.producer(this.#log, producerId) })
    }
    return changes
  }

  /** The changes that remove all of them from the store. */
  removals(): Change[] {
    return [...this.#states.keys()].map((producerId) => ({ remove: entryKeys.producer(this.#log, producerId) }))
  }

  #put(producerId: number, state: ProducerState): Change {
    this.#states.set(producerId, state)
    return putEntry(entryKeys.producer(this.#log, producerId), state)
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
