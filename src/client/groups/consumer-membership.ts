import { randomBytes } from 'node:crypto'
import type { TopicPartition } from '../../core/consumer.ts'
import { RafkaError } from '../../core/errors.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import { consumerGroupHeartbeat } from '../../protocol/apis/consumer-group-heartbeat.ts'
import { errorName } from '../../protocol/error-codes.ts'
import { clientError } from '../client-error.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Coordinator } from '../cluster/coordinator.ts'
import { isWorthRetrying } from '../cluster/retrying.ts'
import type { LoopProgress } from '../consumer/loop-progress.ts'
import { pause } from '../deadline.ts'
import { ending } from '../ending.ts'
import type { Committer } from './group-offsets.ts'
import type { GroupSettings } from './group-settings.ts'
import type { Membership, MembershipListener } from './membership.ts'
import { byTopic, sameNames, without } from './topic-partitions.ts'

/** Epochs with a meaning of their own. */
const JOIN = 0
const LEAVE = -1
const LEAVE_FOR_NOW = -2
/** After these it is no member any more, and joins as a new one. */
const fenced: ReadonlySet<string> = new Set(['UNKNOWN_MEMBER_ID', 'FENCED_MEMBER_EPOCH'])
/** Longest wait for the answer to a goodbye, in ms. */
const LEAVE_TIMEOUT_MS = 5_000

type Targets = NonNullable<ResponseOf<typeof consumerGroupHeartbeat>['assignment']>['topicPartitions']

/**
 * A member of a group of the new protocol (KIP-848). The coordinator shares out; heartbeats bring what this member is to have. It gives up what it is to lose, then takes
 * what it is to get, and says so with the next heartbeat, upon which the coordinator gives what was given up to others.
 */
export class ConsumerMembership implements Membership {
  readonly #cluster: Cluster
  readonly #settings: GroupSettings
  #topics: readonly string[]
  /** What it wants is not what it last said. */
  #wantsElse = false
  readonly #listener: MembershipListener
  readonly #progress: LoopProgress
  readonly #coordinator: Coordinator
  readonly #closing = ending()
  readonly #memberId = randomBytes(16).toString('base64url')
  #running: Promise<void> = Promise.resolve()
  #epoch = JOIN
  #owned: readonly TopicPartition[] = []
  /** What it is to have, by topic id; undefined: not told yet. */
  #targets: Targets | undefined
  /** What it has is not what it last said. */
  #untold = false
  /** What became of the last heartbeat is not known: the next one says everything again, and is told everything. */
  #unsure = false
  #intervalMs: number
  /** Fires when the partitions are lost that it has. */
  #lost = ending()
  #changing: Promise<void> | undefined
  #cutPause = new AbortController()

  constructor(
    cluster: Cluster,
    settings: GroupSettings,
    topics: readonly string[],
    coordinator: Coordinator,
    progress: LoopProgress,
    listener: MembershipListener,
  ) {
    this.#cluster = cluster
    this.#settings = settings
    this.#topics = topics
    this.#listener = listener
    this.#progress = progress
    this.#coordinator = coordinator
    this.#intervalMs = settings.heartbeatIntervalMs
  }

  start(): void {
    this.#running = this.#run()
  }

  get identity(): Committer {
    const joined = this.#epoch > JOIN
    const { instanceId } = this.#settings
    return { generation: joined ? this.#epoch : -1, memberId: joined ? this.#memberId : '', instanceId }
  }

  subscribe(topics: readonly string[]): void {
    if (sameNames(topics, this.#topics)) return
    this.#topics = topics
    this.#wantsElse = true
    this.#cutPause.abort()
  }

  /** The coordinator sees to it. */
  topicsSeen(): void {}

  /** The coordinator sees to it. */
  topicLost(): void {}

  async close(): Promise<void> {
    this.#closing.abort()
    this.#cutPause.abort()
    this.#lost.abort()
    await this.#running
    await this.#changing?.catch(() => {})
    await this.#leave()
  }

  async #run(): Promise<void> {
    try {
      while (!this.#closing.signal.aborted) {
        await this.#beat()
        this.#change()
        await this.#pause()
      }
    } catch (error) {
      this.#fail(error)
    }
  }

  async #pause(): Promise<void> {
    if (this.#closing.signal.aborted) return
    await pause(this.#intervalMs, 'the next heartbeat', this.#cutPause.signal).catch(() => {})
    this.#cutPause = new AbortController()
  }

  #fail(error: unknown): void {
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    this.#listener.failed(clientError(error))
  }

  async #beat(): Promise<void> {
    const { maxPollIntervalMs, sessionTimeoutMs, requestTimeoutMs } = this.#settings
    if (this.#progress.stalledMs(performance.now()) > maxPollIntervalMs) {
      await this.#leave()
      await this.#lose()
      await this.#loopOrEnd()
      if (this.#closing.signal.aborted) return
    }
    const untold = this.#untold
    this.#untold = false
    this.#unsure ||= this.#wantsElse
    this.#wantsElse = false
    let response: ResponseOf<typeof consumerGroupHeartbeat>
    try {
      response = await this.#coordinator.call(consumerGroupHeartbeat, this.#request(this.#epoch, untold), {
        again: this.#request(this.#epoch, true, true),
        errorOf: ({ errorCode }) => errorCode,
        timeoutMs: sessionTimeoutMs,
        requestTimeoutMs: Math.min(requestTimeoutMs, sessionTimeoutMs),
        signal: this.#closing.signal,
      })
    } catch (error) {
      this.#untold ||= untold
      this.#unsure = true
      if (this.#closing.signal.aborted || isWorthRetrying(clientError(error))) return
      throw error
    }
    await this.#digest(response)
  }

  async #digest(response: ResponseOf<typeof consumerGroupHeartbeat>): Promise<void> {
    const error = errorName(response.errorCode)
    if (fenced.has(error)) {
      await this.#lose()
      this.#cutPause.abort()
      return
    }
    if (error !== 'NONE') {
      const { group } = this.#settings
      const message = `group "${group}" refused this member: ${response.errorMessage ?? error}`
      throw new RafkaError(error, message, { details: { group } })
    }
    this.#unsure = false
    this.#epoch = response.memberEpoch
    this.#intervalMs = response.heartbeatIntervalMs
    if (response.assignment !== null) this.#targets = response.assignment.topicPartitions
  }

