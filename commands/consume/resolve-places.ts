import type { Admin, ConsumerOptions, Position, TopicPartition } from '../../src/index.ts'
import type { ConsumeRange } from './consume-request.ts'
import type { Place } from './parse-offsets.ts'
import { selectedPartitions } from './partition-extents.ts'

/** What is consumed: topics, and which of their partitions (all when left out). */
export interface Selection {
  readonly topics: readonly string[]
  readonly partitions?: readonly number[] | undefined
}

/** The part of a consumer's options that says what to read, from where to where. Looks up starts where a place counts from them. */
export async function resolvePlaces(
  selection: Selection,
  { from, to }: ConsumeRange,
  admin: () => Admin,
): Promise<Pick<ConsumerOptions, 'topics' | 'from' | 'positions' | 'to' | 'ends'>> {
  const { topics: names, partitions } = selection
  const topics = names.map((topic) => (partitions === undefined ? topic : { topic, partitions }))
  if (!countsFromStart(from) && !countsFromStart(to)) return { topics, from, to }
  const starts = await startOffsets(selection, admin())
  const counted = ({ fromStart }: { readonly fromStart: number }) =>
    starts.map(({ topic, partition, offset }) => ({ topic, partition, position: offset + fromStart }))
  const begin: { from?: Position | 'stored'; positions?: PartitionPositions } = countsFromStart(from)
    ? { positions: counted(from) }
    : { from }
  return countsFromStart(to) ? { topics, ...begin, to: 'end', ends: counted(to) } : { topics, ...begin, to }
}

type PartitionPositions = Array<TopicPartition & { readonly position: number }>

function countsFromStart(place: Place | 'stored' | undefined): place is { fromStart: number } {
  return typeof place === 'object' && 'fromStart' in place
}

async function startOffsets(selection: Selection, admin: Admin) {
  return await admin.listOffsets(await selectedPartitions(selection, admin), 'start')
}
