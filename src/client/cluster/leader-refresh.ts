import { backoffMs, retryBackoff } from '../backoff.ts'
import { pause } from '../deadline.ts'
import { ending } from '../ending.ts'
import type { Cluster } from './cluster.ts'

/** Asks who leads the partitions of topics whose leaders failed: not more often than the backoff allows, whoever asks. */
export class LeaderRefresh {
  readonly #cluster: Cluster
  readonly #create: boolean
  readonly #onNews: () => void
  readonly #topics = new Set<string>()
  readonly #closing = ending()

  /**
   * @param create whether a topic that is gone may be created by asking
   * @param onNews is called when leaders may have changed
   */
  constructor(cluster: Cluster, create: boolean, onNews: () => void) {
    this.#cluster = cluster
    this.#create = create
    this.#onNews = onNews
  }

  ask(topic: string): void {
    if (this.#topics.has(topic) || this.#closing.signal.aborted) return
    this.#topics.add(topic)
    void this.#refresh(topic).finally(() => {
      this.#topics.delete(topic)
      this.#onNews()
    })
  }

  close(): void {
    this.#closing.abort()
  }

  async #refresh(topic: string): Promise<void> {
    try {
      await this.#cluster.refresh({ topics: [topic], create: this.#create })
      this.#onNews()
    } catch {
      // Whoever still waits when the pause is over asks again; the delivery timeout ends it.
    }
    await pause(backoffMs(retryBackoff, 1), `the leaders of topic "${topic}"`, this.#closing.signal).catch(() => {})
  }
}
