import type { ServerLimits } from './limits.ts'

/**
 * Finds the client that drips an unfinished request byte by byte to hold a connection for ever: in each window of `readTimeoutMs` it must
 * bring `minReadBytes` or complete a request.
 */
export class ReadWatch {
  readonly #limits: ServerLimits
  readonly #onLate: (receivedBytes: number) => void
  #timer: NodeJS.Timeout | undefined
  #receivedBytes = 0

  constructor(limits: ServerLimits, onLate: (receivedBytes: number) => void) {
    this.#limits = limits
    this.#onLate = onLate
  }

  received(bytes: number): void {
    this.#receivedBytes += bytes
  }

  /** A request became complete: all is well in this window. */
  completed(): void {
    this.#receivedBytes = this.#limits.minReadBytes
  }

  /** To be called when all that came was used: `partial` tells whether a request is unfinished. */
  watch(partial: boolean): void {
    if (!partial) this.stop()
    else this.#timer ??= this.#startWindow()
  }

  /** Nothing is expected for now. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #startWindow(): NodeJS.Timeout {
    this.#receivedBytes = 0
    return setTimeout(() => this.#windowOver(), this.#limits.readTimeoutMs).unref()
  }

  #windowOver(): void {
    this.#timer = undefined
    if (this.#receivedBytes < this.#limits.minReadBytes) this.#onLate(this.#receivedBytes)
    else this.watch(true)
  }
}
