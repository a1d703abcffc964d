import { type Admin, type GroupDescription, RafkaError, type TopicPartition } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import { type Place, parseOffsets } from '../consume/parse-offsets.ts'
import { exitCodes } from '../exit-code.ts'
import { collected } from '../option-values.ts'
import { countOf } from '../output/quantities.ts'
import { type Report, tableOf } from '../output/report.ts'
import { type DocumentOf, flag, list, nullable, object, text, whole } from '../output/shape.ts'
import { type ConfirmFlags, confirmOrRefuse, declareConfirmation, missingArgument } from '../prompts.ts'
import { topicExtents } from '../topics/topic-extents.ts'
import { namedPartitions } from './parse-topics.ts'
import { requireGroups } from './require-groups.ts'

interface SeekFlags extends ConfirmFlags {
  readonly to?: string
  readonly shiftBy?: number
  readonly topics?: readonly string[]
  readonly dryRun?: boolean
}

/** Where to: a place in each partition, or so many records from where the group stands. */
type Target = { readonly place: Place } | { readonly shiftBy: number }

interface Move extends TopicPartition {
  readonly prior: number | null
  readonly next: number
}

const shape = object({
  ok: flag,
  group: text,
  changed: flag,
  partitions: list(
    object({
      topic: text,
      partition: whole,
      prior_offset: nullable(whole),
      new_offset: whole,
      error: nullable(text),
      message: nullable(text),
    }),
  ),
})

type Sought = DocumentOf<typeof shape>

/** `rafka groups seek`. */
export const seekGroup: CommandSpec<SeekFlags, Sought> = defineCommand({
  usage: 'GROUP --to SPEC [options]',
  examples: [
    ['rafka groups seek billing --to start', 'read everything again'],
    ['rafka groups seek billing --to @-1h', 'what came in the last hour'],
    ['rafka groups seek billing --to end --topics orders:0,1', 'skip what two partitions hold'],
    ['rafka groups seek billing --shift-by -10', 'ten records back, from where it stands'],
    ['rafka groups seek billing --to 42 --dry-run', 'what it would do'],
  ],
  declare: (command) =>
    declareConfirmation(command)
      .argument('[group]')
      .option('--to <spec>', 'start, end, N, -N (last N), +N (from the start) or @TIME; the log bounds it')
      .option('--shift-by <n>', 'so many records forward, or back with -n', readShift)
      .option('--topics <topic[:n,...]>', 'these alone; may be given more than once', collected)
      .option('--dry-run', 'only tell what would change'),
  shape,
  async run(context, { args, flags }) {
    const target = readTarget(flags)
    const [group = ''] = await requireGroups(context, args.slice(0, 1), 'rafka groups seek GROUP --to SPEC')
    const { rafka } = await context.session()
    const admin = rafka.admin()
    const [description] = await admin.describeGroups([group])
    refuseMembers(description)
    const moves = await planMoves(admin, group, target, flags.topics)
    const changed = moves.filter(({ prior, next }) => prior !== next)
    const preview = reportOf(group, moves, [])
    if (flags.dryRun === true || changed.length === 0) return preview
    const question = `Move ${group} in ${countOf(changed.length, 'partition')}?`
    await confirmOrRefuse(context, { question, names: [group], preview: preview.table }, flags)
    const offsets = changed.map(({ topic, partition, next }) => ({ topic, partition, offset: next }))
    return reportOf(group, moves, await admin.alterGroupOffsets(group, offsets))
  },
})

function readShift(value: string): number {
  if (/^=?[+-]?\d{1,15}$/.test(value)) return Number(value.replace('=', ''))
  throw new RafkaError('INVALID_ARGUMENT', `--shift-by: ${JSON.stringify(value)} is no whole number`)
}

