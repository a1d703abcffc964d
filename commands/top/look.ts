import type { Admin } from '../../src/index.ts'
import { bytesIn, compactedTopics, perTopic, recordsIn, topicExtents } from '../topics/topic-extents.ts'
import { type GroupProgress, groupProgress, lagByTopic } from './group-progress.ts'

/** A topic at one time. */
export interface TopicLook {
  readonly partitions: number
  readonly records: number | null
  readonly compacted: boolean
  /** Sum of end offsets: what came in ever. */
  readonly ends: number
  readonly sizeBytes: number | null
  /** What the group that is farthest behind has yet to read; null where none reads it. */
  readonly lag: number | null
}

/** All topics and groups at one time. */
export interface Look {
  readonly atMs: number
  readonly brokers: number
  readonly topics: ReadonlyMap<string, TopicLook>
  /** undefined where it is not known. */
  readonly groups: GroupProgress | undefined
}

/** Asks the cluster how far everything is. */
export async function look(admin: Admin, internal: boolean): Promise<Look> {
  const [{ brokers }, all] = await Promise.all([admin.describeCluster(), admin.listTopics()])
  const listed = all.filter((topic) => internal || !topic.internal)
  const partitions = listed.flatMap(({ name, partitions: each }) =>
    each.map(({ partition }) => ({ topic: name, partition })),
  )
  const names = listed.map(({ name }) => name)
  const [extents, sizes, compacted, groups] = await Promise.all([
    topicExtents(admin, partitions),
    admin.partitionSizes(partitions),
    compactedTopics(admin, names),
    groupProgress(admin),
  ])
  const byPlace = new Map(extents.map((each) => [`${each.partition}/${each.topic}`, each]))
  const lags = groups && lagByTopic(groups, (topic, partition) => byPlace.get(`${partition}/${topic}`))
  const [extentsOf, sizesOf] = [perTopic(extents), perTopic(sizes)]
  const topics = listed.map(({ name, partitions: each }) => {
    const own = extentsOf(name)
    const found: TopicLook = {
      partitions: each.length,
      records: recordsIn(own),
      compacted: compacted.has(name),
      ends: own.reduce((sum, { end }) => sum + (end ?? 0), 0),
      sizeBytes: bytesIn(sizesOf(name)),
      lag: lags?.get(name) ?? null,
    }
    return [name, found] as const
  })
  return { atMs: performance.now(), brokers: brokers.length, topics: new Map(topics), groups }
}
