import type { RequestContext } from '../../src/core/broker.ts'
import type { RequestOf, ResponseOf } from '../../src/protocol/api.ts'
import { describeGroups } from '../../src/protocol/apis/describe-groups.ts'
import { heartbeat } from '../../src/protocol/apis/heartbeat.ts'
import { joinGroup } from '../../src/protocol/apis/join-group.ts'
import { leaveGroup } from '../../src/protocol/apis/leave-group.ts'
import { offsetCommit } from '../../src/protocol/apis/offset-commit.ts'
import { offsetFetch } from '../../src/protocol/apis/offset-fetch.ts'
import { syncGroup } from '../../src/protocol/apis/sync-group.ts'
import { encodeSubscription } from '../../src/protocol/consumer-protocol.ts'
import { errorName } from '../../src/protocol/error-codes.ts'
import { zeroUuid } from '../../src/protocol/uuid.ts'
import type { BrokerFixture } from './broker-fixture.ts'
import { quiet } from './pending.ts'

type ErrorName = ReturnType<typeof errorName>
type WithError<T> = T & { readonly error: ErrorName }
export type Joined = WithError<ResponseOf<typeof joinGroup>>
type Context = Partial<RequestContext>

/** Protocols by name, with what the member tells the leader. */
export type Protocols = Readonly<Record<string, string | Buffer>>

export interface JoinOptions extends Context {
  readonly memberId?: string
  readonly instanceId?: string | null
  readonly protocolType?: string
  readonly protocols?: Protocols
  readonly sessionTimeoutMs?: number
  readonly rebalanceTimeoutMs?: number
}

/** A member and the generation it is in. */
export interface Membership {
  readonly memberId: string
  readonly generationId: number
  readonly instanceId?: string | null
}

export interface CommitOptions extends Context {
  readonly topic?: string
  readonly partition?: number
  readonly member?: Membership
  readonly metadata?: string | null
  readonly leaderEpoch?: number
  readonly retentionTimeMs?: number
}

/** Requests to one classic group, in the form in which most tests want them. */
export class GroupClient {
  readonly broker: BrokerFixture
  readonly groupId: string

  constructor(broker: BrokerFixture, groupId = 'g') {
    this.broker = broker
    this.groupId = groupId
  }

  async join(options: JoinOptions = {}): Promise<Joined> {
    const { memberId = '', instanceId = null, protocolType = 'consumer', protocols = subscribed('t') } = options
    const { sessionTimeoutMs = 10_000, rebalanceTimeoutMs = 60_000, ...context } = options
    const request = joinGroup.request.create({
      groupId: this.groupId,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      memberId,
      groupInstanceId: instanceId,
      protocolType,
      protocols: Object.entries(protocols).map(([name, metadata]) => ({ name, metadata: Buffer.from(metadata) })),
    })
    return withError(await this.broker.ask(joinGroup, request, context))
  }

  /** Joins as a new dynamic member does: asks for an id, then joins with it. */
  async joinNew(options: JoinOptions = {}): Promise<Joined> {
    const { memberId } = await this.join(options)
    return this.join({ ...options, memberId })
  }

  async sync(
    { memberId, generationId, instanceId = null }: Membership,
    assignments: Protocols = {},
    fields: Partial<RequestOf<typeof syncGroup>> = {},
  ): Promise<WithError<ResponseOf<typeof syncGroup>>> {
    const request = syncGroup.request.create({
      groupId: this.groupId,
      memberId,
      generationId,
      groupInstanceId: instanceId,
      assignments: Object.entries(assignments).map(([id, assignment]) => ({
        memberId: id,
        assignment: Buffer.from(assignment),
      })),
      ...fields,
    })
    return withError(await this.broker.ask(syncGroup, request))
  }

  async heartbeat({ memberId, generationId, instanceId = null }: Membership): Promise<ErrorName> {
    const { groupId } = this
    const request = heartbeat.request.create({ groupId, memberId, generationId, groupInstanceId: instanceId })
    return errorName((await this.broker.ask(heartbeat, request)).errorCode)
  }

