import type { Admin } from '../core/admin.ts'
import type { FetchedChunk } from '../core/consumer.ts'
import { isRafkaError } from '../core/errors.ts'
import type { RecordCursor } from '../core/message.ts'
import type { ConsumerOptions, Rafka } from '../core/rafka.ts'
import { type Interval, type IntervalSet, includes, intersectionOf, unionOf } from './interval-set.ts'
import type { ScanRequest } from './messages.ts'
import type { Page } from './page.ts'
import { PageBuilder } from './page-builder.ts'
import type { Range } from './text/table-ranges.ts'
import type { Extent } from './topic-extents.ts'

/** How to fetch, where it differs from what a consumer does. */
export type FetchLimits = Pick<
  ConsumerOptions,
  'prefetchBytes' | 'maxPartitionBytes' | 'requestTimeoutMs' | 'checkCrc' | 'maxWaitMs' | 'minBytes'
>

/** Offsets between two pieces that are worth reading, rather than beginning anew behind them. */
const WORTH_READING = 1000
/** What a fetch for a few records asks for, for each of them; a batch comes whole even if it is larger. */
const BYTES_PER_RECORD = 1024
const MIN_FETCH_BYTES = 16 * 1024
const MAX_FETCH_BYTES = 4 * 1024 * 1024

/**
 * Reads what a statement wants of a topic, partition after partition, in the order of offsets. `extents` says where the topic ends for the
 * statement: what comes later is not seen. Ends early, without an error, when the signal fires.
 */
export async function* scanTopic(
  rafka: Rafka,
  { topic, columns, ranges, edge }: ScanRequest,
  extents: readonly Extent[],
  limits: FetchLimits,
  signal: AbortSignal,
): AsyncIterable<Page> {
  for (const { partition, start, end } of extents) {
    if (signal.aborted) return
    const here = ranges.filter((range) => includes(range.partition, partition))
    if (start === end || here.length === 0) continue
    const begins = await Promise.all(here.map((range) => beginOf(rafka.admin(), topic, partition, range)))
    const wanted = here.flatMap((range, index) => intersectionOf(range.offset, [{ min: begins[index]!, max: end - 1 }]))
    const pieces = intersectionOf(unionOf(wanted), [{ min: start, max: end - 1 }])
    // Where records are counted, none may be among them that SQLite leaves out.
    const matches = edge === undefined ? matcherOf(here) : ({ offset }: RecordCursor) => includes(pieces, offset)
    const source = { topic, partition, builder: new PageBuilder(partition, columns), matches }
    const read = (some: IntervalSet) => readPieces(rafka, source, some, limits, signal)
    if (edge === undefined) yield* read(pieces)
    else if (edge.end === 'first') yield* upTo(edge.count, read(pieces))
    else yield* lastOf(edge.count, pieces, read)
  }
}

/** Pages until there are `count` records. */
async function* upTo(count: number, pages: AsyncIterable<Page>): AsyncIterable<Page> {
  let left = count
  if (left === 0) return
  for await (const page of pages) {
    yield page
    left -= page.count
    if (left <= 0) return
  }
}

/** The last `count` records of the pieces, and some before them: longer and longer stretches, from the end on, since offsets may have gaps. */
async function* lastOf(
  count: number,
  pieces: IntervalSet,
  read: (pieces: IntervalSet) => AsyncIterable<Page>,
): AsyncIterable<Page> {
  const [first, last] = [pieces[0], pieces.at(-1)]
  if (first === undefined || last === undefined) return
  let left = count
  let length = count
  for (let max = last.max; left > 0 && max >= first.min; max -= length, length *= 4) {
    for await (const page of read(intersectionOf(pieces, [{ min: max - length + 1, max }]))) {
      yield page
      left -= page.count
    }
  }
}

/**
 * The first offset at which a timestamp of the range can stand. Timestamps need not ascend, so that nothing tells where the last one stands.
 */
