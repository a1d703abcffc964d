import type { TopicPartition } from '../../core/consumer.ts'
import type { TopicPartitions } from '../../protocol/consumer-protocol.ts'
import { partitionKey } from '../consumer/assigned-partition.ts'

/** Partitions grouped by their topic, as the wire has them. */
export function byTopic(partitions: Iterable<TopicPartition>): TopicPartitions[] {
  const topics = new Map<string, number[]>()
  for (const { topic, partition } of partitions) {
    const theirs = topics.get(topic)
    if (theirs === undefined) topics.set(topic, [partition])
    else theirs.push(partition)
  }
  return [...topics].map(([topic, theirs]) => ({ topic, partitions: theirs }))
}

/** The same, one by one. */
export function fromTopics(topics: readonly TopicPartitions[]): TopicPartition[] {
  return topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })))
}

/** Those of `partitions` that are not among `others`. */
export function without(partitions: readonly TopicPartition[], others: readonly TopicPartition[]): TopicPartition[] {
  const keys = new Set(others.map(partitionKey))
  return partitions.filter((partition) => !keys.has(partitionKey(partition)))
}

/** Whether two lists have the same names, in any order. */
export function sameNames(one: readonly string[], other: readonly string[]): boolean {
  const names = new Set(one)
  return names.size === new Set(other).size && other.every((name) => names.has(name))
}
