import type { RafkaError } from '../../core/errors.ts'
import { BatchBuilder, batchMemoryBytes } from '../../records/batch-builder.ts'
import { backoffMs, retryBackoff } from '../backoff.ts'
import type { BufferPool } from './buffer-pool.ts'
import { OutgoingBatch } from './outgoing-batch.ts'
import { contentBytes, tooLarge } from './record-size.ts'

/** Batches that the broker remembers per producer and partition, and so those that may be on the way at once (kafka.md I1). */
const MAX_IN_FLIGHT = 5
const SEQUENCE_LIMIT = 2 ** 31

/** What holds for every queue of a producer. */
export interface QueueRules {
  readonly batchBytes: number
  /** Of a batch that holds a single record. */
  readonly maxRecordBatchBytes: number
  readonly idempotent: boolean
  /** There are no answers, so none to wait for. */
  readonly unanswered: boolean
  readonly pool: BufferPool
}

/** Who the broker takes the sender of a batch for. */
export interface ProducerIdentity {
  readonly producerId: number
  readonly producerEpoch: number
  /** What it sends belongs to transactions. */
  readonly transactional?: boolean
}

/** What a queue tells its producer. */
export interface QueueListener {
  /** A batch is about to take records. */
  opened(queue: PartitionQueue): number
  /** A batch is complete. */
  sealed(queue: PartitionQueue): void
}

/**
 * What waits for one partition, in order: the open batch, the complete ones, and those that were sent and are not settled.
 *
 * Several may be on the way at once when the broker can tell them apart by sequence number, after the first was acknowledged: a broker takes
 * any first number from a producer that it does not know. When one comes back, nothing new goes out until the others are back
 * too; then they are sent again in order, one at a time, under the same numbers. When one is given up, the numbers have a gap that the broker will not
 * pass: the rest goes on as a new producer, but only after the fate of each that may have been appended is known.
 */
export class PartitionQueue {
  readonly topic: string
  readonly partition: number
  readonly #rules: QueueRules
  readonly #listener: QueueListener
  #open: OutgoingBatch | undefined
  /** Complete, and not sent or not appended for certain. */
  readonly #ready: OutgoingBatch[] = []
  /** From the oldest that is not settled to the last that was sent, in order of their sequence numbers. */
  readonly #sent: OutgoingBatch[] = []
  /** What the last batch came to that was full: the next one is likely to. */
  #expectedBytes = 0
  #inFlight = 0
  #identity: ProducerIdentity | undefined
  /** What it was before `release`. */
  #released: ProducerIdentity | undefined
  #nextSequence = 0
  #acknowledgedOnce = false
  #failures = 0
  #retryAt = 0

  constructor(topic: string, partition: number, rules: QueueRules, listener: QueueListener) {
    this.topic = topic
    this.partition = partition
    this.#rules = rules
    this.#listener = listener
  }

  get openBatch(): OutgoingBatch | undefined {
    return this.#open
  }

  /** Nothing is complete and unsettled. */
  get idle(): boolean {
    return this.#ready.length === 0 && this.#sent.length === 0
  }

  /** It can go on only under a new producer id. */
  get needsIdentity(): boolean {
    return this.#rules.idempotent && this.#identity === undefined && this.#sent.length === 0 && this.#ready.length > 0
  }

