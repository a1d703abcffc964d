import type { Change } from '../core/storage-engine.ts'
import { changeBytes } from './change-rules.ts'
import { refusal } from './refusal.ts'

/** One call of `commit` that waits to be written; whoever writes it settles it exactly once. */
export interface PendingCommit {
  readonly changes: readonly Change[]
  /** Of its batches and entries. */
  readonly bytes: number
  resolve(): void
  reject(error: unknown): void
}

type Task = () => Promise<void>

/** Writes a group of commits and settles each of them. */
export type GroupWriter = (group: readonly PendingCommit[]) => void | Promise<void>

/**
 * Group commit: everything that waits when the writer is free goes to it as one group, in order of the calls.
 * A group holds up to `maxGroupBytes` (or one commit that is larger); more than `maxWaitingBytes` waiting is refused.
 */
export class CommitQueue {
  readonly #write: GroupWriter
  readonly #maxGroupBytes: number
  readonly #maxWaitingBytes: number
  /** In order: commits, and tasks between them. */
  readonly #waiting: Array<PendingCommit | Task> = []
  #waitingBytes = 0
  #busy = false
  #idleListeners: Array<() => void> = []

  constructor(write: GroupWriter, limits: { maxGroupBytes?: number; maxWaitingBytes?: number } = {}) {
    this.#write = write
    this.#maxGroupBytes = limits.maxGroupBytes ?? 16 * 2 ** 20
    this.#maxWaitingBytes = limits.maxWaitingBytes ?? 256 * 2 ** 20
  }

  /** Settles as the writer settles this commit. */
  add(changes: readonly Change[]): Promise<void> {
    const bytes = changeBytes(changes)
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > this.#maxWaitingBytes) {
      const reason = `${this.#waitingBytes} bytes wait for the disk already, more than ${this.#maxWaitingBytes} may not; try again`
      return Promise.reject(refusal(reason))
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ changes, bytes, resolve, reject })
      this.#waitingBytes += bytes
      this.#start()
    })
  }

  /** Runs `task` between two groups, after all that was added before and before all that comes later. Settles as it does. */
  run(task: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => task().then(resolve, reject))
      this.#start()
    })
  }

  /** Settles when all that was added has been written or refused. */
  drained(): Promise<void> {
    if (!this.#busy) return Promise.resolve()
    return new Promise((resolve) => this.#idleListeners.push(resolve))
  }

  #start(): void {
    if (this.#busy) return
    this.#busy = true
    // After the poll phase: all requests that arrived in it join the group.
    setImmediate(() => void this.#next())
  }

  async #next(): Promise<void> {
    const [first] = this.#waiting
    if (typeof first === 'function') {
      this.#waiting.shift()
      await first()
    } else {
      await this.#writeGroup(this.#takeGroup())
    }
    if (this.#waiting.length > 0) {
      setImmediate(() => void this.#next())
      return
    }
    this.#busy = false
    for (const tell of this.#idleListeners.splice(0)) tell()
  }

  async #writeGroup(group: readonly PendingCommit[]): Promise<void> {
    try {
      const written = this.#write(group)
      if (written !== undefined) await written
    } catch (error) {
      for (const commit of group) commit.reject(error)
    }
  }

  #takeGroup(): readonly PendingCommit[] {
    const group: PendingCommit[] = []
    let bytes = 0
    for (const next of this.#waiting) {
      if (typeof next === 'function' || (bytes > 0 && bytes + next.bytes > this.#maxGroupBytes)) break
      bytes += next.bytes
      group.push(next)
    }
    this.#waitingBytes -= bytes
    this.#waiting.splice(0, group.length)
    return group
  }
}
