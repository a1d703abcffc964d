import { ending } from '../ending.ts'

/** Why a member's assignment no longer stands: the group rebalances; it may still be a member, but not of this generation; or it is none any more. */
export type EndReason = 'rebalance' | 'generation lost' | 'member lost'

const severity: Readonly<Record<EndReason, number>> = { rebalance: 0, 'generation lost': 1, 'member lost': 2 }

/** The end of one generation, as one member comes to know it. */
export class GenerationEnd {
  /** Fires when partitions are lost: there is nothing left to be done for them. */
  readonly lost = ending()
  #reason: EndReason | undefined
  #wake: () => void = () => {}
  readonly #reached: Promise<void>

  constructor() {
    this.#reached = new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  get reason(): EndReason | undefined {
    return this.#reason
  }

  /** The worst that was reported counts. */
  report(reason: EndReason): void {
    if (this.#reason === undefined || severity[reason] > severity[this.#reason]) this.#reason = reason
    if (reason !== 'rebalance') this.lost.abort()
    this.#wake()
  }

  /** Settles when anything was reported. */
  reached(): Promise<void> {
    return this.#reached
  }
}
