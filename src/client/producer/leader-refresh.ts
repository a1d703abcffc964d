import { backoffMs, retryBackoff } from '../backoff.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { pause } from '../deadline.ts'

/** Asks who leads the partitions of topics whose leaders failed: not more often than the backoff allows, whoever asks. */
export class LeaderRefresh {
  readonly #cluster: Cluster
  readonly #onNews: () => void
  readonly #topics = new Set<string>()
  readonly #closing = new AbortController()

  /** @param onNews is called when leaders may have changed */
  constructor(cluster: Cluster, onNews: () => void) {
    this.#cluster = cluster
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
      await this.#cluster.refresh({ topics: [topic], create: true })
      this.#onNews()
    } catch {
      // Whoever still waits when the pause is over asks again; the delivery timeout ends it.
    }
    await pause(backoffMs(retryBackoff, 1), `the leaders of topic "${topic}"`, this.#closing.signal).catch(() => {})
  }
}
