import type { Cluster } from '../cluster/cluster.ts'
import type { TopicMetadata } from '../cluster/metadata.ts'
import { TopicWatch } from '../consumer/topic-watch.ts'

/** Looks out, for the leader of a group, whether the topics that it shared out are still what they were. */
export class LeaderWatch {
  readonly #cluster: Cluster
  readonly #requestTimeoutMs: number
  #ownTopics: ReadonlySet<string>
  readonly #onChange: () => void
  /** What was shared out; undefined while somebody else leads. */
  #partitionCounts: ReadonlyMap<string, number> | undefined
  #others: TopicWatch | undefined

  /** @param ownTopics those that are watched anyway: `seen` and `lost` tell of them */
  constructor(cluster: Cluster, requestTimeoutMs: number, ownTopics: Iterable<string>, onChange: () => void) {
    this.#cluster = cluster
    this.#requestTimeoutMs = requestTimeoutMs
    this.#ownTopics = new Set(ownTopics)
    this.#onChange = onChange
  }

  watchedAnyway(topics: Iterable<string>): void {
    this.#ownTopics = new Set(topics)
  }

  /** @param topics that the members want; @param partitionCounts of those that exist */
  lead(topics: readonly string[], partitionCounts: ReadonlyMap<string, number>): void {
    this.follow()
    this.#partitionCounts = partitionCounts
    const others = topics.filter((topic) => !this.#ownTopics.has(topic))
    if (others.length === 0) return
    const settings = {
      topics: others,
      waitForTopics: true,
      follow: true,
      onWaiting: () => {},
      requestTimeoutMs: this.#requestTimeoutMs,
    }
    this.#others = new TopicWatch(this.#cluster, settings, {
      found: async (found) => this.seen(found),
      lost: (topic) => this.lost(topic),
      // The next rebalance looks at the topics anew.
      failed: () => {},
    })
    this.#others.start().catch(() => {})
  }

  /** Somebody else leads, or nobody. */
  follow(): void {
    this.#partitionCounts = undefined
    this.#others?.close()
    this.#others = undefined
  }

  seen(topics: readonly TopicMetadata[]): void {
    const counts = this.#partitionCounts
    if (counts === undefined) return
    if (topics.some(({ name, partitions }) => counts.get(name) !== partitions.length)) this.#changed()
  }

  lost(topic: string): void {
    if (this.#partitionCounts?.has(topic) === true) this.#changed()
  }

  #changed(): void {
    this.follow()
    this.#onChange()
  }
}
