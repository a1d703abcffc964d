import type { PartitionSet } from '../partition-sets.ts'

/** One that partitions are shared out to. */
export interface AssignorMember {
  readonly id: string
  readonly instanceId: string | null
  /** Ids of the topics that it reads; all exist. */
  readonly topicIds: ReadonlySet<string>
  /** What it was to have before. */
  readonly target: PartitionSet
}

/** What members are to have, by member id. Who gets nothing may be missing. */
export type Targets = ReadonlyMap<string, PartitionSet>

/**
 * Shares out partitions: each of a topic that somebody reads to exactly one of those who read it.
 * @param partitionCounts by topic id
 */
export type Assignor = (members: readonly AssignorMember[], partitionCounts: ReadonlyMap<string, number>) => Targets

/** Targets as they grow. */
export class TargetsBuilder {
  readonly targets = new Map<string, Map<string, Set<number>>>()

  give(memberId: string, topicId: string, partition: number): void {
    const topics = this.targets.get(memberId) ?? new Map<string, Set<number>>()
    this.targets.set(memberId, topics)
    const partitions = topics.get(topicId) ?? new Set<number>()
    topics.set(topicId, partitions.add(partition))
  }
}

/** Members of each topic, in the order of the members. */
export function readersByTopic(members: readonly AssignorMember[]): Map<string, AssignorMember[]> {
  const readers = new Map<string, AssignorMember[]>()
  for (const member of members) {
    for (const topicId of member.topicIds) {
      const ofTopic = readers.get(topicId)
      if (ofTopic === undefined) readers.set(topicId, [member])
      else ofTopic.push(member)
    }
  }
  return readers
}
