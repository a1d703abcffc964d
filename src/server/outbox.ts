import type { Socket } from 'node:net'
import type { LentMemory } from '../core/lent-memory.ts'
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

  /** @param memory of the pieces, to be given back when the last of them is sent; of a socket that breaks it is left to the garbage collector */
  write(pieces: readonly Buffer[], reservedBytes: number, memory?: LentMemory): void {
    if (!this.#corked) {
      this.#corked = true
      this.#socket.cork()
      process.nextTick(() => this.#uncork())
    }
    for (const [index, piece] of pieces.entries()) {
      if (index < pieces.length - 1 || memory === undefined) this.#socket.write(piece)
      else this.#socket.write(piece, (error) => error ?? memory.giveBack())
    }
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
