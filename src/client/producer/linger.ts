import { WakeTimer } from '../wake-timer.ts'
import type { PartitionQueue } from './partition-queue.ts'

/** Completes batches that have waited long enough for more records. */
export class Linger {
  readonly #lingerMs: number
  /** In the order in which they are due. */
  #waiting: Array<{ readonly queue: PartitionQueue; readonly dueAt: number }> = []
  readonly #hurried = new Set<PartitionQueue>()
  readonly #timer = new WakeTimer(() => this.#sealDue())

  constructor(lingerMs: number) {
    this.#lingerMs = lingerMs
  }

  /** A batch begins. `hurry`: somebody waits for it, so it is complete as soon as this turn of the event loop's work is over. */
  opened(queue: PartitionQueue, hurry: boolean): void {
    if (hurry || this.#lingerMs === 0) {
      if (this.#hurried.size === 0) queueMicrotask(() => this.#sealHurried())
      this.#hurried.add(queue)
      return
    }
    const dueAt = performance.now() + this.#lingerMs
    this.#waiting.push({ queue, dueAt })
    if (this.#waiting.length === 1) this.#timer.arm(dueAt)
  }

  close(): void {
    this.#timer.cancel()
    this.#waiting = []
  }

  #sealHurried(): void {
    const hurried = [...this.#hurried]
    this.#hurried.clear()
    for (const queue of hurried) queue.seal()
  }

  #sealDue(): void {
    const now = performance.now()
    const due = this.#waiting.findIndex(({ dueAt }) => dueAt > now)
    const over = this.#waiting.splice(0, due < 0 ? this.#waiting.length : due)
    for (const { queue } of over) {
      const since = queue.openBatch?.createdAt
      // The batch that this was for may be gone, and another may have begun since: that has a time of its own.
      if (since !== undefined && since + this.#lingerMs <= now) queue.seal()
    }
    const next = this.#waiting[0]
    if (next !== undefined) this.#timer.arm(next.dueAt)
  }
}
