import { RafkaError } from '../../../core/errors.ts'
import type { GroupOffsets } from '../offsets/group-offsets.ts'
import type { ConsumerMember, Standing } from './consumer-member.ts'
import { PartitionOwners } from './partition-owners.ts'

/** As Kafka names them (`ConsumerGroupState`). A group that is `Dead` is deleted. */
export type ConsumerGroupState = 'Empty' | 'Assigning' | 'Reconciling' | 'Stable' | 'Dead'

/** The topics that a group reads and that exist: how many partitions each has, by topic id. */
export type SeenTopics = ReadonlyMap<string, number>

/** A group begins with it, so that its first members come to the next one. */
const FIRST_EPOCH = 1

/**
 * A group of the new protocol (KIP-848): who is in it, and which assignment they are on their way to. It decides nothing by itself: the rules
 * are in `heartbeat.ts` and its neighbours.
 */
export class ConsumerGroup {
  readonly type = 'consumer'
  readonly protocolType = 'consumer'
  readonly id: string
  readonly offsets: GroupOffsets
  readonly owners = new PartitionOwners()
  /** Grows with every change of members, their subscriptions, or their topics. */
  epoch = FIRST_EPOCH
  /** The group epoch that the targets were computed for. */
  assignmentEpoch = 0
  /** Names of the topics that its members read, whether they exist or not. */
  topics: ReadonlySet<string> = new Set()
  /** What the group epoch was raised for, so that a change is told from none after a restart. */
  seenTopics: SeenTopics = new Map()
  /** `Topics.revision` when it last looked; -1: look again. */
  seenRevision = -1
  /** The assignment epoch of the last rebalance that hooks were told of. */
  announcedEpoch = 0
  isDeleted = false
  readonly #members = new Map<string, ConsumerMember>()
  readonly #instances = new Map<string, string>()

  constructor(id: string, offsets: GroupOffsets) {
    this.id = id
    this.offsets = offsets
  }

  /** By id, in order of arrival. */
  get members(): ReadonlyMap<string, ConsumerMember> {
    return this.#members
  }

  get state(): ConsumerGroupState {
    if (this.isDeleted) return 'Dead'
    if (this.#members.size === 0) return 'Empty'
    if (this.epoch > this.assignmentEpoch) return 'Assigning'
    for (const member of this.#members.values()) if (!member.hasReached(this.assignmentEpoch)) return 'Reconciling'
    return 'Stable'
  }

  add(member: ConsumerMember): void {
    this.#members.set(member.id, member)
    if (member.instanceId !== null) this.#instances.set(member.instanceId, member.id)
    this.owners.move(member.id, undefined, member.standing)
    this.seenRevision = -1
  }

  remove(member: ConsumerMember): void {
    member.cancelTimers()
    this.#members.delete(member.id)
    if (member.instanceId !== null && this.#instances.get(member.instanceId) === member.id) {
      this.#instances.delete(member.instanceId)
    }
    this.owners.move(member.id, member.standing, undefined)
    this.seenRevision = -1
  }

  /** Brings a member to another standing. */
  move(member: ConsumerMember, standing: Standing): void {
    this.owners.move(member.id, member.standing, standing)
    member.standing = standing
  }

  memberOfInstance(instanceId: string): ConsumerMember | undefined {
    return this.#members.get(this.#instances.get(instanceId) ?? '')
  }

  /**
   * The member of this id.
   * @throws RafkaError `UNKNOWN_MEMBER_ID`; `FENCED_INSTANCE_ID` when another process has taken its instance id
   */
  member(memberId: string, instanceId: string | null): ConsumerMember {
    const found = instanceId === null ? this.#members.get(memberId) : this.memberOfInstance(instanceId)
    if (found === undefined) {
      const who = instanceId === null ? `member "${memberId}"` : `instance "${instanceId}"`
      throw new RafkaError('UNKNOWN_MEMBER_ID', `group "${this.id}" has no ${who}`)
    }
    if (found.id !== memberId) {
      throw new RafkaError(
        'FENCED_INSTANCE_ID',
        `group "${this.id}": instance "${instanceId}" is now another member; "${memberId}" was replaced`,
      )
    }
    return found
  }
}
