import { nearestName } from '../../config/nearest-name.ts'
import type { Consumer, FetchedChunk, RafkaError } from '../../src/index.ts'
import { consumerLimits, groupOptions } from '../consumer-limits.ts'
import type { CommandContext } from '../context.ts'
import { escapeText } from '../output/escape-text.ts'
import type { ConsumeRequest } from './consume-request.ts'
import { type Reading, readChunks } from './read-chunks.ts'
import { RecordOutput } from './record-output.ts'
import { reportEnd } from './report-end.ts'
import { resolvePlaces } from './resolve-places.ts'

/** Prints records until the end of the range, the limit, the idle time, Ctrl-C, or a reader that had enough. @returns the exit code */
export async function printRecords(context: CommandContext, request: ConsumeRequest): Promise<number> {
  const { rafka } = await context.session()
  const { range, group, idleMs, isolation, matching } = request
  const config = await context.config()
  const places = await resolvePlaces(request, range, () => rafka.admin())
  const consumer = rafka.consumer({
    ...places,
    isolation,
    matching,
    ...consumerLimits(config),
    ...groupOptions(config, group),
    lendsChunks: true,
    onWaiting: (topic) => void tellOfWaiting(context, topic),
    onOutage: (error) => tellOfOutage(context, error),
  })
  using output = new RecordOutput(context, request)
  const visit = async (chunk: FetchedChunk, reading: Reading) => {
    const nextOffset = await printChunk(chunk, output, reading)
    if (group !== undefined) await commit(consumer, chunk, nextOffset, output)
    return !output.done
  }
  const ended = await readChunks(context, consumer, { idleMs, follows: range.to === undefined }, visit)
  await output.finish()
  return await reportEnd(context, request, ended, { records: output.records, partitions: consumer.positions().length })
}

/** Whoever reads a pipe must know too that nothing comes because nobody is there. */
function tellOfOutage({ terminal }: CommandContext, error: RafkaError | undefined): void {
  if (error === undefined) terminal.note('the broker answers again')
  else terminal.warn(`${escapeText(error.message)}; trying again for a minute`)
}

/** A name that is nearly one that there is was perhaps not meant to be waited for. */
async function tellOfWaiting(context: CommandContext, topic: string): Promise<void> {
  const { rafka } = await context.session()
  const topics = await rafka
    .admin()
    .listTopics()
    .catch(() => [])
  const names = topics.map(({ name }) => name)
  const near = names.includes(topic) ? undefined : nearestName(topic, names)
  const meant = near === undefined ? '' : `; did you mean "${near}"?`
  context.terminal.note(`waiting for topic "${topic}" to be created… Ctrl-C to stop${meant}`)
}

/** @returns the offset after what was printed of it */
async function printChunk(chunk: FetchedChunk, output: RecordOutput, reading: Reading): Promise<number> {
  const cursor = chunk.cursor()
  while (!output.done) {
    if (!cursor.next()) {
      await output.flush()
      return chunk.nextOffset
    }
    output.print(cursor, chunk)
    if (!output.isFull) continue
    await output.flush()
    if (reading.stopped) break
  }
  await output.flush()
  return cursor.offset + 1
}

/** Once stdout has taken it. */
async function commit(
  consumer: Consumer,
  { topic, partition }: FetchedChunk,
  offset: number,
  output: RecordOutput,
): Promise<void> {
  await output.finish()
  await consumer.commit([{ topic, partition, offset }])
}
