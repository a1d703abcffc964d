import type { RecordFramer } from '../format/read/record-framer.ts'
import { IdleFlush } from './idle-flush.ts'
import type { Input } from './input-chunks.ts'
import type { Pacer } from './pacer.ts'
import type { RecordSink } from './record-sink.ts'
import { type FeedProgress, RecordTaker, type Taking } from './record-taker.ts'

/** How the input is led to the sink. */
export interface Feeding extends Taking {
  /** A framer for one input. */
  open(): RecordFramer
  /** Each record is sent so many times. */
  readonly repeat: number
  readonly pacer?: Pacer | undefined
  /** A record that came alone waits so long for company, in ms; then it is sent, and a broker that is gone is noticed. */
  readonly lingerMs: number
  /** Called when all that came was handed to the sink. */
  readonly afterChunk?: (() => Promise<void>) | undefined
}

/**
 * Leads all records of an input to a sink, until it ends or `stop` fires.
 * @throws RafkaError naming input and line, or what became of a record sent before
 */
export async function feedRecords(
  input: Input,
  sink: RecordSink,
  feeding: Feeding,
  progress: FeedProgress,
  stop: AbortSignal,
): Promise<void> {
  const framer = feeding.open()
  const taker = new RecordTaker(framer, sink, feeding, progress, input.name)
  const idle = input.stream === undefined ? undefined : new IdleFlush(sink, input.stream, feeding.lingerMs)
  try {
    for await (const chunk of input.chunks()) {
      idle?.stop()
      framer.push(chunk)
      if (isPlain(feeding)) {
        await writeAll(taker, sink)
      } else {
        while (!stop.aborted && taker.next()) await writeOne(taker, sink, feeding, stop)
      }
      taker.checkPending()
      if (stop.aborted) return
      await feeding.afterChunk?.()
      idle?.start()
    }
    // What stands after the last delimiter is a record when the input has ended, and half of one when it was broken off.
    if (!stop.aborted && taker.last()) await writeOne(taker, sink, feeding, stop)
  } catch (error) {
    // Whoever fires `stop` ends the stream, which then breaks off.
    if (!stop.aborted) throw error
  } finally {
    idle?.stop()
  }
}

/** Leads one record to the sink that is not to be looked for a delimiter in. */
export async function feedWhole(
  bytes: Buffer,
  name: string | undefined,
  sink: RecordSink,
  feeding: Feeding,
  progress: FeedProgress,
  stop: AbortSignal,
): Promise<void> {
  const framer = feeding.open()
  framer.stand(bytes)
  await writeOne(new RecordTaker(framer, sink, feeding, progress, name, true), sink, feeding, stop)
}

function isPlain({ repeat, pacer }: Feeding): boolean {
  return repeat === 1 && pacer === undefined
}

async function writeAll(taker: RecordTaker, sink: RecordSink): Promise<void> {
  for (let more = true; more; ) {
    more = taker.gather()
    while (!taker.writeGathered()) await sink.drained()
  }
}

async function writeOne(
  taker: RecordTaker,
  sink: RecordSink,
  { repeat, pacer }: Feeding,
  stop: AbortSignal,
): Promise<void> {
  if (!taker.read()) return
  for (let copy = 0; copy < repeat; copy++) {
    await pacer?.turn(stop)
    if (stop.aborted) return
    if (!taker.write()) await sink.drained()
  }
}
