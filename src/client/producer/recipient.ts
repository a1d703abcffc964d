import type { RafkaError } from '../../core/errors.ts'
import type { SendReceipt } from '../../core/message.ts'
import type { WriterLedger } from './writer-ledger.ts'

/** Where records of one batch went. */
export interface Placement {
  readonly topic: string
  readonly partition: number
  /** Of the recipient's first record; -1 when the broker does not tell. */
  readonly offset: number
  /** Set by the broker (`message.timestamp.type=LogAppendTime`), in ms; -1 when it kept the producer's. */
  readonly appendedAt: number
}

/** Who wants to know what became of consecutive records of a batch. */
export interface Recipient {
  /** Index in the batch of its first record. */
  readonly first: number
  readonly count: number
  acknowledged(placement: Placement): void
  failed(error: RafkaError): void
  /** The part of it that goes into a piece of a batch that was split. `bytes`: of keys and values. */
  part(first: number, count: number, bytes: number): Recipient
}

/** One `send`, and its promise. */
export class SendRecipient implements Recipient {
  readonly first: number
  readonly count = 1
  readonly #timestamp: number
  readonly #resolve: (receipt: SendReceipt) => void
  readonly #reject: (error: RafkaError) => void

  constructor(
    first: number,
    timestamp: number,
    resolve: (receipt: SendReceipt) => void,
    reject: (error: RafkaError) => void,
  ) {
    this.first = first
    this.#timestamp = timestamp
    this.#resolve = resolve
    this.#reject = reject
  }

  acknowledged({ topic, partition, offset, appendedAt }: Placement): void {
    this.#resolve({ topic, partition, offset, timestamp: appendedAt < 0 ? this.#timestamp : appendedAt })
  }

  failed(error: RafkaError): void {
    this.#reject(error)
  }

  part(first: number): Recipient {
    return new SendRecipient(first, this.#timestamp, this.#resolve, this.#reject)
  }
}

/** Consecutive records of one writer in one batch. Grows while the batch is open. */
export class WriterRun implements Recipient {
  readonly first: number
  readonly ledger: WriterLedger
  /** Index of its first record, counted over all that the writer wrote. */
  readonly firstIndex: number
  count = 0
  /** Of keys and values. */
  bytes = 0
  /** Records that are not yet acknowledged. */
  remaining = 0

  constructor(first: number, ledger: WriterLedger, firstIndex: number) {
    this.first = first
    this.ledger = ledger
    this.firstIndex = firstIndex
  }

  add(records: number, bytes: number): void {
    this.count += records
    this.remaining += records
    this.bytes += bytes
    this.ledger.batched += records
  }

  acknowledged(placement: Placement): void {
    this.ledger.acknowledged(this, placement, this.count, this.bytes)
  }

  failed(error: RafkaError): void {
    this.ledger.failed(this.firstIndex, error)
  }

  part(first: number, count: number, bytes: number): Recipient {
    return {
      first,
      count,
      acknowledged: (placement) => this.ledger.acknowledged(this, placement, count, bytes),
      failed: (error) => this.failed(error),
      part: (innerFirst, innerCount, innerBytes) => this.part(innerFirst, innerCount, innerBytes),
    }
  }
}
