import { setTimeout } from 'node:timers/promises'

/** Being ahead by less is not worth a sleep. */
const SLACK_MS = 5
/** What was missed is not made up for when it is longer ago. */
const MAX_BEHIND_MS = 1000

/** Holds records back so that no more than so many go a second. */
export class Pacer {
  readonly #msEach: number
  #dueAt: number | undefined

  constructor(perSecond: number) {
    this.#msEach = 1000 / perSecond
  }

  /** How long the next record has to wait from `now` on, in ms; that it goes then is taken for granted. */
  delayMs(now: number): number {
    const due = Math.max(this.#dueAt ?? now, now - MAX_BEHIND_MS)
    this.#dueAt = due + this.#msEach
    const delay = due - now
    return delay > SLACK_MS ? delay : 0
  }

  /** Settles when the next record may go, or `stop` fires. */
  async turn(stop: AbortSignal): Promise<void> {
    const delay = this.delayMs(performance.now())
    if (delay > 0) await setTimeout(delay, undefined, { signal: stop }).catch(() => {})
  }
}
