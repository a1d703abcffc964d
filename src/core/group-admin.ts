import type { TopicPartition } from './consumer.ts'
import type { ErrorName } from './errors.ts'

/** What was wrong with one item of an admin call; null: nothing. */
type ItemError = { readonly code: ErrorName; readonly message: string } | null

/** One group, as ListGroups tells it. */
export interface GroupListing {
  readonly group: string
  /** Kafka's word: `Stable`, `Empty`, `PreparingRebalance`, … */
  readonly state: string
  /** `classic`, `consumer` (KIP-848), or what a later Kafka calls it; brokers before 3.8 know no other than `classic`. */
  readonly type: string
  /** `consumer`, `connect`, …; empty for a group that has committed offsets and never had a member. */
  readonly protocolType: string
}

/** One group, with its members. */
export interface GroupDescription extends GroupListing {
  /** How partitions are shared out: `range`, `uniform`, …; empty while that is not decided. */
  readonly assignor: string
  /** The node that looks after it. */
  readonly coordinator: number
  readonly members: readonly GroupMemberDescription[]
  /** `GROUP_ID_NOT_FOUND` when there is no such group; null when there is. */
  readonly error: ItemError
}

export interface GroupMemberDescription {
  readonly memberId: string
  /** Of a static member. */
  readonly instanceId: string | null
  readonly clientId: string
  /** Where it connects from. */
  readonly host: string
  /** What it reads now. */
  readonly partitions: readonly TopicPartition[]
}

/** An offset that a group has committed. */
export interface CommittedOffset extends TopicPartition {
  /** Of the next record to be read; -1: none was committed. */
  readonly offset: number
  /** What the committer wrote beside it. */
  readonly metadata: string | null
}

/** What became of one partition in a call about the offsets of a group. */
export interface GroupOffsetResult extends TopicPartition {
  readonly error: ItemError
}

/** Manages groups and their offsets: the part of `Admin` that is about them. */
export interface GroupAdmin {
  /** All groups of all nodes, by name. States and types as in `GroupListing`, any case; all when left out. */
  listGroups(filter?: {
    readonly states?: readonly string[]
    readonly types?: readonly string[]
  }): Promise<GroupListing[]>
  /** In the order of `groups`; a group that is not there has an error. */
  describeGroups(groups: readonly string[]): Promise<GroupDescription[]>
  /** Deletes groups with their offsets. `NON_EMPTY_GROUP` for one with members, `GROUP_ID_NOT_FOUND`. */
  deleteGroups(groups: readonly string[]): Promise<Array<{ readonly name: string; readonly error: ItemError }>>
  /**
   * How far a group has come: the partitions asked for, in their order, or all that it has committed, by topic and partition.
   * @throws RafkaError when a partition's offset could not be read
   */
  listGroupOffsets(group: string, partitions?: readonly TopicPartition[]): Promise<CommittedOffset[]>
  /** Sets offsets of a group without members, and creates it if need be. `UNKNOWN_MEMBER_ID` where it has members. */
  alterGroupOffsets(
    group: string,
    offsets: ReadonlyArray<TopicPartition & { readonly offset: number; readonly metadata?: string | undefined }>,
  ): Promise<GroupOffsetResult[]>
  /** Forgets offsets. `GROUP_SUBSCRIBED_TO_TOPIC` where members read the topic. @throws RafkaError `GROUP_ID_NOT_FOUND` */
  deleteGroupOffsets(group: string, partitions: readonly TopicPartition[]): Promise<GroupOffsetResult[]>
}
