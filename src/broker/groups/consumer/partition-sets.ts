/** Partitions by topic id. No topic is there without a partition. */
export type PartitionSet = ReadonlyMap<string, ReadonlySet<number>>

/** Partitions that a member has, by topic id, each with the member epoch at which it was given. */
export type Holdings = ReadonlyMap<string, ReadonlyMap<number, number>>

/** Partitions as requests and answers list them. */
export interface TopicPartitions {
  readonly topicId: string
  readonly partitions: readonly number[]
}

/** Nothing: one object, so that it equals itself. */
export const noHoldings: Holdings = new Map()

/** For an answer, in order of partition. */
export function listed(partitions: PartitionSet | Holdings): TopicPartitions[] {
  return [...partitions].map(([topicId, numbers]) => ({
    topicId,
    partitions: [...numbers.keys()].sort((a, b) => a - b),
  }))
}

/** From a request or the store. A topic may be listed twice. */
export function partitionSet(topics: readonly TopicPartitions[]): PartitionSet {
  const set = new Map<string, Set<number>>()
  for (const { topicId, partitions } of topics) {
    if (partitions.length === 0) continue
    const ofTopic = set.get(topicId) ?? new Set()
    for (const partition of partitions) ofTopic.add(partition)
    set.set(topicId, ofTopic)
  }
  return set
}

/** Whether all of `part` is in `whole`. */
export function isWithin(part: PartitionSet, whole: Holdings): boolean {
  for (const [topicId, partitions] of part) {
    const held = whole.get(topicId)
    for (const partition of partitions) if (held?.has(partition) !== true) return false
  }
  return true
}

/** Whether some partition is in both. */
export function overlaps(some: PartitionSet, others: Holdings): boolean {
  for (const [topicId, partitions] of some) {
    const held = others.get(topicId)
    for (const partition of partitions) if (held?.has(partition) === true) return true
  }
  return false
}

/** Whether both have the same partitions. */
export function samePartitions(one: PartitionSet | Holdings, other: PartitionSet | Holdings): boolean {
  if (one.size !== other.size) return false
  for (const [topicId, partitions] of one) {
    const others = other.get(topicId)
    if (others === undefined || others.size !== partitions.size) return false
    for (const partition of partitions.keys()) if (!others.has(partition)) return false
  }
  return true
}

/** What is in either. */
export function union(one: Holdings, other: Holdings): PartitionSet {
  return partitionSet([...listed(one), ...listed(other)])
}
