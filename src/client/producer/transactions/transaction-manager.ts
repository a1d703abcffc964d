import type { GroupMetadata } from '../../../core/consumer.ts'
import { RafkaError } from '../../../core/errors.ts'
import { clientError } from '../../client-error.ts'
import type { OffsetToCommit } from '../../groups/group-offsets.ts'
import type { IdentitySource, ProduceOptions } from '../identity-source.ts'
import type { PartitionQueue, ProducerIdentity } from '../partition-queue.ts'
import type { TransactionCalls } from './transaction-calls.ts'

/** From the next version of Produce on the broker adds partitions to the transaction when their first batch comes (KIP-890). */
const LAST_CLASSIC_PRODUCE = 11

/** What failed with these is the transaction: it can be aborted, and the producer goes on. Anything else at one of its steps is the end of the producer. */
const abortable: ReadonlySet<string> = new Set([
  'TRANSACTION_ABORTABLE',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'FENCED_INSTANCE_ID',
  'STALE_MEMBER_EPOCH',
  'REBALANCE_IN_PROGRESS',
  'GROUP_AUTHORIZATION_FAILED',
  'TOPIC_AUTHORIZATION_FAILED',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'OPERATION_NOT_ATTEMPTED',
  'OFFSET_METADATA_TOO_LARGE',
  'INVALID_COMMIT_OFFSET_SIZE',
])

/**
 * The transactions of one producer, one after the other: who the producer is, which partitions and groups belong to the transaction, and how it ends.
 *
 * A step of which it is not known what became of it, and a producer that was shut out by another, leave the producer useless: a new one with the same
 * transactional id finds out, or clears up.
 */
export class TransactionManager implements IdentitySource {
  readonly #calls: TransactionCalls
  #identity: ProducerIdentity | undefined
  /** Its sequences may have gaps that no broker would pass: it needs a new epoch. */
  #isStale = false
  #version2 = false
  #isOpen = false
  /** Why the transaction can only be aborted. */
  #failure: RafkaError | undefined
  #fatal: RafkaError | undefined
  /** Queues whose partitions belong to the transaction. */
  readonly #queues = new Set<PartitionQueue>()
  readonly #groups = new Set<string>()
  /** Queues that go into the next request to add partitions, and that request. */
  #adding: PartitionQueue[] = []
  #added: Promise<void> | undefined
  /** Queues that are being added, and what they wait for. */
  readonly #joining = new Map<PartitionQueue, Promise<void>>()

  constructor(calls: TransactionCalls) {
    this.#calls = calls
  }

  get transactionalId(): string {
    return this.#calls.transactionalId
  }

  /** Part of `IdentitySource`. */
  get produceOptions(): ProduceOptions {
    const { transactionalId } = this
    return { transactionalId, maxVersion: this.#version2 ? undefined : LAST_CLASSIC_PRODUCE }
  }

  /** @throws RafkaError `INVALID_TXN_STATE` while one is open, or what made this producer useless */
  async begin(): Promise<void> {
    if (this.#fatal !== undefined) throw this.#fatal
    if (this.#isOpen) {
      const message = `a transaction of "${this.transactionalId}" is open: a producer has one at a time`
      throw new RafkaError('INVALID_TXN_STATE', message)
    }
    this.#isOpen = true
    this.#failure = undefined
    try {
      await this.#initialize()
    } catch (error) {
      this.#isOpen = false
      throw error
    }
  }

  /** @throws RafkaError why nothing more can be added to the transaction */
  check(): void {
    const error = this.#fatal ?? this.#failure
    if (error !== undefined) throw error
  }

  /** Part of `IdentitySource`. */
  provide(queue: PartitionQueue): Promise<void> | undefined {
    const error = this.#fatal ?? this.#failure
    if (error !== undefined) return Promise.reject(error)
    if (this.#identity === undefined || !this.#isOpen) return Promise.reject(noTransaction(this.transactionalId))
    if (this.#version2) {
      this.#enroll(queue, this.#identity)
      return undefined
    }
    const joining = this.#joining.get(queue)
    if (joining !== undefined) return joining
    this.#adding.push(queue)
    this.#added ??= Promise.resolve().then(() => this.#addPartitions())
    this.#joining.set(queue, this.#added)
    return this.#added
  }

  /** Part of `IdentitySource`. */
  batchFailed(error: RafkaError): void {
    if (this.#isOpen) this.#failure ??= error
    this.#isStale = true
  }

  /** @throws RafkaError when they cannot be committed with the transaction */
  async sendOffsets(member: GroupMetadata, offsets: readonly OffsetToCommit[]): Promise<void> {
    this.check()
    const identity = this.#identity
    if (offsets.length === 0 || identity === undefined) return
    await this.#step(async () => {
      if (!(this.#version2 || this.#groups.has(member.group))) await this.#calls.addGroup(identity, member.group)
      this.#groups.add(member.group)
      await this.#calls.commitOffsets(identity, member, offsets, this.#version2)
    })
  }

  /** When all was sent. @throws RafkaError when it could not be committed, or when it is not known whether it was */
  async commit(): Promise<void> {
    this.check()
    await this.#end(true)
  }

  /** When nothing is on the way any more. @throws RafkaError when that could not be done: the broker does it when the transaction's time is over */
  async abort(): Promise<void> {
    if (this.#fatal === undefined) await this.#end(false)
    else this.#close()
  }

  async #initialize(): Promise<void> {
    if (this.#identity !== undefined && !this.#isStale) return
    this.#identity = await this.#calls.init(this.#identity)
    this.#version2 = await this.#calls.isVersion2()
    this.#isStale = false
  }

  async #addPartitions(): Promise<void> {
    const queues = this.#adding
    this.#adding = []
    this.#added = undefined
    const identity = this.#identity
    try {
      if (identity === undefined) throw noTransaction(this.transactionalId)
      const places = queues.map(({ topic, partition }) => ({ topic, partition }))
      await this.#step(() => this.#calls.addPartitions(identity, places))
      for (const queue of queues) this.#enroll(queue, identity)
    } finally {
      for (const queue of queues) this.#joining.delete(queue)
    }
  }

  #enroll(queue: PartitionQueue, identity: ProducerIdentity): void {
    this.#queues.add(queue)
    queue.adopt(identity)
  }

  async #step<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw this.#noteFailure(clientError(error))
    }
  }

  #noteFailure(error: RafkaError): RafkaError {
    if (!abortable.has(error.code)) return this.#noteFatal(error)
    this.#failure ??= error
    return error
  }

  #noteFatal(error: RafkaError): RafkaError {
    this.#fatal ??= error
    return error
  }

  async #end(committed: boolean): Promise<void> {
    await Promise.allSettled(this.#joining.values())
    const identity = this.#identity
    try {
      // What was never begun on the broker has nothing to end there.
      if (identity === undefined || (this.#queues.size === 0 && this.#groups.size === 0)) return
      const next = await this.#calls.end(identity, committed, this.#version2)
      if (next === undefined) return
      this.#identity = next
      this.#isStale = false
    } catch (error) {
      throw this.#noteFatal(clientError(error))
    } finally {
      this.#close()
    }
  }

  /** What comes next is not part of it. */
  #close(): void {
    for (const queue of this.#queues) queue.release()
    this.#queues.clear()
    this.#groups.clear()
    this.#isOpen = false
  }
}

/** What is sent outside of a transaction by a producer that has a transactional id. */
export function noTransaction(transactionalId: string): RafkaError {
  const message = `no transaction of "${transactionalId}" is open: what a producer with a transactional id sends belongs to one; begin() makes one`
  return new RafkaError('INVALID_TXN_STATE', message)
}