async function beginOf(admin: Admin, topic: string, partition: number, { timestamp }: Range): Promise<number> {
  const [first] = timestamp
  if (first === undefined) return Number.POSITIVE_INFINITY
  if (first.min <= 0) return 0
  if (first.min > Number.MAX_SAFE_INTEGER) return Number.POSITIVE_INFINITY
  const [found] = await admin.listOffsets([{ topic, partition }], { timestamp: first.min })
  return found === undefined || found.offset < 0 ? Number.POSITIVE_INFINITY : found.offset
}

function joinNear(pieces: readonly Interval[]): Interval[] {
  const joined: Interval[] = []
  for (const piece of pieces) {
    const last = joined.at(-1)
    if (last !== undefined && piece.min - last.max <= WORTH_READING) {
      joined[joined.length - 1] = { min: last.min, max: piece.max }
    } else joined.push(piece)
  }
  return joined
}

/** Leaves out what SQLite would leave out anyway, where that is cheap to tell. */
function matcherOf(ranges: readonly Range[]): (record: RecordCursor) => boolean {
  const [range] = ranges
  const [times, offsets] = [range?.timestamp, range?.offset]
  if (ranges.length !== 1 || times?.length !== 1 || offsets?.length !== 1) return () => true
  const { min, max } = times[0]!
  if (min === Number.NEGATIVE_INFINITY && max === Number.POSITIVE_INFINITY) return () => true
  return ({ timestamp }) => timestamp >= min && timestamp <= max
}

/** A partition, and what becomes of its records. */
interface Source {
  readonly topic: string
  readonly partition: number
  readonly builder: PageBuilder
  readonly matches: (record: RecordCursor) => boolean
}

async function* readPieces(
  rafka: Rafka,
  { topic, partition, builder, matches }: Source,
  pieces: IntervalSet,
  limits: FetchLimits,
  signal: AbortSignal,
): AsyncIterable<Page> {
  for (const { min, max } of joinNear(pieces)) {
    for await (const chunk of chunksOf(rafka, { topic, partition, from: min, to: max + 1 }, limits, signal)) {
      const cursor = chunk.cursor()
      while (cursor.next()) {
        if (!matches(cursor)) continue
        builder.add(cursor)
        if (builder.isFull) yield builder.take()
      }
      if (!builder.isEmpty) yield builder.take()
    }
  }
}

interface Piece {
  readonly topic: string
  readonly partition: number
  readonly from: number
  readonly to: number
}

/** Where the log's start has passed `from` meanwhile, reading begins at its start. */
async function* chunksOf(
  rafka: Rafka,
  piece: Piece,
  limits: FetchLimits,
  signal: AbortSignal,
): AsyncIterable<FetchedChunk> {
  let { from } = piece
  while (!signal.aborted) {
    const consumer = rafka.consumer(consumerOptions({ ...piece, from }, limits))
    const stop = () => void consumer.close()
    signal.addEventListener('abort', stop)
    try {
      for await (const chunk of consumer.chunks()) {
        yield chunk
        from = chunk.nextOffset
      }
      return
    } catch (error) {
      const start = isRafkaError(error, 'OFFSET_OUT_OF_RANGE') ? error.details.start : undefined
      if (typeof start !== 'number' || start <= from) throw error
      if (start >= piece.to) return
      from = start
    } finally {
      signal.removeEventListener('abort', stop)
      await consumer.close()
    }
  }
}

function consumerOptions({ topic, partition, from, to }: Piece, limits: FetchLimits): ConsumerOptions {
  const few = Math.max(MIN_FETCH_BYTES, (to - from) * BYTES_PER_RECORD)
  const bytes = few < MAX_FETCH_BYTES ? { prefetchBytes: few, maxPartitionBytes: few } : {}
  return { topics: [{ topic, partitions: [partition] }], from, to, waitForTopics: false, ...limits, ...bytes }
}
