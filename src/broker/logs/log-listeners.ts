/**
 * Told of what happens to a log while it waits: how many bytes became readable below the high watermark, and below the last stable offset.
 * Infinity means: look again (deleted, failed, a transaction ended).
 */
export type LogListener = (bytes: number, stableBytes: number) => void

/** Number of bytes that stands for: look again. */
export const LOOK_AGAIN = Number.POSITIVE_INFINITY

/** Who waits for a log. */
export class LogListeners {
  readonly #listeners = new Set<LogListener>()

  /** Calls `listener` until the returned function is called. */
  add(listener: LogListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  tell(bytes = LOOK_AGAIN, stableBytes = bytes): void {
    for (const listener of [...this.#listeners]) listener(bytes, stableBytes)
  }

  /** Settles when something happened. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.add(() => {
        stop()
        resolve()
      })
    })
  }
}
