import { type Admin, type ConsumerOptions, RafkaError, type TopicPartition } from '../../src/index.ts'
import type { OffsetRange, Place } from './parse-offsets.ts'

/** What is consumed: topics, and which of their partitions (all when left out). */
export interface Selection {
  readonly topics: readonly string[]
  readonly partitions?: readonly number[] | undefined
}

/** The part of a consumer's options that says what to read, from where to where. Looks up starts where a place counts from them. */
export async function resolvePlaces(
  selection: Selection,
  range: OffsetRange,
  admin: () => Admin,
): Promise<Pick<ConsumerOptions, 'topics' | 'from' | 'positions' | 'to'>> {
  const { topics: names, partitions } = selection
  const topics = names.map((topic) => (partitions === undefined ? topic : { topic, partitions }))
  const { from, to } = range
  if (!countsFromStart(from) && !countsFromStart(to)) return { topics, from, to }
  const starts = await startOffsets(selection, admin())
  const end = countsFromStart(to) ? commonStart(starts) + to.fromStart : to
  if (!countsFromStart(from)) return { topics, from, to: end }
  const positions = starts.map(({ topic, partition, offset }) => ({
    topic,
    partition,
    position: offset + from.fromStart,
  }))
  return { topics, positions, to: end }
}

function countsFromStart(place: Place | undefined): place is { fromStart: number } {
  return typeof place === 'object' && 'fromStart' in place
}

async function startOffsets({ topics, partitions }: Selection, admin: Admin) {
  const described = await admin.describeTopics(topics)
  const wanted: TopicPartition[] = described.flatMap(({ name, partitions: all }) =>
    all
      .filter(({ partition }) => partitions === undefined || partitions.includes(partition))
      .map(({ partition }) => ({ topic: name, partition })),
  )
  return await admin.listOffsets(wanted, 'start')
}

/** A consumer has one end for all partitions, so an end that counts from the start needs them to start together. */
function commonStart(starts: ReadonlyArray<{ readonly offset: number }>): number {
  const first = starts[0]?.offset ?? 0
  if (starts.every(({ offset }) => offset === first)) return first
  throw new RafkaError(
    'INVALID_ARGUMENT',
    '--offset: an end that counts from the start needs partitions that start together',
    {
      details: { hint: 'name one partition with -p' },
    },
  )
}
