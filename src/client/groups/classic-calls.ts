import type { TopicPartition } from '../../core/consumer.ts'
import { type ErrorName, RafkaError } from '../../core/errors.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import { joinGroup } from '../../protocol/apis/join-group.ts'
import { leaveGroup } from '../../protocol/apis/leave-group.ts'
import { syncGroup } from '../../protocol/apis/sync-group.ts'
import { encodeSubscription } from '../../protocol/consumer-protocol.ts'
import { errorName } from '../../protocol/error-codes.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { Coordinator } from '../cluster/coordinator.ts'
import type { Lane } from '../cluster/lane.ts'
import type { Committer } from './group-offsets.ts'
import type { GroupSettings } from './group-settings.ts'
import { byTopic } from './topic-partitions.ts'

/** Name of the protocol that consumers speak among each other. */
const PROTOCOL_TYPE = 'consumer'
/** Longer than the broker waits for the other members, in ms: Java's. */
const GRACE_MS = 5_000
/** Longest time without an answer from any broker, in ms. */
const GIVE_UP_MS = 60_000
/** Longest wait for the answer to LeaveGroup, in ms: a member that is not taken out is found missing. */
const LEAVE_TIMEOUT_MS = 5_000

/** The requests of a member of a classic group. Those that wait for other members have connections of their own: nothing else has to wait behind them. */
export class ClassicCalls {
  readonly #cluster: Cluster
  readonly #settings: GroupSettings
  readonly #coordinator: Coordinator
  readonly #lane: Lane
  readonly #patient: Coordinator
  readonly #signal: AbortSignal

  /** @param coordinator for what is answered at once; @param signal ends those that wait */
  constructor(cluster: Cluster, settings: GroupSettings, coordinator: Coordinator, signal: AbortSignal) {
    this.#cluster = cluster
    this.#settings = settings
    this.#coordinator = coordinator
    this.#lane = cluster.lane()
    this.#patient = new Coordinator(cluster, 'group', settings.group, this.#lane)
    this.#signal = signal
  }

  /**
   * Settles when the group has come together.
   * @returns the answer, also with MEMBER_ID_REQUIRED
   * @throws RafkaError for any other error
   */
  async join(
    memberId: string,
    topics: readonly string[],
    owned: readonly TopicPartition[],
    last: { readonly partitions: readonly TopicPartition[]; readonly generation: number },
  ): Promise<ResponseOf<typeof joinGroup>> {
    const { group, assignors, instanceId, sessionTimeoutMs, rebalanceTimeoutMs } = this.#settings
    const protocols = assignors.map((assignor) => ({
      name: assignor.name,
      metadata: encodeSubscription({
        topics,
        userData: assignor.userData(last.partitions, last.generation),
        ownedPartitions: byTopic(owned),
        generationId: last.generation,
      }),
    }))
    const body = joinGroup.request.create({
      groupId: group,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      memberId,
      groupInstanceId: instanceId,
      protocolType: PROTOCOL_TYPE,
      protocols,
    })
    const response = await this.#patient.call(joinGroup, body, this.#patience)
    const error = errorName(response.errorCode)
    if (error === 'NONE' || error === 'MEMBER_ID_REQUIRED') return response
    throw this.refused('to join', error)
  }

  /** Settles when the leader has shared out. */
  async sync(
    { generation, memberId, instanceId }: Committer,
    protocolName: string | null,
    assignments: ReadonlyArray<{ memberId: string; assignment: Buffer }>,
  ): Promise<ResponseOf<typeof syncGroup>> {
    const body = syncGroup.request.create({
      groupId: this.#settings.group,
      generationId: generation,
      memberId,
      groupInstanceId: instanceId,
      protocolType: PROTOCOL_TYPE,
      protocolName,
      assignments,
    })
    const response = await this.#patient.call(syncGroup, body, this.#patience)
    const error = errorName(response.errorCode)
    if (error === 'NONE') return response
    throw this.refused('its assignment', error)
  }

  /** Never throws. */
  async leave(memberId: string, reason: string): Promise<void> {
    const body = leaveGroup.request.create({
      groupId: this.#settings.group,
      memberId,
      members: [{ memberId, groupInstanceId: null, reason }],
    })
    const bounds = { timeoutMs: LEAVE_TIMEOUT_MS, requestTimeoutMs: LEAVE_TIMEOUT_MS, errorOf }
    await this.#coordinator.call(leaveGroup, body, bounds).catch(() => {})
  }

  async close(): Promise<void> {
    await this.#cluster.releaseLane(this.#lane)
  }

  /** What the coordinator refused a member. */
  refused(what: string, error: ErrorName): RafkaError {
    const { group, instanceId } = this.#settings
    const reason =
      error === 'FENCED_INSTANCE_ID' ? `${error}: another consumer uses the group instance id "${instanceId}"` : error
    return new RafkaError(error, `group "${group}" refused this member ${what}: ${reason}`, { details: { group } })
  }

  get #patience() {
    const requestTimeoutMs = this.#settings.rebalanceTimeoutMs + GRACE_MS
    return { requestTimeoutMs, timeoutMs: requestTimeoutMs + GIVE_UP_MS, signal: this.#signal, errorOf }
  }
}

function errorOf({ errorCode }: { readonly errorCode: number }): number {
  return errorCode
}
