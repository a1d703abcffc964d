import { RafkaError } from '../../core/errors.ts'
import { backoffMs, retryBackoff } from '../backoff.ts'
import { clientError } from '../client-error.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { type TopicMetadata, topicError } from '../cluster/metadata.ts'
import { pause } from '../deadline.ts'
import { ending } from '../ending.ts'

/** What is to be watched. */
export interface WatchSettings {
  readonly topics: readonly string[]
  /** Topics beside these that matter once they are there. */
  readonly matching?: ((topic: string) => boolean) | undefined
  /** A topic that does not exist is waited for. */
  readonly waitForTopics: boolean
  /** New partitions matter. */
  readonly follow: boolean
  readonly onWaiting: (topic: string) => void
  readonly requestTimeoutMs: number
}

/** What a watch tells its consumer. */
export interface WatchListener {
  /** These topics exist; maybe they have more partitions than before. `late`: since the watch began. */
  found(topics: readonly TopicMetadata[], late: boolean): Promise<void>
  /** A topic was deleted; it is waited for again. */
  lost(topic: string): void
  failed(error: RafkaError): void
}

/** How often topics that are followed are looked at for new partitions, in ms. */
const LOOK_EVERY_MS = 30_000
/** Times in a row that a topic has to be missing before it counts as deleted: brokers that start do not know all yet. */
const MISSING_TIMES = 3
/** Longest time without an answer, in ms. */
const GIVE_UP_MS = 60_000

/** Looks out for topics: waits for those that do not exist, finds those that match, notices new partitions, and tells when one was deleted. Creates none. */
export class TopicWatch {
  readonly #cluster: Cluster
  readonly #settings: WatchSettings
  readonly #listener: WatchListener
  readonly #closing = ending()
  /** Ids of the topics that were found. */
  readonly #found = new Map<string, string>()
  readonly #missing = new Set<string>()
  /** How often each was missing though it had been found. */
  readonly #suspected = new Map<string, number>()
  #cutPause = new AbortController()
  #late = false
  #watching = false

  constructor(cluster: Cluster, settings: WatchSettings, listener: WatchListener) {
    this.#cluster = cluster
    this.#settings = settings
    this.#listener = listener
  }

