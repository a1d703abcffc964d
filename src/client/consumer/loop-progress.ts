import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AssignedPartition } from './assigned-partition.ts'

/** How long a loop may go on without a turn of the event loop, in ms: heartbeats wait for one. */
const MAX_BREATHLESS_MS = 50
/** Records between two looks at the clock, less one; a power of two less one. */
const LOOK_MASK = 15

/** Where the loop over a consumer is: what it was given last, and whether it came back for more. */
export class LoopProgress {
  /** The partition of what the loop works on; undefined while it waits for more, and before it began. */
  #inHand: AssignedPartition | undefined
  #steps = 0
  #breathedAt = performance.now()
  #seenSteps = -1
  #seenAt = 0
  #waiters: Array<() => void> = []

  /** The loop is given a record or chunk. */
  given(partition: AssignedPartition): void {
    this.#inHand = partition
    this.#steps += 1
  }

  /** The loop asks for more: it is done with what it was given. */
  cameBack(): void {
    this.#inHand = undefined
    if (this.#waiters.length === 0) return
    const waiters = this.#waiters
    this.#waiters = []
    for (const wake of waiters) wake()
  }

  /** The loop works on something. */
  get busy(): boolean {
    return this.#inHand !== undefined
  }

  /** Settles when the loop works on nothing of these partitions. */
  async doneWith(partitions: ReadonlySet<AssignedPartition>): Promise<void> {
    while (this.#inHand !== undefined && partitions.has(this.#inHand)) await this.back()
  }

  /** Settles when the loop comes back the next time. */
  back(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve))
  }

  /** For how long the loop has been working on the same thing, in ms: since the first call that saw it. */
  stalledMs(now: number): number {
    if (this.#inHand === undefined || this.#steps !== this.#seenSteps) {
      this.#seenSteps = this.#steps
      this.#seenAt = now
    }
    return now - this.#seenAt
  }

  /** What to wait for before the loop is given more, so that timers get their turn however busy it is. */
  breath(): Promise<void> | undefined {
    if ((this.#steps & LOOK_MASK) !== 0 || performance.now() - this.#breathedAt < MAX_BREATHLESS_MS) return undefined
    return nextTurn().then(() => {
      this.#breathedAt = performance.now()
    })
  }
}
