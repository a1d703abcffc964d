import type { CommandContext } from '../context.ts'
import { exitCodes } from '../exit-code.ts'
import { countOf } from '../output/quantities.ts'
import type { ConsumeRequest } from './consume-request.ts'
import type { ReadingEnd } from './read-chunks.ts'

/**
 * Tells a person what was printed.
 * @param note stands behind the number of records
 * @returns the exit code: a failure when more was expected
 */
export async function reportEnd(
  { terminal, outputClosed }: CommandContext,
  { range, limit, expected }: ConsumeRequest,
  { atEnd, signal }: ReadingEnd,
  { records, partitions, note = '' }: { readonly records: number; readonly partitions: number; readonly note?: string },
): Promise<number> {
  const hasEnd = range.to !== undefined || limit !== undefined
  const reached = atEnd && range.to !== undefined ? `reached end of ${countOf(partitions, 'partition')}, ` : ''
  const stopped = signal === undefined ? '' : 'stopped after '
  terminal.note(`${stopped}${reached}${countOf(records, 'record')}${note}`)
  if (signal !== undefined && hasEnd) return signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated
  if (expected !== undefined && records < expected && !outputClosed.aborted) {
    await terminal.error(`${countOf(expected, 'record')} were expected, ${records} came`, undefined)
    return exitCodes.failed
  }
  return exitCodes.done
}