  /** Topics that were named, and those that match as far as they are there. */
  get names(): string[] {
    return [...new Set([...this.#settings.topics, ...this.#found.keys()])]
  }

  /** Topics that are waited for. */
  get waiting(): boolean {
    return this.#missing.size > 0
  }

  /**
   * Looks for the first time; goes on looking in the background if there is anything to look for.
   * @throws RafkaError `UNKNOWN_TOPIC_OR_PARTITION` for a topic that does not exist and is not to be waited for
   */
  async start(): Promise<void> {
    const { requestTimeoutMs, topics } = this.#settings
    const awaited = topics.length === 1 ? `topic "${topics[0]}"` : 'the topics'
    const bounds = { awaited, timeoutMs: requestTimeoutMs, signal: this.#closing.signal }
    await this.#digest(await this.#cluster.retry(bounds, (remainingMs) => this.#ask(remainingMs)))
    this.#late = true
    void this.#watch()
  }

  /** A broker does not know this topic any more: look soon. */
  suspect(topic: string): void {
    if (!this.#suspected.has(topic)) this.#suspected.set(topic, 0)
    this.#cutPause.abort()
    void this.#watch()
  }

  close(): void {
    this.#closing.abort()
    this.#cutPause.abort()
  }

  /** Nothing to read yet, or less than was wished for. */
  get #isAmiss(): boolean {
    const hasNone = this.#settings.matching !== undefined && this.#found.size === 0
    return this.waiting || this.#suspected.size > 0 || hasNone
  }

  get #hasToLook(): boolean {
    return !this.#closing.signal.aborted && (this.#settings.follow || this.#isAmiss)
  }

  async #watch(): Promise<void> {
    if (this.#watching) return
    this.#watching = true
    try {
      for (let rounds = 1; this.#hasToLook; rounds += 1) {
        if (!this.#isAmiss) rounds = 0
        await this.#pause(rounds)
        if (this.#hasToLook) await this.#digest(await this.#askPatiently())
      }
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#listener.failed(clientError(error))
    }
    this.#watching = false
  }

  #askPatiently(): Promise<readonly TopicMetadata[]> {
    const bounds = { awaited: 'an answer from the broker', timeoutMs: GIVE_UP_MS, signal: this.#closing.signal }
    return this.#cluster.retry(bounds, (remainingMs) =>
      this.#ask(Math.min(remainingMs, this.#settings.requestTimeoutMs)),
    )
  }

  /** Short and growing while something is amiss. */
  async #pause(rounds: number): Promise<void> {
    const calm = rounds === 0
    if (calm) this.#cutPause = new AbortController()
    const delayMs = calm ? LOOK_EVERY_MS : backoffMs(retryBackoff, rounds)
    await pause(delayMs, 'topics', calm ? this.#cutPause.signal : this.#closing.signal).catch(() => {})
  }

  /** What the cluster says of the topics; an error of one that may be gone the next time is thrown. */
  async #ask(timeoutMs: number): Promise<readonly TopicMetadata[]> {
    const { topics: named, matching } = this.#settings
    const { topics } = await this.#cluster.refresh({ topics: matching === undefined ? named : null, timeoutMs })
    for (const topic of topics) {
      if (matching !== undefined && !named.includes(topic.name) && !this.#found.has(topic.name)) continue
      const error = topic.error === 'UNKNOWN_TOPIC_OR_PARTITION' ? undefined : topicError(topic)
      if (error !== undefined) throw error
    }
    return topics
  }

  async #digest(topics: readonly TopicMetadata[]): Promise<void> {
    const answers = new Map(topics.map((topic) => [topic.name, topic]))
    const existing: TopicMetadata[] = []
    for (const name of new Set([...this.names, ...this.#matching(topics)])) {
      const topic = answers.get(name)
      if (topic === undefined || topic.error !== 'NONE') this.#isMissing(name)
      else if (this.#isThere(topic)) existing.push(topic)
    }
    await this.#listener.found(existing, this.#late)
    for (const { name } of existing) this.#missing.delete(name)
  }

  #matching(topics: readonly TopicMetadata[]): string[] {
    const { matching } = this.#settings
    if (matching === undefined) return []
    return topics
      .filter(({ name, internal, error }) => error === 'NONE' && !internal && matching(name))
      .map(({ name }) => name)
  }

  #isThere({ name, topicId }: TopicMetadata): boolean {
    this.#suspected.delete(name)
    const before = this.#found.get(name)
    if (before !== undefined && before !== topicId) this.#isLost(name)
    this.#found.set(name, topicId)
    return !this.#closing.signal.aborted
  }

  #isMissing(name: string): void {
    if (this.#missing.has(name)) return
    if (this.#found.has(name)) {
      const times = (this.#suspected.get(name) ?? 0) + 1
      this.#suspected.set(name, times)
      if (times >= MISSING_TIMES) this.#isLost(name)
      return
    }
    this.#awaitTopic(name, `topic "${name}" does not exist`)
  }

  #isLost(name: string): void {
    this.#found.delete(name)
    this.#suspected.delete(name)
    // Where it is not waited for, this throws: then its partitions must not seem to be read to their end, as they would without it.
    if (this.#settings.topics.includes(name)) this.#awaitTopic(name, `topic "${name}" was deleted while it was read`)
    this.#listener.lost(name)
  }

  #awaitTopic(name: string, message: string): void {
    if (!this.#settings.waitForTopics) {
      throw new RafkaError('UNKNOWN_TOPIC_OR_PARTITION', message, { details: { topic: name } })
    }
    this.#missing.add(name)
    this.#settings.onWaiting(name)
  }
}
