import { RafkaError } from '../../src/index.ts'
import type { CommandContext } from '../context.ts'
import { chooseRenderer } from './choose-renderer.ts'
import type { ConsumeFlags } from './consume-flags.ts'
import type { ConsumeRange, ConsumeRequest } from './consume-request.ts'
import { allOf, type RecordFilter } from './filter/record-filter.ts'
import { parseOffsets } from './parse-offsets.ts'

/**
 * Reads the flags.
 * @param defaultOffset where to begin when nothing says so
 * @throws RafkaError `INVALID_ARGUMENT`
 */
export async function readConsumeOptions(
  context: CommandContext,
  flags: ConsumeFlags,
  words: readonly string[],
  defaultOffset: string,
): Promise<ConsumeRequest> {
  checkTogether(flags)
  const range = readRange(context, flags, defaultOffset)
  const filter = await readFilters(flags)
  const render = await chooseRenderer(context, flags)
  return {
    ...(await readTopics(context, flags, words, range)),
    partitions: flags.partition ?? flags.partitions,
    range,
    group: flags.group,
    isolation: flags.isolation,
    filter,
    limit: flags.num ?? flags.count ?? flags.maxMessages,
    expected: flags.expect,
    idleMs: flags.timeout,
    render,
  }
}

async function readTopics(
  context: CommandContext,
  { topic = [], regex, partition }: ConsumeFlags,
  words: readonly string[],
  { to }: ConsumeRange,
): Promise<Pick<ConsumeRequest, 'topics' | 'matching'>> {
  const named = [...new Set([...words, ...topic])]
  if (named.length === 0) {
    const { pickTopic } = await import('../prompts.ts')
    return { topics: [await pickTopic(context, 'rafka consume TOPIC...')], matching: undefined }
  }
  if (regex !== true) return { topics: named, matching: undefined }
  const { selectTopics } = await import('./select-topics.ts')
  // Partitions by number are those of topics that one knows.
  const follows = to === undefined && partition === undefined
  const selected = await selectTopics(context, named, follows)
  return follows ? selected : { ...selected, matching: undefined }
}

function readRange(context: CommandContext, flags: ConsumeFlags, defaultOffset: string): ConsumeRange {
  const { offset, exitAtEnd, last, latestPerKey, group, from } = flags
  const spec = offset ?? from ?? (group === undefined ? defaultOffset : 'stored')
  if (spec === 'stored') {
    if (group === undefined) throw wrong('--offset stored is where a group stands: name it with --group')
    return exitAtEnd === true ? { from: 'stored', to: 'end' } : { from: 'stored' }
  }
  const range = parseOffsets(last === undefined ? spec : ':end', Date.now())
  if (range.localTime === true && context.flags.verbose === true) {
    context.terminal.note(`--offset: a time without a zone is local time, UTC${zoneNow()}`)
  }
  if (last !== undefined) return range
  if (range.to === undefined) return exitAtEnd === true || latestPerKey === true ? { ...range, to: 'end' } : range
  if (exitAtEnd === true) throw wrong(`--offset ${offset} has an end already: leave out --exit-at-end`)
  return range
}

async function readFilters({ grep = [], where = [] }: ConsumeFlags): Promise<RecordFilter | undefined> {
  const filters: RecordFilter[] = []
  if (grep.length > 0) filters.push(...grep.map((await import('./filter/grep.ts')).compileGrep))
  if (where.length > 0) {
    const { compileWhere } = await import('./filter/where/compile-where.ts')
    for (const expression of where) filters.push(compileWhere(expression, Date.now()))
  }
  return allOf(filters)
}

/** Flags that say different things. */
function checkTogether({ last, latestPerKey, offset, num, group, from, partition }: ConsumeFlags): void {
  if (last !== undefined && latestPerKey === true) throw wrong('--last and --latest-per-key exclude each other')
  if (last !== undefined && offset !== undefined) throw wrong('--last counts from the end: leave out --offset')
  if (last !== undefined && num !== undefined) throw wrong('--last says how many: leave out --num')
  if (from !== undefined && (group === undefined || offset !== undefined)) {
    throw wrong('--from goes with --group, and without --offset')
  }
  if (group === undefined) return
  if (last !== undefined || latestPerKey === true) throw wrong('--group goes on where the group stands: leave it out')
  if (partition !== undefined) throw wrong('a group shares out whole topics: leave out --partition')
}

/** `+01:00` */
function zoneNow(): string {
  const minutesEast = -new Date().getTimezoneOffset()
  const two = (value: number) => String(value).padStart(2, '0')
  const minutes = Math.abs(minutesEast)
  return `${minutesEast < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

function wrong(problem: string): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', problem, { details: { hint: 'rafka consume --help' } })
}
