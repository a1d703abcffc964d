import type { GroupMetadata, Position, TopicPartition } from '../../core/consumer.ts'
import { isRafkaError, RafkaError } from '../../core/errors.ts'
import type { CommittedOffset } from '../../core/group-admin.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { Coordinator } from '../cluster/coordinator.ts'
import type { TopicMetadata } from '../cluster/metadata.ts'
import { partitionKey } from '../consumer/assigned-partition.ts'
import type { Assignment, NewPartition } from '../consumer/assignment.ts'
import type { ConsumerSettings } from '../consumer/consumer-settings.ts'
import type { LoopProgress } from '../consumer/loop-progress.ts'
import type { PartitionSource } from '../consumer/partition-source.ts'
import { TopicWatch, type WatchListener } from '../consumer/topic-watch.ts'
import { withDeadline } from '../deadline.ts'
import { ending } from '../ending.ts'
import { ClassicMembership } from './classic-membership.ts'
import { ConsumerMembership } from './consumer-membership.ts'
import { fetchOffsets, type OffsetToCommit, outsider } from './group-offsets.ts'
import type { GroupSettings } from './group-settings.ts'
import type { Membership, MembershipListener } from './membership.ts'
import { OffsetCommitter } from './offset-committer.ts'

/** Longest look-up of committed offsets, in ms: Java's `default.api.timeout.ms`. */
const FETCH_OFFSETS_TIMEOUT_MS = 60_000
/** Longest last commit, in ms. */
const CLOSE_TIMEOUT_MS = 10_000

/** The partitions that a group gives to a consumer, from where the group stands. */
export class GroupSource implements PartitionSource, WatchListener, MembershipListener {
  readonly #cluster: Cluster
  readonly #settings: ConsumerSettings
  readonly #group: GroupSettings
  readonly #assignment: Assignment
  readonly #progress: LoopProgress
  readonly #coordinator: Coordinator
  readonly #membership: Membership
  readonly #committer: OffsetCommitter
  readonly #watch: TopicWatch
  readonly #closing = ending()
  /** What the group has given. All of it is read, but what does not exist (any more, or yet). */
  readonly #owned = new Map<string, TopicPartition>()
  #assignedOnce = false

  constructor(
    cluster: Cluster,
    settings: ConsumerSettings,
    group: GroupSettings,
    assignment: Assignment,
    progress: LoopProgress,
  ) {
    const topics = [...settings.topics.keys()]
    this.#cluster = cluster
    this.#settings = settings
    this.#group = group
    this.#assignment = assignment
    this.#progress = progress
    this.#coordinator = new Coordinator(cluster, 'group', group.group)
    const Protocol = group.protocol === 'classic' ? ClassicMembership : ConsumerMembership
    this.#membership = new Protocol(cluster, group, topics, this.#coordinator, progress, this)
    this.#committer = new OffsetCommitter(this.#coordinator, group, assignment, () => this.#membership.identity)
    this.#watch = new TopicWatch(cluster, { ...settings, topics, follow: settings.to === undefined }, this)
  }

