import { type Admin, isRafkaError } from '../../src/index.ts'
import type { Extent } from '../topics/topic-extents.ts'

/** How far each group has come, by `group/partition/topic`. */
export type GroupProgress = ReadonlyMap<string, GroupPlace>

/** The next offset that a group wants of a partition. */
interface GroupPlace {
  readonly group: string
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** A look asks of each group; with more of them than this it asks of none. */
const MOST_GROUPS = 200

/** What groups have committed; undefined where the broker may not tell, or there are too many groups. */
export async function groupProgress(admin: Admin): Promise<GroupProgress | undefined> {
  try {
    const groups = await admin.listGroups()
    if (groups.length > MOST_GROUPS) return undefined
    const byPlace = new Map<string, GroupPlace>()
    await Promise.all(
      groups.map(async ({ group }) => {
        for (const { topic, partition, offset } of await admin.listGroupOffsets(group)) {
          if (offset >= 0) byPlace.set(`${group}/${partition}/${topic}`, { group, topic, partition, offset })
        }
      }),
    )
    return byPlace
  } catch (error) {
    if (isRafkaError(error)) return undefined
    throw error
  }
}

/** Records of each topic that groups have read from one look to the next: what they committed. Of a group that was sent back, none. */
export function readBetween(before: GroupProgress, now: GroupProgress): Map<string, number> {
  const read = new Map<string, number>()
  for (const [place, { topic, offset }] of now) {
    const earlier = before.get(place)?.offset ?? offset
    read.set(topic, (read.get(topic) ?? 0) + Math.max(0, offset - earlier))
  }
  return read
}

/** The lag in each topic of the group that is farthest behind, in records that are still there; `extentOf` knows where partitions begin and end. */
export function lagByTopic(
  progress: GroupProgress,
  extentOf: (topic: string, partition: number) => Extent | undefined,
): Map<string, number> {
  const lags = new Map<string, { readonly topic: string; lag: number }>()
  for (const { group, topic, partition, offset } of progress.values()) {
    const { start, end } = extentOf(topic, partition) ?? {}
    if (start == null || end == null) continue
    const key = `${group}/${topic}`
    const lag = (lags.get(key)?.lag ?? 0) + Math.max(0, end - Math.max(start, offset))
    lags.set(key, { topic, lag })
  }
  const worst = new Map<string, number>()
  for (const { topic, lag } of lags.values()) worst.set(topic, Math.max(lag, worst.get(topic) ?? 0))
  return worst
}
