import type { Admin } from '../core/admin.ts'
import { RafkaError } from '../core/errors.ts'

/** One partition: its first offset, and the one after its last. */
export interface Extent {
  readonly partition: number
  readonly start: number
  readonly end: number
}

/** Where each partition of these topics begins and ends now. */
export async function topicExtents(
  admin: Admin,
  topics: ReadonlyArray<{ readonly name: string; readonly partitions: ReadonlyArray<{ readonly partition: number }> }>,
): Promise<Map<string, Extent[]>> {
  const asked = topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partition }) => ({ topic: name, partition })),
  )
  const extents = new Map<string, Extent[]>(topics.map(({ name }) => [name, []]))
  if (asked.length === 0) return extents
  const [starts, ends] = await Promise.all([admin.listOffsets(asked, 'start'), admin.listOffsets(asked, 'end')])
  const endOf = new Map(ends.map(({ topic, partition, offset }) => [`${partition}/${topic}`, offset]))
  for (const { topic, partition, offset: start } of starts) {
    const end = endOf.get(`${partition}/${topic}`) ?? -1
    if (start < 0 || end < 0) {
      const message = `${topic}-${partition} has no leader that tells where it begins and ends`
      throw new RafkaError('LEADER_NOT_AVAILABLE', message, { details: { topic, partition } })
    }
    extents.get(topic)?.push({ partition, start, end })
  }
  for (const each of extents.values()) each.sort((a, b) => a.partition - b.partition)
  return extents
}
