import { RafkaError } from '../../../src/index.ts'
import { InputRecord } from './input-record.ts'
import { incomplete, ReadCursor } from './read-cursor.ts'
import type { RecordFramer } from './record-framer.ts'
import type { Step } from './step.ts'

/** Records whose parts say how long they are. Where one is wrong, nobody knows where the next begins. */
export class SizedFramer implements RecordFramer {
  readonly record = new InputRecord()
  readonly noun = 'record'
  readonly canSkip = false
  readonly isEmpty = false
  readonly #steps: readonly Step[]
  readonly #cursor = new ReadCursor()
  #source: Buffer = Buffer.alloc(0)
  #next = 0
  #limit = 0
  #joined = Buffer.alloc(0)
  /** Bytes that the record has at least, as far as it was looked at. */
  #known = 0
  #whole = false

  constructor(steps: readonly Step[]) {
    this.#steps = steps
  }

  get source(): Buffer {
    return this.#source
  }

  get pendingBytes(): number {
    return this.#limit - this.#next
  }

  push(chunk: Buffer): void {
    const pending = this.pendingBytes
    if (pending === 0) {
      this.#source = chunk
      this.#limit = chunk.length
    } else {
      if (this.#joined.length < pending + chunk.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(pending + chunk.length, this.#joined.length * 2))
        this.#source.copy(larger, 0, this.#next, this.#limit)
        this.#joined = larger
      } else if (this.#source === this.#joined) this.#joined.copyWithin(0, this.#next, this.#limit)
      else this.#source.copy(this.#joined, 0, this.#next, this.#limit)
      chunk.copy(this.#joined, pending)
      this.#source = this.#joined
      this.#limit = pending + chunk.length
    }
    this.#next = 0
  }

  next(): boolean {
    if (this.pendingBytes === 0 || this.pendingBytes < this.#known) return this.#keep()
    try {
      this.#take(true)
      return true
    } catch (error) {
      if (error !== incomplete) throw error
      // A long record comes in many chunks: it is not looked at again before there is enough.
      this.#known = this.#cursor.needed - this.#next
      return this.#keep()
    }
  }

  last(): boolean {
    if (this.pendingBytes === 0) return false
    this.#take(false)
    return true
  }

  stand(bytes: Buffer): void {
    this.push(bytes)
    this.#whole = true
  }

  read(): void {
    // Else it was read to find its end.
    if (!this.#whole) return
    this.#whole = false
    this.#take(false)
    if (this.pendingBytes > 0)
      throw new RafkaError('INVALID_ARGUMENT', `${this.pendingBytes} bytes stand behind the record`)
  }

  dropPending(): void {
    throw new RafkaError('INVALID_ARGUMENT', 'nobody knows where the next record begins')
  }

  #take(mayGrow: boolean): void {
    const cursor = this.#cursor
    this.record.clear()
    cursor.open(this.#source, this.#next, this.#limit, mayGrow)
    for (const step of this.#steps) step(cursor, this.record)
    this.#next = cursor.at
    this.#known = 0
  }

  /** Copies what is left out of the chunk, whose memory may be used again. */
  #keep(): false {
    const pending = this.pendingBytes
    if (pending === 0 || this.#source === this.#joined) return false
    if (this.#joined.length < pending) this.#joined = Buffer.allocUnsafeSlow(pending * 2)
    this.#source.copy(this.#joined, 0, this.#next, this.#limit)
    this.#source = this.#joined
    this.#next = 0
    this.#limit = pending
    return false
  }
}
