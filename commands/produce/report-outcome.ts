import { isRafkaError, type WriterProgress } from '../../src/index.ts'
import type { CommandContext } from '../context.ts'
import { exitCodes } from '../exit-code.ts'
import { hintFor } from '../hints.ts'
import type { EndSignal } from '../interrupts.ts'
import { countOf, formatElapsed } from '../output/quantities.ts'
import { errorObject, reportError } from '../report-error.ts'
import type { FeedProgress } from './feed-records.ts'

/** What became of the records. */
export interface Outcome {
  readonly topic: string
  readonly progress: FeedProgress
  readonly acknowledged: WriterProgress
  readonly elapsedMs: number
}

/** How the work came to its end: by itself, by an error, by a signal. */
export interface Ended {
  readonly error?: unknown
  readonly signal?: EndSignal | undefined
}

/** Tells the counts: as JSON, to a person, and on failure in any case. @returns the exit code */
export async function reportOutcome(context: CommandContext, outcome: Outcome, ended: Ended): Promise<number> {
  if (context.wantsJson) await printJson(context, outcome, ended.error)
  else if (ended.error !== undefined) await tellFailure(context, outcome, ended.error)
  else context.terminal.note(summary(outcome))
  if (ended.error !== undefined) return exitCodeOfFailure(ended.error, outcome)
  if (ended.signal === undefined) return exitCodes.done
  return ended.signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated
}

async function printJson(context: CommandContext, outcome: Outcome, error: unknown): Promise<void> {
  const { topic, progress, acknowledged, elapsedMs } = outcome
  const hint = error === undefined ? undefined : await hintFor(error, await context.openedSession())
  context.terminal.json({
    ok: error === undefined,
    topic,
    produced: acknowledged.records,
    failed: progress.records - acknowledged.records,
    bytes: acknowledged.bytes,
    partitions: [...acknowledged.partitions]
      .sort(([a], [b]) => a - b)
      .map(([partition, { firstOffset, lastOffset }]) => ({
        partition,
        first_offset: firstOffset,
        last_offset: lastOffset,
      })),
    elapsed_ms: Math.round(elapsedMs),
    ...(error === undefined ? {} : { error: errorObject(error, hint) }),
  })
}

async function tellFailure(context: CommandContext, outcome: Outcome, error: unknown): Promise<void> {
  const { progress, acknowledged } = outcome
  await reportError(error, context)
  // Lines that were skipped make records and lines two different counts.
  const noun = progress.lines === progress.records ? 'line' : 'record'
  const last = acknowledged.leading === 0 ? '' : ` (last acked ${noun} ${acknowledged.leading})`
  context.terminal.warn(`${acknowledged.records} of ${countOf(progress.records, 'record')} were produced${last}`)
}

/** `produced 3 records to orders  p0 @0-1  p1 @7  (14 ms)` */
function summary({ topic, acknowledged, elapsedMs }: Outcome): string {
  const places = [...acknowledged.partitions]
    .sort(([a], [b]) => a - b)
    .map(([partition, { firstOffset, lastOffset }]) => {
      return `  p${partition} @${firstOffset === lastOffset ? firstOffset : `${firstOffset}-${lastOffset}`}`
    })
  return `produced ${countOf(acknowledged.records, 'record')} to ${topic}${places.join('')}  (${formatElapsed(elapsedMs)})`
}

/** A record that was refused is a failure, whatever its error; only where nothing at all was done it counts that no broker was there. */
function exitCodeOfFailure(error: unknown, { acknowledged }: Outcome): number {
  const nothingDone = isRafkaError(error, 'BROKER_UNREACHABLE') && acknowledged.records === 0
  return nothingDone ? exitCodes.unreachable : exitCodes.failed
}
