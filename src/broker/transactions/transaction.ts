import { RafkaError } from '../../core/errors.ts'
import type { Change, StorageEngine } from '../../core/storage-engine.ts'
import { entryKeys, putEntry } from '../entries.ts'
import {
  newTransaction,
  storedTransaction,
  type TransactionEnd,
  type TransactionOffset,
  type TransactionParts,
  type TransactionState,
  type TransactionStatus,
} from './transaction-state.ts'

/** What is under way until its commit is durable: a new producer, an end, or that the transactional id is forgotten. */
type Transition = 'init' | 'removal' | TransactionEnd

/**
 * One transactional id: who its producer is and what belongs to its transaction.
 *
 * What is added counts in memory at once, and is durable by the commit of whoever added it, or of the next one when that failed. All else is
 * decided, committed, and only then seen; whoever comes in between is told to come again (`TransactionMetadata.pendingState`).
 */
export class Transaction {
  readonly id: string
  #state: TransactionState
  #durable: TransactionState | undefined
  #transition: Transition | undefined

  constructor(id: string, stored?: TransactionState) {
    this.id = id
    this.#state = stored ?? newTransaction
    this.#durable = stored
  }

  get state(): TransactionState {
    return this.#state
  }

  /** False until its first commit. */
  get stored(): boolean {
    return this.#durable !== undefined
  }

  get busy(): boolean {
    return this.#transition !== undefined
  }

  /** Its state as Kafka names it. */
  get status(): TransactionStatus | 'PrepareCommit' | 'PrepareAbort' {
    if (this.#transition === 'commit') return 'PrepareCommit'
    return this.#transition === 'abort' ? 'PrepareAbort' : this.#state.status
  }

  /**
   * Makes sure that a request comes from the producer that has this transactional id now.
   * @throws RafkaError `INVALID_PRODUCER_ID_MAPPING`, `PRODUCER_FENCED`
   */
  assertProducer(producerId: number, producerEpoch: number): void {
    if (producerId !== this.#state.producerId) throw notItsProducer(this.id, producerId)
    if (producerEpoch === this.#state.producerEpoch) return
    throw new RafkaError(
      'PRODUCER_FENCED',
      `producer ${producerId} of transactional id "${this.id}" has epoch ${this.#state.producerEpoch}; the request has ${producerEpoch}`,
    )
  }

  /** @throws RafkaError `CONCURRENT_TRANSACTIONS` while a change is on its way to the disk */
  assertIdle(): void {
    if (this.#transition === undefined) return
    throw new RafkaError(
      'CONCURRENT_TRANSACTIONS',
      `transactional id "${this.id}" is being changed by another request; try again`,
    )
  }

  has(log: number): boolean {
    return this.#state.status === 'Ongoing' && this.#state.partitions.has(log)
  }

  /** Whether it may commit offsets of a group. */
  hasGroup(groupId: string): boolean {
    return this.#state.status === 'Ongoing' && this.#state.groups.includes(groupId)
  }

  /** Puts something into the transaction, beginning one when none is open. */
  add({ partitions = [], groups = [], offsets = [] }: Partial<TransactionParts>, nowMs: number): void {
    const open = this.#state.status === 'Ongoing'
    const had = open ? this.#state : newTransaction
    const newPartitions = partitions.filter(({ log }) => !had.partitions.has(log))
    const newGroups = groups.filter((group) => !had.groups.includes(group))
    if (open && newPartitions.length === 0 && newGroups.length === 0 && offsets.length === 0) return
    this.#state = {
      ...this.#state,
      status: 'Ongoing',
      startedMs: open ? this.#state.startedMs : nowMs,
      changedMs: nowMs,
      partitions: new Map([...had.partitions, ...newPartitions.map((one) => [one.log, one] as const)]),
      groups: [...had.groups, ...newGroups],
      offsets: withNewer(had.offsets, offsets),
    }
  }

  /** Takes offsets out of the transaction. @returns those that are gone */
  withdraw(isGone: (offset: TransactionOffset) => boolean): TransactionOffset[] {
    const gone = this.#state.offsets.filter(isGone)
    if (gone.length > 0) {
      this.#state = { ...this.#state, offsets: this.#state.offsets.filter((offset) => !isGone(offset)) }
    }
    return gone
  }

  /** Puts offsets back that were taken out of the transaction when it was as `before`. @returns false when it is over */
  putBack(offsets: readonly TransactionOffset[], before: TransactionState): boolean {
    const { status, producerId, producerEpoch, startedMs } = this.#state
    const isSame =
      producerId === before.producerId && producerEpoch === before.producerEpoch && startedMs === before.startedMs
    if (status !== 'Ongoing' || !isSame) return false
    this.#state = { ...this.#state, offsets: withNewer(offsets, this.#state.offsets) }
    return true
  }

  /** What must be committed so that all that was added is durable; call `saved` with the state of then when it is. */
  unsaved(): Change[] {
    return this.#state === this.#durable ? [] : [this.put(this.#state)]
  }

  saved(state: TransactionState): void {
    if (this.#state === state) this.#durable = state
  }

  /** The change that makes `state` durable. */
  put(state: TransactionState): { readonly put: string; readonly value: Buffer } {
    return putEntry(entryKeys.transaction(this.id), storedTransaction(state))
  }

  /** Whether this is what the store has. */
  async isStored(storage: StorageEngine, state: TransactionState): Promise<boolean> {
    const key = entryKeys.transaction(this.id)
    const found = (await storage.entries(key)).find(([name]) => name === key)
    return found !== undefined && this.put(state).value.equals(found[1])
  }

  /** The change that forgets the transactional id. */
  removal(): Change {
    return { remove: entryKeys.transaction(this.id) }
  }

  /**
   * Begins what others must wait for.
   * @throws RafkaError `CONCURRENT_TRANSACTIONS` when something else is under way
   */
  begin(transition: Transition): void {
    this.assertIdle()
    this.#transition = transition
  }

  /** It is durable: from now on `state` counts. */
  complete(state: TransactionState): void {
    this.#transition = undefined
    this.#state = state
    this.#durable = state
  }

  /** Nothing of it counts: it failed. */
  giveUp(): void {
    this.#transition = undefined
  }
}

/** The last offset of each partition of each group. */
function withNewer(old: readonly TransactionOffset[], newer: readonly TransactionOffset[]): TransactionOffset[] {
  const byPlace = new Map([...old, ...newer].map((one) => [`${one.topicId}/${one.partition}/${one.groupId}`, one]))
  return [...byPlace.values()]
}

/** The error for a producer that does not have the transactional id. */
export function notItsProducer(transactionalId: string, producerId: number): RafkaError {
  return new RafkaError(
    'INVALID_PRODUCER_ID_MAPPING',
    `transactional id "${transactionalId}" is not that of producer ${producerId}`,
  )
}
