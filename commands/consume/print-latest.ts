import type { FetchedChunk } from '../../src/index.ts'
import { consumerLimits } from '../consumer-limits.ts'
import type { CommandContext } from '../context.ts'
import { countOf } from '../output/quantities.ts'
import type { ConsumeRequest } from './consume-request.ts'
import { LatestOffsets } from './latest-offsets.ts'
import { type Reading, type ReadingEnd, readChunks } from './read-chunks.ts'
import { RecordOutput } from './record-output.ts'
import { reportEnd } from './report-end.ts'
import { resolvePlaces } from './resolve-places.ts'

/**
 * Prints the last record of each key, as compaction would leave them: none for a key whose last record is a tombstone, none without a key.
 * Reads twice, so that keys alone have to be kept: first to learn which they are, then to print them, those that the filters want.
 * @returns the exit code
 */
export async function printLatest(context: CommandContext, request: ConsumeRequest): Promise<number> {
  const { rafka } = await context.session()
  const limits = { ...consumerLimits(await context.config()), isolation: request.isolation }
  const latest = new LatestOffsets()
  const places = await resolvePlaces(request, request.range, () => rafka.admin())
  const first = rafka.consumer({ ...places, ...limits })
  const bounds = { idleMs: request.idleMs, follows: false }
  let ended: ReadingEnd = await readChunks(context, first, bounds, async (chunk) => {
    const cursor = chunk.cursor()
    while (cursor.next()) latest.add(cursor, chunk)
    return true
  })
  using output = new RecordOutput(context, request)
  const positions = latest.starts()
  if (ended.atEnd && positions.length > 0) {
    const ends = first.positions().map(({ topic, partition, offset }) => ({ topic, partition, position: offset }))
    const topics = positions.map(({ topic, partition }) => ({ topic, partitions: [partition] }))
    const second = rafka.consumer({ ...limits, topics, positions, to: 'end', ends })
    ended = await readChunks(context, second, bounds, (chunk, reading) => printChunk(chunk, latest, output, reading))
  }
  await output.finish()
  const note = latest.withoutKey === 0 ? '' : `; ${countOf(latest.withoutKey, 'record')} without a key left out`
  return await reportEnd(context, request, ended, {
    records: output.records,
    partitions: first.positions().length,
    note,
  })
}

async function printChunk(
  chunk: FetchedChunk,
  latest: LatestOffsets,
  output: RecordOutput,
  reading: Reading,
): Promise<boolean> {
  const cursor = chunk.cursor()
  while (!output.done && !reading.stopped && cursor.next()) {
    if (latest.has(cursor, chunk)) output.print(cursor, chunk)
    if (output.isFull) await output.flush()
  }
  await output.flush()
  return !output.done
}