  /** @returns the error of each member */
  async leave(...members: Array<{ memberId?: string; instanceId?: string | null }>): Promise<ErrorName[]> {
    const request = leaveGroup.request.create({
      groupId: this.groupId,
      members: members.map(({ memberId = '', instanceId = null }) => ({
        memberId,
        groupInstanceId: instanceId,
        reason: null,
      })),
    })
    const answer = await this.broker.ask(leaveGroup, request)
    if (answer.errorCode !== 0) throw new Error(errorName(answer.errorCode))
    return answer.members.map(({ errorCode }) => errorName(errorCode))
  }

  async commit(offset: number, options: CommitOptions = {}): Promise<ErrorName> {
    const { topic = 't', partition = 0, member, metadata = null, leaderEpoch = -1, ...rest } = options
    const { retentionTimeMs = -1, ...context } = rest
    const request = offsetCommit.request.create({
      groupId: this.groupId,
      generationIdOrMemberEpoch: member?.generationId ?? -1,
      memberId: member?.memberId ?? '',
      groupInstanceId: member?.instanceId ?? null,
      retentionTimeMs,
      topics: [
        {
          name: topic,
          topicId: zeroUuid,
          partitions: [
            {
              partitionIndex: partition,
              committedOffset: offset,
              committedLeaderEpoch: leaderEpoch,
              committedMetadata: metadata,
            },
          ],
        },
      ],
    })
    const answer = await this.broker.ask(offsetCommit, request, { version: 9, ...context })
    return errorName(answer.topics[0]!.partitions[0]!.errorCode)
  }

  /** All that is committed, or one partition. */
  async committed(topic?: string, partition = 0, requireStable = false) {
    const topics = topic === undefined ? null : [{ name: topic, topicId: zeroUuid, partitionIndexes: [partition] }]
    const group = { groupId: this.groupId, memberId: null, memberEpoch: -1, topics }
    const request = offsetFetch.request.create({ groups: [group], requireStable })
    const { groups } = await this.broker.ask(offsetFetch, request, { version: 9 })
    return groups[0]!.topics.flatMap(({ name, partitions }) =>
      partitions.map((one) => ({
        topic: name,
        partition: one.partitionIndex,
        offset: one.committedOffset,
        leaderEpoch: one.committedLeaderEpoch,
        metadata: one.metadata,
        error: errorName(one.errorCode),
      })),
    )
  }

  async describe(version = 5) {
    const request = describeGroups.request.create({ groups: [this.groupId] })
    const { groups } = await this.broker.ask(describeGroups, request, { version })
    return withError(groups[0]!)
  }

  async state(): Promise<string> {
    return (await this.describe()).groupState
  }

  /** Joins `count` new members at once and syncs them: the group is stable. The leader comes first. */
  async form(count: number, options: JoinOptions | ((index: number) => JoinOptions) = {}): Promise<Joined[]> {
    const joins = Array.from({ length: count }, (_, index) => {
      const ours = typeof options === 'function' ? options(index) : options
      return ours.instanceId == null ? this.joinNew(ours) : this.join(ours)
    })
    await quiet()
    this.broker.clock.advance(firstRoundMs)
    const members = await Promise.all(joins)
    await this.syncAll(members)
    return members.sort((a, b) => Number(b.memberId === b.leader) - Number(a.memberId === a.leader))
  }

  /** Syncs all members of a generation, each with its own id as its assignment. */
  async syncAll(members: readonly Joined[]): Promise<void> {
    const assignments = Object.fromEntries(members.map(({ memberId }) => [memberId, memberId]))
    await Promise.all(members.map((member) => this.sync(member, member.memberId === member.leader ? assignments : {})))
  }
}

/** What the first rebalance of a group takes, by default, when all members come at once: the delay, and again for those who came during it. */
export const firstRoundMs = 6000

/** One protocol whose metadata subscribes to these topics. */
export function subscribed(...topics: string[]): Protocols {
  return { range: encodeSubscription({ topics }) }
}

function withError<T extends { errorCode: number }>(answer: T): WithError<T> {
  return { ...answer, error: errorName(answer.errorCode) }
}
