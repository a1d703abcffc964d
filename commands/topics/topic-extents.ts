import { type Admin, isRafkaError, type TopicPartition } from '../../src/index.ts'
import type { Cell } from '../output/report.ts'

/** First offset, and the one after the last; null where it is not known. */
export interface Extent extends TopicPartition {
  readonly start: number | null
  readonly end: number | null
}

/** Where each partition begins and ends. */
export async function topicExtents(admin: Admin, partitions: readonly TopicPartition[]): Promise<Extent[]> {
  if (partitions.length === 0) return []
  const [starts, ends] = await Promise.all([
    admin.listOffsets(partitions, 'start'),
    admin.listOffsets(partitions, 'end'),
  ])
  const startOf = offsetsByPartition(starts)
  const endOf = offsetsByPartition(ends)
  return partitions.map(({ topic, partition }) => {
    const name = `${partition}/${topic}`
    return { topic, partition, start: startOf.get(name) ?? null, end: endOf.get(name) ?? null }
  })
}

function offsetsByPartition(offsets: ReadonlyArray<TopicPartition & { readonly offset: number }>): Map<string, number> {
  return new Map(
    offsets
      .filter(({ offset }) => offset >= 0)
      .map(({ topic, partition, offset }) => [`${partition}/${topic}`, offset]),
  )
}

/** Looks up what belongs to a topic, of what was asked for all of them. */
export function perTopic<Item extends { readonly topic: string }>(
  items: readonly Item[],
): (topic: string) => readonly Item[] {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const group = groups.get(item.topic)
    if (group === undefined) groups.set(item.topic, [item])
    else group.push(item)
  }
  return (topic) => groups.get(topic) ?? []
}

/** Offsets between start and end: as many records, unless some were compacted away. null when any is not known. */
export function recordsIn(extents: readonly Extent[]): number | null {
  let sum = 0
  for (const { start, end } of extents) {
    if (start === null || end === null) return null
    sum += end - start
  }
  return sum
}

/** The topics of which records are compacted away, so that offsets tell no more than how many they can be; none where the broker may not tell. */
export async function compactedTopics(admin: Admin, names: readonly string[]): Promise<Set<string>> {
  try {
    const policies = await admin.topicConfig(names, 'cleanup.policy')
    return new Set([...policies].flatMap(([name, policy]) => (policy?.includes('compact') === true ? [name] : [])))
  } catch (error) {
    if (isRafkaError(error, 'TOPIC_AUTHORIZATION_FAILED') || isRafkaError(error, 'UNSUPPORTED_VERSION'))
      return new Set()
    throw error
  }
}

/** A count of records for a table. */
export function recordsCell(records: number | null, compacted: boolean): Cell {
  return compacted && records !== null && records > 0 ? { about: records } : records
}

/** Bytes of partitions together; null when any is not known. */
export function bytesIn(sizes: ReadonlyArray<{ readonly sizeBytes: number | null }>): number | null {
  let sum = 0
  for (const { sizeBytes } of sizes) {
    if (sizeBytes === null) return null
    sum += sizeBytes
  }
  return sum
}
