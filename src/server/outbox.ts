import type { Socket } from 'node:net'
import type { FetchBudget } from './fetch-budget.ts'

/** Writes answers to a socket, all that become ready in one turn with one system call, and gives their reservation back when they are sent. */
export class Outbox {
  readonly #socket: Socket
  readonly #budget: FetchBudget
  #corked = false
  #reservedBytes = 0

  constructor(socket: Socket, budget: FetchBudget) {
    this.#socket = socket
    this.#budget = budget
    socket.on('drain', () => this.release())
    socket.once('close', () => this.release())
  }

  /** Bytes that the other end has not taken. */
  get unsentBytes(): number {
    return this.#socket.writableLength
  }

  write(pieces: readonly Buffer[], reservedBytes: number): void {
    if (!this.#corked) {
      this.#corked = true
      this.#socket.cork()
      process.nextTick(() => this.#uncork())
    }
    for (const piece of pieces) this.#socket.write(piece)
    this.#reservedBytes += reservedBytes
  }

  #uncork(): void {
    this.#corked = false
    this.#socket.uncork()
    if (!this.#socket.writableNeedDrain) this.release()
  }

  release(): void {
    this.#budget.release(this.#reservedBytes)
    this.#reservedBytes = 0
  }
}
