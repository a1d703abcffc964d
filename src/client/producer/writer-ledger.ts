import type { RafkaError } from '../../core/errors.ts'
import type { WriterProgress } from '../../core/producer.ts'
import type { Placement, WriterRun } from './recipient.ts'

/** Acknowledged runs at the front that are kept before the list is cut. */
const MAX_DONE_RUNS = 64

/** What became of the records of one writer. Records are numbered from 0 in the order of the writes. */
export class WriterLedger implements WriterProgress {
  records = 0
  leading = 0
  bytes = 0
  readonly partitions = new Map<number, { firstOffset: number; lastOffset: number }>()
  /** Records that stand in a batch: all below this number do. */
  batched = 0
  /** In the order of their first records; those before `#head` are acknowledged. */
  #runs: WriterRun[] = []
  #head = 0
  /** Lowest number of a record that is known to have failed: runs behind it no longer matter for `leading`, and are not kept. */
  #failedFrom = Number.POSITIVE_INFINITY
  #error: RafkaError | undefined

  /** A run begins. */
  opened(run: WriterRun): void {
    if (run.firstIndex < this.#failedFrom) this.#runs.push(run)
  }

  acknowledged(run: WriterRun, { partition, offset }: Placement, count: number, bytes: number): void {
    this.records += count
    this.bytes += bytes
    run.remaining -= count
    if (offset >= 0) this.#widen(partition, offset, offset + count - 1)
    this.#advance()
  }

  /** The record with this number, and maybe some behind it, did not make it. */
  failed(firstIndex: number, error: RafkaError): void {
    this.#error ??= error
    this.#failedFrom = Math.min(this.#failedFrom, firstIndex)
  }

  /** The first error since the last call. */
  takeError(): RafkaError | undefined {
    const error = this.#error
    this.#error = undefined
    return error
  }

  #advance(): void {
    while (this.#runs[this.#head]?.remaining === 0) this.#head += 1
    const withoutGap = this.#runs[this.#head]?.firstIndex ?? this.batched
    this.leading = Math.min(withoutGap, this.#failedFrom)
    if (this.#head > MAX_DONE_RUNS) {
      this.#runs = this.#runs.slice(this.#head)
      this.#head = 0
    }
  }

  #widen(partition: number, first: number, last: number): void {
    const known = this.partitions.get(partition)
    if (known === undefined) {
      this.partitions.set(partition, { firstOffset: first, lastOffset: last })
      return
    }
    known.firstOffset = Math.min(known.firstOffset, first)
    known.lastOffset = Math.max(known.lastOffset, last)
  }
}