  /** Everything when it joins or is unsure; else only what has changed. */
  #request(memberEpoch: number, tellsOwned: boolean, isUnsure = this.#unsure) {
    const { group, instanceId, rebalanceTimeoutMs, serverAssignor } = this.#settings
    const saysAll = memberEpoch === JOIN || (memberEpoch > JOIN && isUnsure)
    return consumerGroupHeartbeat.request.create({
      groupId: group,
      memberId: this.#memberId,
      memberEpoch,
      instanceId,
      rebalanceTimeoutMs: saysAll ? rebalanceTimeoutMs : -1,
      subscribedTopicNames: saysAll ? this.#topics : null,
      serverAssignor: saysAll ? serverAssignor : null,
      topicPartitions: saysAll || tellsOwned ? this.#ownedById() : null,
    })
  }

  /** What it has, and what it is about to have: the coordinator gives none of it to others. */
  #ownedById(): Targets {
    const owned = byTopic(this.#owned).flatMap(({ topic, partitions }) => {
      const topicId = this.#cluster.topic(topic)?.topicId
      return topicId === undefined ? [] : [{ topicId, partitions }]
    })
    const all = new Map<string, Set<number>>()
    for (const { topicId, partitions } of [...owned, ...(this.#targets ?? [])]) {
      all.set(topicId, new Set([...(all.get(topicId) ?? []), ...partitions]))
    }
    return [...all].map(([topicId, partitions]) => ({ topicId, partitions: [...partitions] }))
  }

  /** Brings what it has to what it is to have, while heartbeats go on. */
  #change(): void {
    if (this.#changing !== undefined || this.#targets === undefined) return
    const changing = this.#reconcile(this.#targets, this.#lost.signal)
      .catch((error: unknown) => {
        if (!this.#lost.signal.aborted) this.#fail(error)
      })
      .finally(() => {
        if (this.#changing === changing) this.#changing = undefined
      })
    this.#changing = changing
  }

  async #reconcile(targets: Targets, lost: AbortSignal): Promise<void> {
    const target = await this.#named(targets)
    const gone = without(this.#owned, target)
    const before = without(this.#owned, gone)
    if (gone.length > 0) {
      await this.#listener.revoked(gone, lost)
      this.#owned = before
      if (lost.aborted) return
    }
    const added = without(target, before)
    this.#owned = target
    if (added.length > 0 || gone.length > 0 || this.#isNew) {
      this.#isNew = false
      this.#untold = true
      await this.#listener.assigned(added, lost)
      this.#cutPause.abort()
    }
  }

  /** It has not had an assignment yet since it joined. */
  #isNew = true

  /** What cannot be named yet comes with a later heartbeat. */
  async #named(targets: Targets): Promise<TopicPartition[]> {
    const namesById = () =>
      new Map(this.#topics.map((topic) => [this.#cluster.topic(topic)?.topicId ?? '', topic] as const))
    let names = namesById()
    if (targets.some(({ topicId }) => !names.has(topicId))) {
      await this.#cluster.refresh({ topics: this.#topics }).catch(() => undefined)
      names = namesById()
    }
    return targets.flatMap(({ topicId, partitions }) => {
      const topic = names.get(topicId)
      return topic === undefined ? [] : partitions.map((partition) => ({ topic, partition }))
    })
  }

  /** It is no member any more: what it had may be somebody else's. */
  async #lose(): Promise<void> {
    this.#lost.abort()
    await this.#changing
    const owned = this.#owned
    this.#owned = []
    this.#targets = undefined
    this.#untold = false
    this.#isNew = true
    this.#unsure = false
    this.#epoch = JOIN
    this.#lost = ending()
    await this.#listener.lost(owned)
  }

  async #loopOrEnd(): Promise<void> {
    const { signal } = this.#closing
    const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    await Promise.race([this.#progress.back(), ended])
  }

  /** Never throws: a member that does not say goodbye is found missing. */
  async #leave(): Promise<void> {
    if (this.#epoch <= JOIN) return
    const body = this.#request(this.#settings.instanceId === null ? LEAVE : LEAVE_FOR_NOW, false)
    this.#epoch = JOIN
    const bounds = { timeoutMs: LEAVE_TIMEOUT_MS, requestTimeoutMs: LEAVE_TIMEOUT_MS }
    await this.#coordinator
      .call(consumerGroupHeartbeat, body, { ...bounds, errorOf: ({ errorCode }) => errorCode })
      .catch(() => {})
  }
}
