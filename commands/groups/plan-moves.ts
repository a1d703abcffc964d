import { type Admin, RafkaError, type TopicPartition } from '../../src/index.ts'
import type { Place } from '../consume/parse-offsets.ts'
import { topicExtents } from '../topics/topic-extents.ts'
import { namedPartitions } from './parse-topics.ts'
import type { GivenOffset } from './read-offsets.ts'

/** Where to: a place in each partition, so many records from where the group stands, where another group stands, or given offsets. */
export type Target =
  | { readonly place: Place }
  | { readonly shiftBy: number }
  | { readonly group: string }
  | { readonly offsets: readonly GivenOffset[] }

/** What becomes of one partition. */
export interface Move extends TopicPartition {
  /** null: the group has none yet. */
  readonly prior: number | null
  readonly next: number
}

/**
 * Where a group would go on in each partition, within what the log holds. `topics` are those of `--topics`; left out: all that the group has
 * committed, or that the target names.
 * @throws RafkaError `GROUP_ID_NOT_FOUND` where there is nothing to move, `UNKNOWN_TOPIC_OR_PARTITION`
 */
export async function planMoves(
  admin: Admin,
  group: string,
  target: Target,
  topics: readonly string[] | undefined,
): Promise<Move[]> {
  const named = topics === undefined ? undefined : await namedPartitions(admin, topics)
  const given = await givenOffsets(admin, target)
  const partitions = given === undefined ? named : given.filter((each) => named?.some(isSame(each)) ?? true)
  if (partitions?.length === 0)
    throw new RafkaError('INVALID_ARGUMENT', 'no offset was given for the partitions of --topics')
  const committed = await admin.listGroupOffsets(group, partitions)
  if (committed.length === 0) throw withoutOffsets(group)
  const extents = await topicExtents(admin, committed)
  const place = 'place' in target ? target.place : undefined
  const found = typeof place === 'object' && 'timestamp' in place ? await admin.listOffsets(committed, place) : []
  return committed.map(({ topic, partition, offset }, index) => {
    const start = extents[index]?.start ?? 0
    const end = extents[index]?.end ?? start
    const atTime = found[index]?.offset ?? -1
    const wanted =
      place === undefined
        ? (given?.find(isSame({ topic, partition }))?.offset ?? shifted(target, offset, start))
        : offsetOf(place, start, end, atTime)
    const next = Math.max(start, Math.min(end, wanted))
    return { topic, partition, prior: offset < 0 ? null : offset, next }
  })
}

/** Offsets that the target names itself; of another group, those in topics that are still there. */
async function givenOffsets(admin: Admin, target: Target): Promise<readonly GivenOffset[] | undefined> {
  if ('offsets' in target) return target.offsets
  if (!('group' in target)) return undefined
  const committed = (await admin.listGroupOffsets(target.group)).filter(({ offset }) => offset >= 0)
  if (committed.length === 0) throw withoutOffsets(target.group)
  const topics = new Set((await admin.listTopics()).map(({ name }) => name))
  return committed.filter(({ topic }) => topics.has(topic))
}

function isSame({ topic, partition }: TopicPartition): (other: TopicPartition) => boolean {
  return (other) => other.topic === topic && other.partition === partition
}

function withoutOffsets(group: string): RafkaError {
  return new RafkaError('GROUP_ID_NOT_FOUND', `group "${group}" has committed no offsets`, {
    details: { group, hint: 'rafka groups list shows the groups; --topics TOPIC sets offsets for a new one' },
  })
}

/** A partition without an offset is read from its start. */
function shifted(target: Target, offset: number, start: number): number {
  return (offset < 0 ? start : offset) + ('shiftBy' in target ? target.shiftBy : 0)
}

function offsetOf(place: Place, start: number, end: number, atTime: number): number {
  if (place === 'start') return start
  if (place === 'end') return end
  if (typeof place === 'number') return place
  if ('fromStart' in place) return start + place.fromStart
  if ('fromEnd' in place) return end - place.fromEnd
  return atTime < 0 ? end : atTime
}
