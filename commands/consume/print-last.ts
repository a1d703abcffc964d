import type { Admin, FetchedChunk, TopicPartition } from '../../src/index.ts'
import { consumerLimits } from '../consumer-limits.ts'
import type { CommandContext } from '../context.ts'
import type { ConsumeRequest } from './consume-request.ts'
import { NewestRecords } from './newest-records.ts'
import { partitionExtents } from './partition-extents.ts'
import { type ReadingEnd, readChunks } from './read-chunks.ts'
import { RecordOutput } from './record-output.ts'
import { reportEnd } from './report-end.ts'

/** Each time that there was too little in a stretch of a log, the next one back is so many times as long. */
const WIDEN_BY = 4

/** How far back a partition was looked at. */
interface Stretch extends TopicPartition {
  readonly start: number
  /** From here on it was looked at. */
  from: number
  /** Records that were wanted. */
  found: number
  offsets: number
}

/**
 * Prints the last so many records of all partitions together, in order of their time, up to what is the end now. Compaction, transactions and filters
 * leave gaps in the offsets, so each partition is read backwards, stretch by stretch, until it has given enough. @returns the exit code
 */
export async function printLast(context: CommandContext, request: ConsumeRequest, count: number): Promise<number> {
  const { rafka } = await context.session()
  const stretches = await stretchesOf(request, rafka.admin())
  const newest = new NewestRecords(count)
  let ended: ReadingEnd = { atEnd: true, signal: undefined }
  for (let offsets = count; ended.atEnd; offsets *= WIDEN_BY) {
    const wanting = stretches.filter(({ found, from, start }) => found < count && from > start)
    if (wanting.length === 0) break
    ended = await readStretches(context, request, wanting, offsets, newest)
  }
  using output = new RecordOutput(context, { ...request, filter: undefined, limit: undefined })
  if (ended.signal === undefined) {
    for (const { record, source } of newest.inOrder()) {
      output.print(record, source)
      if (output.isFull) await output.flush()
    }
  }
  await output.finish()
  return await reportEnd(context, request, ended, { records: output.records, partitions: stretches.length })
}

async function stretchesOf(request: ConsumeRequest, admin: Admin): Promise<Stretch[]> {
  const extents = await partitionExtents(request, admin)
  return extents.map(({ topic, partition, start, end }) => ({
    topic,
    partition,
    start,
    from: end,
    found: 0,
    offsets: 0,
  }))
}

async function readStretches(
  context: CommandContext,
  { filter, idleMs, isolation }: ConsumeRequest,
  stretches: readonly Stretch[],
  offsets: number,
  newest: NewestRecords,
): Promise<ReadingEnd> {
  const { rafka } = await context.session()
  const ends = stretches.map(({ topic, partition, from }) => ({ topic, partition, position: from }))
  for (const stretch of stretches) stretch.from = Math.max(stretch.start, stretch.from - offsets)
  const consumer = rafka.consumer({
    ...consumerLimits(await context.config()),
    isolation,
    topics: stretches.map(({ topic, partition }) => ({ topic, partitions: [partition] })),
    positions: stretches.map(({ topic, partition, from }) => ({ topic, partition, position: from })),
    to: 'end',
    ends,
  })
  const byPlace = new Map(stretches.map((stretch) => [`${stretch.partition}/${stretch.topic}`, stretch]))
  const visit = async (chunk: FetchedChunk) => {
    const { topic, partition, logStart, lastStable, highWatermark } = chunk
    const source = { topic, partition, logStart, lastStable, highWatermark }
    const stretch = byPlace.get(`${partition}/${topic}`)!
    const cursor = chunk.cursor()
    while (cursor.next()) {
      if (filter !== undefined && !filter(cursor, chunk)) continue
      stretch.found += 1
      newest.add(cursor, source)
    }
    return true
  }
  return await readChunks(context, consumer, { idleMs, follows: false }, visit)
}
