import type { Admin, GroupDescription, TopicPartition } from '../../src/index.ts'
import { topicExtents } from '../topics/topic-extents.ts'

/** How far a group has come in one partition, and who reads it; null: not known, or nobody. */
export interface GroupPartition extends TopicPartition {
  readonly currentOffset: number | null
  readonly logStartOffset: number | null
  readonly logEndOffset: number | null
  readonly lag: number | null
  readonly memberId: string | null
  readonly clientId: string | null
  readonly host: string | null
}

/** The partitions that a group reads or has committed an offset of, in order. */
export async function groupPartitions(admin: Admin, { group, members }: GroupDescription): Promise<GroupPartition[]> {
  const [committed, topics] = await Promise.all([admin.listGroupOffsets(group), admin.listTopics()])
  const offsets = new Map(committed.map((each) => [keyOf(each), each.offset]))
  const readers = new Map(members.flatMap((member) => member.partitions.map((each) => [keyOf(each), member] as const)))
  const places = new Map(
    [...committed, ...members.flatMap(({ partitions }) => partitions)].map((each) => [keyOf(each), each]),
  )
  const existing = new Set(
    topics.flatMap(({ name, partitions }) => partitions.map(({ partition }) => keyOf({ topic: name, partition }))),
  )
  // Of a topic that is gone the broker would only say that.
  const there = [...places.values()].filter((each) => existing.has(keyOf(each)))
  const extents = new Map((await topicExtents(admin, there)).map((each) => [keyOf(each), each]))
  return [...places.values()].sort(inOrder).map(({ topic, partition }) => {
    const key = keyOf({ topic, partition })
    const [current, extent, reader] = [offsets.get(key) ?? null, extents.get(key), readers.get(key)]
    const end = extent?.end ?? null
    return {
      topic,
      partition,
      currentOffset: current,
      logStartOffset: extent?.start ?? null,
      logEndOffset: end,
      lag: current === null || end === null ? null : Math.max(0, end - current),
      memberId: reader?.memberId ?? null,
      clientId: reader?.clientId ?? null,
      host: reader?.host ?? null,
    }
  })
}

/** The sum of the lags that are known. */
export function totalLag(partitions: ReadonlyArray<{ readonly lag: number | null }>): number {
  return partitions.reduce((sum, { lag }) => sum + (lag ?? 0), 0)
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${partition}/${topic}`
}

function inOrder(a: TopicPartition, b: TopicPartition): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1
  return a.partition - b.partition
}
