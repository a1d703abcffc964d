import type { TopicPartition } from '../../core/consumer.ts'
import { isRafkaError, RafkaError } from '../../core/errors.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import { heartbeat } from '../../protocol/apis/heartbeat.ts'
import type { joinGroup } from '../../protocol/apis/join-group.ts'
import { decodeAssignment } from '../../protocol/consumer-protocol.ts'
import { errorName } from '../../protocol/error-codes.ts'
import { backoffMs, retryBackoff } from '../backoff.ts'
import { clientError } from '../client-error.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Coordinator } from '../cluster/coordinator.ts'
import type { TopicMetadata } from '../cluster/metadata.ts'
import { isWorthRetrying } from '../cluster/retrying.ts'
import type { LoopProgress } from '../consumer/loop-progress.ts'
import { pause } from '../deadline.ts'
import { ending } from '../ending.ts'
import { ClassicCalls } from './classic-calls.ts'
import { type EndReason, GenerationEnd } from './generation-end.ts'
import type { Committer } from './group-offsets.ts'
import type { GroupSettings } from './group-settings.ts'
import { Heartbeats } from './heartbeats.ts'
import { LeaderWatch } from './leader-watch.ts'
import type { Membership, MembershipListener } from './membership.ts'
import { readMembers, shareOut } from './share-out.ts'
import { fromTopics, sameNames, without } from './topic-partitions.ts'

/** What errors of the group mean for a member; any other is the end of it. */
const reasons: ReadonlyMap<string, EndReason> = new Map([
  ['REBALANCE_IN_PROGRESS', 'rebalance'],
  ['ILLEGAL_GENERATION', 'generation lost'],
  ['UNKNOWN_MEMBER_ID', 'member lost'],
])

/**
 * A member of a classic group: joins, syncs, and sends heartbeats until the group rebalances; then anew.
 *
 * With assignors that are all cooperative it keeps its partitions while it rejoins, gives up those that the new assignment lacks, and rejoins once more so that
 * they can go to others (KIP-429). With any other it gives up all before it rejoins.
 */