function readTarget({ to, shiftBy }: SeekFlags): Target {
  if (to !== undefined && shiftBy !== undefined) {
    throw new RafkaError('INVALID_ARGUMENT', '--to and --shift-by exclude each other')
  }
  if (shiftBy !== undefined) return { shiftBy }
  if (to === undefined) throw missingArgument('where the group is to go on is missing', 'for instance --to start')
  const range = parseOffsets(to, Date.now())
  if (range.to === undefined) return { place: range.from }
  throw new RafkaError('INVALID_ARGUMENT', `--to: ${JSON.stringify(to)} is a range; a group goes on at one place`)
}

/** Members would commit over it, and go on where they are. */
function refuseMembers(description: GroupDescription | undefined): void {
  if (description === undefined || description.members.length === 0) return
  const { group, members } = description
  const names = members.map(({ memberId, clientId, host }) => `${memberId} (${clientId}, ${host})`).join(', ')
  const message = `group "${group}" has ${countOf(members.length, 'active member')}: ${names}`
  throw new RafkaError('NON_EMPTY_GROUP', message, { details: { group, hint: 'end them first' } })
}

async function planMoves(
  admin: Admin,
  group: string,
  target: Target,
  topics: readonly string[] | undefined,
): Promise<Move[]> {
  const named = topics === undefined ? undefined : await namedPartitions(admin, topics)
  const committed = await admin.listGroupOffsets(group, named)
  if (committed.length === 0) {
    throw new RafkaError('GROUP_ID_NOT_FOUND', `group "${group}" has committed no offsets`, {
      details: { group, hint: 'rafka groups list shows the groups; --topics TOPIC sets offsets for a new one' },
    })
  }
  const extents = await topicExtents(admin, committed)
  const place = 'place' in target ? target.place : undefined
  const found = typeof place === 'object' && 'timestamp' in place ? await admin.listOffsets(committed, place) : []
  return committed.map(({ topic, partition, offset }, index) => {
    const start = extents[index]?.start ?? 0
    const end = extents[index]?.end ?? start
    const atTime = found[index]?.offset ?? -1
    const wanted = place === undefined ? shifted(target, offset, start) : offsetOf(place, start, end, atTime)
    const next = Math.max(start, Math.min(end, wanted))
    return { topic, partition, prior: offset < 0 ? null : offset, next }
  })
}

/** A partition without an offset is read from its start. */
function shifted(target: Target, offset: number, start: number): number {
  return (offset < 0 ? start : offset) + ('shiftBy' in target ? target.shiftBy : 0)
}

function offsetOf(place: Place, start: number, end: number, atTime: number): number {
  if (place === 'start') return start
  if (place === 'end') return end
  if (typeof place === 'number') return place
  if ('fromStart' in place) return start + place.fromStart
  if ('fromEnd' in place) return end - place.fromEnd
  return atTime < 0 ? end : atTime
}

function reportOf(
  group: string,
  moves: readonly Move[],
  done: Awaited<ReturnType<Admin['alterGroupOffsets']>>,
): Report<Sought> {
  const failed = done.filter(({ error }) => error !== null)
  const partitions = moves.map(({ topic, partition, prior, next }) => {
    const error = done.find((each) => each.topic === topic && each.partition === partition)?.error
    return {
      topic,
      partition,
      prior_offset: prior,
      new_offset: next,
      error: error?.code ?? null,
      message: error?.message ?? null,
    }
  })
  return {
    document: { ok: failed.length === 0, group, changed: done.length > failed.length, partitions },
    table: tableOf(partitions, [
      { title: 'TOPIC', cell: ({ topic }) => topic },
      { title: 'PARTITION', kind: 'number', cell: ({ partition }) => partition },
      { title: 'PRIOR-OFFSET', kind: 'number', cell: ({ prior_offset }) => prior_offset },
      { title: 'NEW-OFFSET', kind: 'number', cell: ({ new_offset }) => new_offset },
      { title: 'ERROR', wide: true, cell: ({ error }) => error },
    ]),
    problems: failed.map(({ topic, partition, error }) => ({ message: `${topic}/${partition}: ${error?.message}` })),
    exitCode: failed.length === 0 ? exitCodes.done : exitCodes.failed,
  }
}
