import { type Admin, type GroupDescription, RafkaError } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import { parseOffsets } from '../consume/parse-offsets.ts'
import type { CommandContext } from '../context.ts'
import { exitCodes } from '../exit-code.ts'
import { collected } from '../option-values.ts'
import { countOf, formatCount } from '../output/quantities.ts'
import { nothingChanged, type Report, tableOf } from '../output/report.ts'
import { type DocumentOf, flag, list, nullable, object, text, whole } from '../output/shape.ts'
import { type ConfirmFlags, confirmOrRefuse, declareConfirmation, missingArgument } from '../prompts.ts'
import { readText } from '../read-text.ts'
import { type Move, planMoves, type Target } from './plan-moves.ts'
import { readOffsets } from './read-offsets.ts'
import { requireGroups } from './require-groups.ts'

interface SeekFlags extends ConfirmFlags {
  readonly to?: string
  readonly shiftBy?: number
  readonly toGroup?: string
  readonly toFile?: string
  readonly topics?: readonly string[]
  readonly dryRun?: boolean
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
    ['rafka groups seek billing --to-group audit', 'where another group stands'],
    ['rafka groups seek billing --to 42 --dry-run', 'what it would do'],
  ],
  declare: (command) =>
    declareConfirmation(command)
      .argument('[group]')
      .option('--to <spec>', 'start, end, N, -N (last N), +N (from the start) or @TIME; the log bounds it')
      .option('--shift-by <n>', 'so many records forward, or back with -n', readShift)
      .option('--to-group <group>', 'where this one stands')
      .option('--to-file <file>', 'a line for each partition: TOPIC,PARTITION,OFFSET; - is stdin')
      .option('--topics <topic[:n,...]>', 'these alone, may be repeated', collected)
      .option('--dry-run', 'only tell what would change'),
  shape,
  async run(context, { args, flags }) {
    const target = await readTarget(context, flags)
    const [group = ''] = await requireGroups(context, args.slice(0, 1), 'rafka groups seek GROUP --to SPEC')
    const { rafka } = await context.session()
    const admin = rafka.admin()
    const [description] = await admin.describeGroups([group])
    refuseMembers(description)
    const moves = await planMoves(admin, group, target, flags.topics)
    const changed = moves.filter(({ prior, next }) => prior !== next)
    const preview = reportOf(group, moves, [])
    if (changed.length === 0) return { ...preview, note: `nothing to change: ${group} stands there already` }
    if (flags.dryRun === true) return { ...preview, note: nothingChanged }
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

/** Loads what the flags name. @throws RafkaError `INVALID_ARGUMENT` unless they name one target */
async function readTarget({ io }: CommandContext, flags: SeekFlags): Promise<Target> {
  const given = [
    ['--to', flags.to],
    ['--shift-by', flags.shiftBy],
    ['--to-group', flags.toGroup],
    ['--to-file', flags.toFile],
  ].flatMap(([flag, value]) => (value === undefined ? [] : [flag]))
  if (given.length > 1) throw new RafkaError('INVALID_ARGUMENT', `${given.join(' and ')} exclude each other`)
  const { to, shiftBy, toGroup, toFile } = flags
  if (shiftBy !== undefined) return { shiftBy }
  if (toGroup !== undefined) return { group: toGroup }
  if (toFile !== undefined)
    return { offsets: readOffsets(await readText(io, toFile), toFile === '-' ? 'stdin' : toFile) }
  if (to === undefined) throw missingArgument('where the group is to go on is missing', 'for instance --to start')
  const range = parseOffsets(to, Date.now(), {
    flag: '--to',
    hint: 'start, end, 42, -10 (last 10), +5, @-1h or @2026-01-31T12:00',
  })
  if (range.to === undefined) return { place: range.from }
  throw new RafkaError('INVALID_ARGUMENT', `--to: ${JSON.stringify(to)} is a range; a group goes on at one place`)
}

/** Of a large group not all are named. */
const NAMED_MEMBERS = 3

/** Members would commit over it, and go on where they are. */
function refuseMembers(description: GroupDescription | undefined): void {
  if (description === undefined || description.members.length === 0) return
  const { group, members } = description
  const named = members
    .slice(0, NAMED_MEMBERS)
    .map(({ memberId, clientId, host }) => `${memberId} (${clientId}, ${host})`)
  const more = members.length - named.length
  const names = [...named, ...(more > 0 ? [`${formatCount(more)} more`] : [])].join(', ')
  const message = `group "${group}" has ${countOf(members.length, 'active member')}: ${names}`
  throw new RafkaError('NON_EMPTY_GROUP', message, { details: { group, hint: 'end them first' } })
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
    note:
      done.length > failed.length
        ? `moved ${group} in ${countOf(done.length - failed.length, 'partition')}`
        : undefined,
    problems: failed.map(({ topic, partition, error }) => ({ message: `${topic}/${partition}: ${error?.message}` })),
    exitCode: failed.length === 0 ? exitCodes.done : exitCodes.failed,
  }
}
