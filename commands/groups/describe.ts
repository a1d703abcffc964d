import { Option } from 'commander'
import { type Admin, type GroupDescription, RafkaError } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import type { CommandContext } from '../context.ts'
import { exitCodes } from '../exit-code.ts'
import { hintFor } from '../hints.ts'
import { formatCount } from '../output/quantities.ts'
import type { Heading, Problem, Report, Table } from '../output/report.ts'
import { type DocumentOf, list, nullable, object, text, whole } from '../output/shape.ts'
import { type GroupPartition, groupPartitions, totalLag } from './group-partitions.ts'
import { type Grouping, groupTable } from './group-table.ts'
import { type LagFilter, parseLagFilter } from './lag-filter.ts'
import { requireGroups } from './require-groups.ts'

interface DescribeFlags {
  readonly lag?: string
  readonly by?: Grouping
}

const memberShape = object({
  member_id: text,
  instance_id: nullable(text),
  client_id: text,
  host: text,
  assignments: list(object({ topic: text, partitions: list(whole) })),
})

const partitionShape = object({
  topic: text,
  partition: whole,
  current_offset: nullable(whole),
  log_start_offset: nullable(whole),
  log_end_offset: nullable(whole),
  lag: nullable(whole),
  member_id: nullable(text),
})

const groupShape = object({
  group: text,
  state: text,
  type: text,
  protocol: text,
  coordinator: whole,
  total_lag: whole,
  members: list(memberShape),
  partitions: list(partitionShape),
  error: nullable(text),
})

const shape = object({ groups: list(groupShape) })

/** A group with what it reads. */
export interface DescribedGroup {
  readonly description: GroupDescription
  /** Those with a lag that was asked for. */
  readonly partitions: readonly GroupPartition[]
  readonly lag: number
}

/** `rafka groups describe`. */
export const describeGroups: CommandSpec<DescribeFlags, DocumentOf<typeof shape>> = defineCommand({
  usage: 'GROUP... [options]',
  examples: [
    ['rafka groups describe billing', 'members, offsets and lag'],
    ["rafka groups describe billing --lag '>0'", 'where it has something left to read'],
    ['rafka groups describe a b --by group', 'one line for each'],
    ['rafka groups describe billing --json', 'for a script'],
  ],
  declare: (command) =>
    command
      .argument('[group...]')
      .option('--lag <comparison>', "only partitions with such a lag: '>0', '>=1000', '=0'")
      .addOption(
        new Option('--by <what>', 'a line for each partition (default), topic, member or group').choices([
          'partition',
          'topic',
          'member',
          'group',
        ]),
      ),
  shape,
  watch: true,
  async run(context, { args, flags }) {
    const wanted = flags.lag === undefined ? undefined : parseLagFilter(flags.lag)
    const names = await requireGroups(context, args, 'rafka groups describe GROUP...')
    const { rafka } = await context.session()
    const admin = rafka.admin()
    const described = await Promise.all(
      (await admin.describeGroups(names)).map((description) => describe(admin, description, wanted)),
    )
    const report = await reportOf(context, described, flags.by ?? 'partition')
    const isEmpty = described.every(({ partitions }) => partitions.length === 0) && report.problems?.length === 0
    return isEmpty && wanted !== undefined ? { ...report, note: `no partition has a lag ${flags.lag}` } : report
  },
})

async function describe(
  admin: Admin,
  description: GroupDescription,
  wanted: LagFilter | undefined,
): Promise<DescribedGroup> {
  const all = description.error === null ? await groupPartitions(admin, description) : []
  const partitions = wanted === undefined ? all : all.filter(({ lag }) => wanted(lag))
  return { description, partitions, lag: totalLag(all) }
}

async function reportOf(
  context: CommandContext,
  described: readonly DescribedGroup[],
  by: Grouping,
): Promise<Report<DocumentOf<typeof shape>>> {
  const found = described.filter(({ description }) => description.error === null)
  const problems: Problem[] = []
  for (const { description } of described) {
    const { error, group } = description
    if (error === null) continue
    const hint = await hintFor(
      new RafkaError(error.code, error.message, { details: { group } }),
      await context.openedSession(),
    )
    problems.push({ message: error.message, hint })
  }
  return {
    document: { groups: described.map(inJson) },
    paged: true,
    table: groupTable(found, by, true),
    view:
      by === 'group'
        ? [groupTable(found, by, true)]
        : found.flatMap((one, index) => [...(index > 0 ? [''] : []), headOf(one), ...tableIn(one, by)]),
    problems,
    exitCode: problems.length === 0 ? exitCodes.done : exitCodes.failed,
  }
}

/** None where there is nothing to tell: a head alone would look like a mistake. */
function tableIn(group: DescribedGroup, by: Grouping): Table[] {
  const table = groupTable([group], by, false)
  return table.rows.length === 0 ? [] : [table]
}

function headOf({ description, lag }: DescribedGroup): Heading {
  const { group, state, members, coordinator, assignor } = description
  const how = assignor === '' ? `coordinator ${coordinator}` : `coordinator ${coordinator}, ${assignor}`
  return { heading: group, facts: `${state}  members ${members.length}  total lag ${formatCount(lag)}  (${how})` }
}

function inJson({ description, partitions, lag }: DescribedGroup): DocumentOf<typeof groupShape> {
  const { group, state, type, assignor, coordinator, members, error } = description
  return {
    group,
    state,
    type,
    protocol: assignor,
    coordinator,
    total_lag: lag,
    members: members.map((member) => ({
      member_id: member.memberId,
      instance_id: member.instanceId,
      client_id: member.clientId,
      host: member.host,
      assignments: [...new Set(member.partitions.map(({ topic }) => topic))].map((topic) => ({
        topic,
        partitions: member.partitions.filter((each) => each.topic === topic).map(({ partition }) => partition),
      })),
    })),
    partitions: partitions.map((each) => ({
      topic: each.topic,
      partition: each.partition,
      current_offset: each.currentOffset,
      log_start_offset: each.logStartOffset,
      log_end_offset: each.logEndOffset,
      lag: each.lag,
      member_id: each.memberId,
    })),
    error: error?.code ?? null,
  }
}
