import type { CommandContext } from '../context.ts'
import { exitCodes, isUnreached } from '../exit-code.ts'
import { hintFor } from '../hints.ts'
import type { EndSignal } from '../interrupts.ts'
import { escapeText } from '../output/escape-text.ts'
import { countOf, formatElapsed } from '../output/quantities.ts'
import { errorObject, reportError } from '../report-error.ts'
import type { Acknowledged, PartitionExtents } from './record-sink.ts'
import type { FeedProgress } from './record-taker.ts'
import type { SkippedRecords } from './skipped-records.ts'

/** What became of the records. */
export interface Outcome {
  /** Undefined: each record named its own. */
  readonly topic: string | undefined
  readonly progress: FeedProgress
  readonly acknowledged: Acknowledged
  readonly elapsedMs: number
  /** Records that were wrong and left out. */
  readonly skipped: SkippedRecords
}

/** How the work came to its end: by itself, by an error, by a signal. */
export interface Ended {
  readonly error?: unknown
  readonly signal?: EndSignal | undefined
  /** All belonged to a transaction, which was not committed. */
  readonly isAborted?: boolean
}

/** A summary that names more places than this is none. */
const MAX_PLACES = 32

/** Tells the counts: as JSON, to a person, and on failure in any case. @returns the exit code */
export async function reportOutcome(context: CommandContext, outcome: Outcome, ended: Ended): Promise<number> {
  const { skipped } = outcome
  skipped.finish()
  const error = ended.error ?? skipped.first
  if (context.wantsJson) await printJson(context, outcome, error)
  else if (ended.error !== undefined) await tellFailure(context, outcome, ended.error)
  else if (skipped.count > 0) tellCounts(context, outcome)
  else context.terminal.note(summary(outcome))
  if (error !== undefined) return exitCodeOfFailure(error, outcome)
  if (ended.signal === undefined) return exitCodes.done
  return ended.signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated
}

async function printJson(context: CommandContext, outcome: Outcome, error: unknown): Promise<void> {
  const { topic, progress, acknowledged, elapsedMs } = outcome
  const hint = error === undefined ? undefined : await hintFor(error, await context.openedSession())
  context.terminal.json({
    ok: error === undefined,
    topic: topic ?? null,
    produced: acknowledged.records,
    failed: progress.records - acknowledged.records,
    bytes: acknowledged.bytes,
    partitions: [...acknowledged.topics].flatMap(([name, partitions]) =>
      sorted(partitions).map(([partition, { firstOffset, lastOffset }]) => ({
        // One that holds for all stands above.
        ...(topic === undefined ? { topic: name } : {}),
        partition,
        first_offset: firstOffset,
        last_offset: lastOffset,
      })),
    ),
    elapsed_ms: Math.round(elapsedMs),
    ...(error === undefined ? {} : { error: errorObject(error, hint) }),
  })
}

async function tellFailure(context: CommandContext, outcome: Outcome, error: unknown): Promise<void> {
  await reportError(error, context)
  tellCounts(context, outcome)
}

function tellCounts(context: CommandContext, { progress, acknowledged, skipped }: Outcome): void {
  // Lines that were skipped make records and lines two different counts.
  const noun = progress.blankLines === 0 ? 'line' : 'record'
  const last = acknowledged.leading === 0 || skipped.count > 0 ? '' : ` (last acked ${noun} ${acknowledged.leading})`
  const were = progress.records === 1 ? 'was' : 'were'
  context.terminal.warn(`${acknowledged.records} of ${countOf(progress.records, 'record')} ${were} produced${last}`)
}

/** `produced 3 records to orders  p0 @0-1  p1 @7  (14 ms)` */
function summary({ topic, acknowledged, elapsedMs }: Outcome): string {
  const { topics, records } = acknowledged
  const named = topic === undefined ? `${countOf(topics.size, 'topic')}` : topic
  const places = [...topics].flatMap(([name, partitions]) =>
    sorted(partitions).map(([partition, { firstOffset, lastOffset }]) => {
      const place = topic === undefined ? `${escapeText(name)}/${partition}` : `p${partition}`
      return `  ${place} @${firstOffset === lastOffset ? firstOffset : `${firstOffset}-${lastOffset}`}`
    }),
  )
  const shown = places.length > MAX_PLACES ? [...places.slice(0, MAX_PLACES), '  …'] : places
  return `produced ${countOf(records, 'record')} to ${named}${shown.join('')}  (${formatElapsed(elapsedMs)})`
}

/** In the order of the partitions. */
function sorted(partitions: PartitionExtents): Array<[number, { firstOffset: number; lastOffset: number }]> {
  return [...partitions].sort(([a], [b]) => a - b)
}

/** A record that was refused is a failure, whatever its error; only where nothing at all was done it counts that no broker was there. */
function exitCodeOfFailure(error: unknown, { acknowledged }: Outcome): number {
  const nothingDone = isUnreached(error) && acknowledged.records === 0
  return nothingDone ? exitCodes.unreachable : exitCodes.failed
}
