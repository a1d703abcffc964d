import type { TopicPartition } from '../../core/consumer.ts'
import type { RafkaError } from '../../core/errors.ts'
import type { TopicMetadata } from '../cluster/metadata.ts'
import type { Committer } from './group-offsets.ts'

/** How a consumer takes part in a group: one implementation per protocol. */
export interface Membership {
  /** Joins, and stays until it is closed. What goes wrong for good is told to the listener. */
  start(): void
  /** Which member it is at the moment. */
  readonly identity: Committer
  /** From now on it wants these. */
  subscribe(topics: readonly string[]): void
  /** The topics are there, maybe with more partitions than before. */
  topicsSeen(topics: readonly TopicMetadata[]): void
  topicLost(topic: string): void
  /** Leaves the group, unless it is a static member. Never throws. */
  close(): Promise<void>
}

/** What a membership tells its consumer. Partitions count as the consumer's from `assigned` until `revoked` or `lost` has settled. */
export interface MembershipListener {
  /** Partitions came, maybe none; it is the first assignment, or another. */
  assigned(partitions: readonly TopicPartition[], signal: AbortSignal): Promise<void>
  /** Partitions are to go: settles when the consumer is done with them. The signal fires when they are lost instead. */
  revoked(partitions: readonly TopicPartition[], signal: AbortSignal): Promise<void>
  /** Partitions are gone. */
  lost(partitions: readonly TopicPartition[]): Promise<void>
  failed(error: RafkaError): void
}
