import type { RafkaError } from '../../core/errors.ts'

/** A broker that is away for a moment, for instance because another process takes over, is not worth a word. */
const TELL_AFTER_MS = 2000

/** Watches for how long no broker has answered. Tells once why, and once that one answers again. */
export class Outage {
  readonly #tell: (error: RafkaError | undefined) => void
  #lastAnswerAt = performance.now()
  #failingSince: number | undefined
  #isTold = false

  constructor(tell: (error: RafkaError | undefined) => void) {
    this.#tell = tell
  }

  answered(): void {
    this.#lastAnswerAt = performance.now()
    this.#failingSince = undefined
    if (!this.#isTold) return
    this.#isTold = false
    this.#tell(undefined)
  }

  /** @returns ms since the last answer */
  failed(error: RafkaError): number {
    const now = performance.now()
    this.#failingSince ??= now
    if (!this.#isTold && now - this.#failingSince >= TELL_AFTER_MS) {
      this.#isTold = true
      this.#tell(error)
    }
    return now - this.#lastAnswerAt
  }
}