export class ClassicMembership implements Membership {
  readonly #cluster: Cluster
  readonly #settings: GroupSettings
  #topics: readonly string[]
  readonly #listener: MembershipListener
  readonly #progress: LoopProgress
  readonly #coordinator: Coordinator
  readonly #calls: ClassicCalls
  readonly #heartbeats: Heartbeats
  readonly #leaderWatch: LeaderWatch
  readonly #closing = ending()
  #running: Promise<void> = Promise.resolve()
  #memberId = ''
  #generation = -1
  #owned: readonly TopicPartition[] = []
  /** What it had when it last had an assignment, and of which generation: the sticky assignors ask for it. */
  #last: { readonly partitions: readonly TopicPartition[]; readonly generation: number } = {
    partitions: [],
    generation: -1,
  }
  #end = new GenerationEnd()
  /** The loop did not come back in time: no member until it does. */
  #stalled = false
  #failures = 0

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
    this.#calls = new ClassicCalls(cluster, settings, coordinator, this.#closing.signal)
    this.#heartbeats = new Heartbeats(
      (signal) => this.#beat(signal),
      (error) => this.#beatFailed(error),
    )
    const { requestTimeoutMs } = settings
    this.#leaderWatch = new LeaderWatch(cluster, requestTimeoutMs, topics, () => this.#end.report('rebalance'))
  }

  start(): void {
    this.#running = this.#run()
  }

  get identity(): Committer {
    return { generation: this.#generation, memberId: this.#memberId, instanceId: this.#settings.instanceId }
  }

  subscribe(topics: readonly string[]): void {
    if (sameNames(topics, this.#topics)) return
    this.#topics = topics
    this.#leaderWatch.watchedAnyway(topics)
    this.#end.report('rebalance')
  }

  topicsSeen(topics: readonly TopicMetadata[]): void {
    this.#leaderWatch.seen(topics)
  }

  topicLost(topic: string): void {
    this.#leaderWatch.lost(topic)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#heartbeats.stop()
    this.#leaderWatch.follow()
    await this.#running
    await this.#calls.close()
    await this.#leave('the consumer was closed')
  }

  async #run(): Promise<void> {
    try {
      while (!this.#closing.signal.aborted) await this.#live()
    } catch (error) {
      this.#heartbeats.stop()
      if (!this.#closing.signal.aborted) this.#listener.failed(clientError(error))
    }
  }

  /** One generation, from what has to be done before it to its end. */
  async #live(): Promise<void> {
    await this.#giveUp()
    if (this.#stalled) await this.#untilClosed(this.#progress.back())
    this.#stalled = false
    if (this.#closing.signal.aborted) return
    const end = new GenerationEnd()
    this.#end = end
    this.#heartbeats.stop()
    try {
      await this.#take(await this.#rejoin(), end)
      this.#failures = 0
    } catch (error) {
      await this.#recover(clientError(error), end)
    }
    await this.#untilClosed(end.reached())
  }

  /** Lets go of what the end of the generation demands. */
  async #giveUp(): Promise<void> {
    const { reason, lost } = this.#end
    const owned = this.#owned
    if (reason === undefined || reason === 'rebalance') {
      if (this.#isCooperative || owned.length === 0) return
      this.#owned = []
      await this.#listener.revoked(owned, lost.signal)
    } else {
      this.#heartbeats.stop()
      this.#owned = []
      await this.#listener.lost(owned)
    }
    if (lost.signal.aborted) this.#forget()
  }

  /** It is no member of the generation any more, or no member at all. */
  #forget(): void {
    this.#heartbeats.stop()
    this.#generation = -1
    if (this.#end.reason === 'member lost') this.#memberId = ''
    // Somebody else may have had them since.
    this.#last = { partitions: [], generation: -1 }
  }

  get #isCooperative(): boolean {
    return this.#settings.assignors.every(({ cooperative }) => cooperative)
  }

  /** @returns its new assignment */
  async #rejoin(): Promise<TopicPartition[]> {
    this.#leaderWatch.follow()
    const joined = await this.#join()
    this.#memberId = joined.memberId
    this.#generation = joined.generationId
    this.#heartbeats.start(this.#settings.heartbeatIntervalMs)
    const assignments = joined.leader === joined.memberId ? await this.#lead(joined) : []
    const synced = await this.#calls.sync(this.identity, joined.protocolName, assignments)
    const { assignedPartitions } = decodeAssignment(synced.assignment)
    return fromTopics(assignedPartitions).filter(({ topic }) => this.#topics.includes(topic))
  }

  /** A new member is told its id first and joins with it (KIP-394): so the broker forgets it sooner should it not come back. */
  async #join(): Promise<ResponseOf<typeof joinGroup>> {
    for (;;) {
      const owned = this.#isCooperative ? this.#owned : []
      const joined = await this.#calls.join(this.#memberId, this.#topics, owned, this.#last)
      if (errorName(joined.errorCode) === 'NONE') return joined
      this.#memberId = joined.memberId
    }
  }

  async #lead(joined: ResponseOf<typeof joinGroup>): Promise<Array<{ memberId: string; assignment: Buffer }>> {
    const members = readMembers(joined.members)
    const topics = [...new Set(members.flatMap((member) => member.topics))]
    const partitionCounts = await this.#countPartitions(topics.length === 0 ? this.#topics : topics)
    this.#leaderWatch.lead(topics, partitionCounts)
    // The answer to a static member that came back: the others keep what they have (KIP-814).
    if (joined.skipAssignment) return []
    const assignor = this.#settings.assignors.find(({ name }) => name === joined.protocolName)
    if (assignor !== undefined) return shareOut(assignor, members, partitionCounts)
    const message = `group "${this.#settings.group}" chose "${joined.protocolName}", which this member did not offer`
    throw new RafkaError('INCONSISTENT_GROUP_PROTOCOL', message)
  }

  /** Topics that do not exist, or cannot be led yet, are left out: the watch tells when they come. */
  async #countPartitions(topics: readonly string[]): Promise<Map<string, number>> {
    const { requestTimeoutMs } = this.#settings
    const bounds = { awaited: 'the topics of the group', timeoutMs: requestTimeoutMs, signal: this.#closing.signal }
    const answer = await this.#cluster.retry(bounds, (timeoutMs) => this.#cluster.refresh({ topics, timeoutMs }))
    const existing = answer.topics.filter(({ error }) => error === 'NONE')
    return new Map(existing.map(({ name, partitions }) => [name, partitions.length]))
  }

  async #take(partitions: readonly TopicPartition[], end: GenerationEnd): Promise<void> {
    const before = this.#owned
    const gone = without(before, partitions)
    this.#owned = without(before, gone)
    if (gone.length > 0) await this.#listener.revoked(gone, end.lost.signal)
    if (end.lost.signal.aborted) return
    this.#owned = partitions
    this.#last = { partitions, generation: this.#generation }
    // What was given up is for others to take, in another round.
    if (gone.length > 0) end.report('rebalance')
    await this.#listener.assigned(without(partitions, before), end.lost.signal)
  }

  async #recover(error: RafkaError, end: GenerationEnd): Promise<void> {
    if (this.#closing.signal.aborted || end.lost.signal.aborted) return
    const reason = reasons.get(error.code)
    if (reason === undefined) throw error
    end.report(reason)
    this.#failures += 1
    await pause(backoffMs(retryBackoff, this.#failures), 'the group', this.#closing.signal).catch(() => {})
  }

  async #beat(signal: AbortSignal): Promise<void> {
    const end = this.#end
    const { group, instanceId, sessionTimeoutMs, requestTimeoutMs, maxPollIntervalMs } = this.#settings
    if (this.#progress.stalledMs(performance.now()) > maxPollIntervalMs) {
      this.#stalled = true
      await this.#leave(`the loop worked on one thing for more than ${maxPollIntervalMs} ms`)
      end.report('member lost')
      return
    }
    const { memberId, generation } = this.identity
    const body = heartbeat.request.create({
      groupId: group,
      generationId: generation,
      memberId,
      groupInstanceId: instanceId,
    })
    const { errorCode } = await this.#coordinator.call(heartbeat, body, {
      errorOf: (response) => response.errorCode,
      timeoutMs: sessionTimeoutMs,
      requestTimeoutMs: Math.min(requestTimeoutMs, sessionTimeoutMs),
      signal,
    })
    const error = errorName(errorCode)
    if (error === 'NONE' || end !== this.#end) return
    const reason = reasons.get(error)
    if (reason === undefined) throw this.#calls.refused('a heartbeat', error)
    end.report(reason)
  }

  #beatFailed(error: RafkaError): void {
    if (isWorthRetrying(error) || isRafkaError(error, 'CANCELLED')) return
    this.#heartbeats.stop()
    this.#listener.failed(error)
  }

  /** A static member stays: it may come back. */
  async #leave(reason: string): Promise<void> {
    const memberId = this.#memberId
    this.#memberId = ''
    this.#generation = -1
    if (memberId !== '' && this.#settings.instanceId === null) await this.#calls.leave(memberId, reason)
  }

  /** Settles with `event`, or when the membership is closed. */
  async #untilClosed(event: Promise<void>): Promise<void> {
    const { signal } = this.#closing
    if (signal.aborted) return
    let onAbort = () => {}
    const closed = new Promise<void>((resolve) => {
      onAbort = resolve
      signal.addEventListener('abort', onAbort, { once: true })
    })
    await Promise.race([event, closed])
    signal.removeEventListener('abort', onAbort)
  }
}