  /**
   * Adds a record to the open batch, or to a new one.
   * @returns the batch
   * @throws RafkaError `MESSAGE_TOO_LARGE`
   */
  append(
    timestamp: number,
    source: Buffer,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    headers: ReadonlyArray<{ key: string; value: Uint8Array | null }> | undefined,
  ): OutgoingBatch {
    const open = this.#open
    if (open?.append(timestamp, source, keyStart, keyEnd, valueStart, valueEnd, headers) === true) return open
    this.#expectedBytes = open?.sizeBytes ?? 0
    this.seal()
    for (const maxBytes of [this.#rules.batchBytes, this.#rules.maxRecordBatchBytes]) {
      const expectedBytes = this.#expectedBytes
      const memory = this.#rules.pool.take(batchMemoryBytes(maxBytes, expectedBytes))
      const builder = new BatchBuilder({ maxBytes, expectedBytes, memory })
      if (!builder.append(timestamp, source, keyStart, keyEnd, valueStart, valueEnd, headers)) continue
      const batch = new OutgoingBatch(builder, performance.now(), this.#listener.opened(this))
      batch.count = 1
      this.#open = batch
      return batch
    }
    throw tooLarge(this.topic, contentBytes(keyStart, keyEnd, valueStart, valueEnd), this.#rules.maxRecordBatchBytes)
  }

  /** Completes the open batch. */
  seal(): void {
    if (this.#open === undefined) return
    this.#ready.push(this.#open)
    this.#open = undefined
    this.#listener.sealed(this)
  }

  /** The batch that may go out now. */
  next(now: number): OutgoingBatch | undefined {
    const gap = this.#rules.idempotent && this.#identity === undefined
    if (this.#cameBack) {
      if (this.#inFlight > 0 || now < this.#retryAt) return undefined
      return gap ? this.#sent.find(isDoubtful) : this.#sent[0]
    }
    if (gap) return undefined
    // Not only those on the way count: the broker must still know the oldest when that has to be sent again.
    return this.#sent.length < this.#maxInFlight ? this.#ready[0] : undefined
  }

  /** When `next` may answer otherwise though nothing happened in between. */
  get retryAt(): number {
    return this.#cameBack && this.#inFlight === 0 ? this.#retryAt : Number.POSITIVE_INFINITY
  }

  /** When its oldest batch was handed in that is not on the way. */
  get oldestWaiting(): number {
    const again = this.#sent.find(isWaiting)?.createdAt ?? Number.POSITIVE_INFINITY
    return Math.min(again, this.#ready[0]?.createdAt ?? Number.POSITIVE_INFINITY)
  }

  /** It has a producer id: no batch with a sequence number was given up since it has. */
  get hasIdentity(): boolean {
    return this.#identity !== undefined
  }

  /** Why nothing could be sent, for the message when time is over. */
  note(error: RafkaError): void {
    for (const batch of [...this.#sent, ...this.#ready]) batch.lastError = error
  }

  adopt(identity: ProducerIdentity): void {
    const { producerId, producerEpoch } = this.#released ?? {}
    if (producerId !== identity.producerId || producerEpoch !== identity.producerEpoch) {
      this.#nextSequence = 0
      this.#acknowledgedOnce = false
    }
    this.#identity = identity
    this.#released = undefined
  }

  /** Its partition belongs to no transaction any more. When it adopts the same identity again, the sequence goes on. */
  release(): void {
    this.#released = this.#identity
    this.#identity = undefined
  }

  /** `next` goes out. */
  began(batch: OutgoingBatch): void {
    if (this.#ready[0] === batch) {
      this.#ready.shift()
      this.#sent.push(batch)
      if (this.#identity !== undefined) {
        batch.stamp = { ...this.#identity, baseSequence: this.#nextSequence }
        this.#nextSequence = (this.#nextSequence + batch.count) % SEQUENCE_LIMIT
      }
    }
    batch.inFlight = true
    this.#inFlight += 1
  }

  /** No batch that was sent before this one is unsettled. */
  isHead(batch: OutgoingBatch): boolean {
    return this.#sent[0] === batch
  }

  /** It was appended. */
  acknowledged(batch: OutgoingBatch): void {
    this.#back(batch)
    batch.settled = true
    this.#acknowledgedOnce = true
    this.#failures = 0
    this.#regroup()
  }

  /** It has to be sent again. */
  again(batch: OutgoingBatch, error: RafkaError, now: number): void {
    this.#back(batch)
    batch.lastError = error
    this.#failures += 1
    this.#retryAt = Math.max(this.#retryAt, now + backoffMs(retryBackoff, this.#failures))
    this.#regroup()
  }

  /** It goes in pieces, which have its place and its numbers. */
  replaced(batch: OutgoingBatch, pieces: readonly OutgoingBatch[]): void {
    this.#back(batch)
    let offset = 0
    for (const piece of pieces) {
      if (batch.stamp !== undefined) {
        piece.stamp = { ...batch.stamp, baseSequence: (batch.stamp.baseSequence + offset) % SEQUENCE_LIMIT }
      }
      offset += piece.count
    }
    this.#sent.splice(this.#sent.indexOf(batch), 1, ...pieces)
  }

  /**
   * It is given up.
   * @param notAppended an answer said that the broker does not have it
   */
  failed(batch: OutgoingBatch, notAppended: boolean): void {
    if (batch.inFlight) this.#back(batch)
    const at = this.#sent.indexOf(batch)
    const last = at === this.#sent.length - 1
    if (at >= 0) this.#sent.splice(at, 1)
    if (batch.stamp === undefined) return
    if (notAppended && !batch.mayBeAppended && last && this.#identity !== undefined) {
      this.#nextSequence = batch.stamp.baseSequence
    } else {
      this.#identity = undefined
    }
    this.#regroup()
  }

  /** Takes out what was handed in before `before` and is not on the way. */
  expire(before: number): OutgoingBatch[] {
    const isOver = (batch: OutgoingBatch) => isWaiting(batch) && batch.createdAt <= before
    const over = [...this.#sent.filter(isOver), ...this.#ready.filter(isOver)]
    for (const batch of over) {
      const waiting = this.#ready.indexOf(batch)
      if (waiting >= 0) this.#ready.splice(waiting, 1)
      this.failed(batch, false)
    }
    return over
  }

  /** Takes out everything that is not on the way: nothing of it will be sent. */
  abandon(): OutgoingBatch[] {
    this.seal()
    return this.expire(Number.POSITIVE_INFINITY)
  }

  /** Some batch has to be sent again. */
  get #cameBack(): boolean {
    return this.#sent.some(isWaiting)
  }

  get #maxInFlight(): number {
    if (this.#rules.unanswered) return MAX_IN_FLIGHT
    return this.#rules.idempotent && this.#acknowledgedOnce ? MAX_IN_FLIGHT : 1
  }

  #back(batch: OutgoingBatch): void {
    batch.inFlight = false
    this.#inFlight -= 1
  }

  /**
   * Forgets what is settled. After a batch was given up: when the fate of all others is known they were refused, so the broker has none of them, and they wait anew
   * for a place in another sequence.
   */
  #regroup(): void {
    while (this.#sent[0]?.settled === true) this.#sent.shift()
    if (!this.#rules.idempotent || this.#identity !== undefined || this.#inFlight > 0) return
    if (this.#sent.some(isDoubtful)) return
    const refused = this.#sent.splice(0).filter(isWaiting)
    for (const batch of refused) batch.stamp = undefined
    this.#ready.unshift(...refused)
  }
}

function isWaiting(batch: OutgoingBatch): boolean {
  return !batch.inFlight && !batch.settled
}

function isDoubtful(batch: OutgoingBatch): boolean {
  return batch.mayBeAppended && !batch.settled
}