  async start(): Promise<void> {
    await this.#watch.start()
    if (this.#closing.signal.aborted) return
    this.#membership.start()
    this.#committer.start()
  }

  get waiting(): boolean {
    return !this.#assignedOnce || this.#watch.waiting
  }

  get metadata(): GroupMetadata {
    return { group: this.#group.group, ...this.#membership.identity }
  }

  unknownTopic(topic: string): void {
    this.#watch.suspect(topic)
  }

  commit(offsets: readonly OffsetToCommit[]): Promise<void> {
    return this.#committer.commit(offsets)
  }

  committed(partitions: readonly TopicPartition[]): Promise<CommittedOffset[]> {
    return this.#stored(partitions, this.#closing.signal)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#watch.close()
    this.#committer.stop()
    const owned = [...this.#owned.values()]
    if (owned.length > 0) {
      await this.#committer.commitHandled(undefined, { timeoutMs: CLOSE_TIMEOUT_MS })
      await Promise.resolve(this.#group.onRevoked(owned)).catch(() => {})
    }
    await this.#membership.close()
  }

  /** Part of `WatchListener`. */
  async found(topics: readonly TopicMetadata[]): Promise<void> {
    await this.#read([...this.#owned.values()], this.#closing.signal)
    if (this.#settings.matching !== undefined) this.#membership.subscribe(this.#watch.names)
    this.#membership.topicsSeen(topics)
  }

  /** Part of `WatchListener`: the leader sees to it that the group shares out anew. */
  lost(topic: string): void
  /** Part of `MembershipListener`. */
  lost(partitions: readonly TopicPartition[]): Promise<void>
  lost(what: string | readonly TopicPartition[]): Promise<void> | undefined {
    if (typeof what !== 'string') return this.#lost(what)
    this.#assignment.remove(this.#assignment.among().filter(({ topic }) => topic === what))
    this.#membership.topicLost(what)
    return undefined
  }

  /** Part of both. */
  failed(error: RafkaError): void {
    this.#assignment.failed(error)
  }

  /** Part of `MembershipListener`. */
  async assigned(partitions: readonly TopicPartition[], signal: AbortSignal): Promise<void> {
    const first = !this.#assignedOnce
    for (const each of partitions) this.#owned.set(partitionKey(each), each)
    if (partitions.length > 0) await this.#group.onAssigned(partitions)
    await this.#read(partitions, AbortSignal.any([signal, this.#closing.signal]), first)
    this.#assignedOnce = true
    this.#assignment.changed()
  }

  /** Part of `MembershipListener`. */
  async revoked(partitions: readonly TopicPartition[], signal: AbortSignal): Promise<void> {
    const reading = this.#assignment.among(partitions)
    this.#assignment.hold(reading)
    const either = AbortSignal.any([signal, this.#closing.signal])
    const patience = { timeoutMs: this.#group.rebalanceTimeoutMs, signal: either, awaited: 'the loop' }
    // Who is not done in time may find that others did it too.
    await withDeadline(patience, () => this.#progress.doneWith(new Set(reading))).catch(() => {})
    if (this.#closing.signal.aborted) return
    if (!signal.aborted) await this.#committer.commitHandled(reading, { signal: either })
    if (signal.aborted) {
      await this.#lost(partitions)
      return
    }
    await this.#group.onRevoked(partitions)
    this.#drop(partitions)
  }

  async #lost(partitions: readonly TopicPartition[]): Promise<void> {
    this.#drop(partitions)
    if (partitions.length > 0) await this.#group.onLost(partitions)
  }

  #drop(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) this.#owned.delete(partitionKey(each))
    this.#assignment.remove(partitions)
  }

  /** Begins to read what of these is there and is not read yet. */
  async #read(partitions: readonly TopicPartition[], signal: AbortSignal, first = false): Promise<void> {
    const fresh = partitions.filter((each) => !this.#assignment.has(each))
    const unknown = fresh.filter(({ topic, partition }) => this.#cluster.leaderOf(topic, partition) === undefined)
    if (unknown.length > 0) {
      const topics = [...new Set(unknown.map(({ topic }) => topic))]
      await this.#cluster.refresh({ topics }).catch(() => undefined)
    }
    // A topic that went meanwhile is the watch's affair.
    const there = fresh.filter(({ topic, partition }) => this.#cluster.leaderOf(topic, partition) !== undefined)
    for (const { topic } of fresh) if (!there.some((each) => each.topic === topic)) this.#watch.suspect(topic)
    if (there.length === 0) return
    try {
      await this.#assignment.add(await this.#begins(there, first, signal), signal)
    } catch (error) {
      if (signal.aborted) return
      if (!isRafkaError(error, 'UNKNOWN_TOPIC_OR_PARTITION') || typeof error.details.topic !== 'string') throw error
      const { topic } = error.details
      this.#watch.suspect(topic)
      await this.#read(
        there.filter((each) => each.topic !== topic),
        signal,
        first,
      )
    }
  }

  async #begins(partitions: readonly TopicPartition[], first: boolean, signal: AbortSignal): Promise<NewPartition[]> {
    const stored = new Map(
      (await this.#stored(partitions, signal)).map((each) => [partitionKey(each), each.offset] as const),
    )
    const { from, positions, to, ends, reset } = this.#settings
    return partitions.map(({ topic, partition }) => {
      const key = partitionKey({ topic, partition })
      const committed = stored.get(key) ?? -1
      const wished = first ? (positions.get(key) ?? from) : undefined
      return {
        topic,
        topicId: this.#cluster.topic(topic)?.topicId ?? '',
        partition,
        begin: wished ?? this.#goOn(topic, partition, committed),
        end: ends.get(key) ?? to,
        whenGone: reset,
        committed,
      }
    })
  }

  /** @throws RafkaError `OFFSET_OUT_OF_RANGE` when there is no offset and none is to be made up */
  #goOn(topic: string, partition: number, committed: number): Position {
    if (committed >= 0) return committed
    const { reset } = this.#settings
    if (reset !== 'fail') return reset
    const message = `group "${this.#group.group}" has no offset of ${topic}-${partition}, and reset is "fail"`
    throw new RafkaError('OFFSET_OUT_OF_RANGE', message, { details: { topic, partition } })
  }

  #stored(partitions: readonly TopicPartition[], signal: AbortSignal): Promise<CommittedOffset[]> {
    const stable = this.#settings.isolation === 'read_committed'
    const bounds = { timeoutMs: FETCH_OFFSETS_TIMEOUT_MS, signal }
    return fetchOffsets(this.#coordinator, outsider, partitions, stable, bounds)
  }
}
