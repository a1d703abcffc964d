import { type Admin, RafkaError, type TopicPartition } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import { type Place, parseOffsets } from '../consume/parse-offsets.ts'
import { exitCodes } from '../exit-code.ts'
import { partitionList } from '../option-values.ts'
import { countOf } from '../output/quantities.ts'
import { nothingChanged, type Report, type Table, tableOf } from '../output/report.ts'
import { type DocumentOf, flag, list, nullable, object, text, whole } from '../output/shape.ts'
import { type ConfirmFlags, confirmOrRefuse, declareConfirmation, missingArgument } from '../prompts.ts'
import { requireTopics } from './require-topics.ts'
import { type Extent, topicExtents } from './topic-extents.ts'

interface TrimFlags extends ConfirmFlags {
  readonly offset?: string
  readonly partition?: readonly number[]
  readonly dryRun?: boolean
}

interface Cut extends TopicPartition {
  readonly start: number
  readonly newStart: number
}

const shape = object({
  ok: flag,
  topic: text,
  changed: flag,
  partitions: list(
    object({
      partition: whole,
      start_offset: whole,
      new_start_offset: whole,
      records_removed: whole,
      error: nullable(text),
      message: nullable(text),
    }),
  ),
})

type Trimmed = DocumentOf<typeof shape>

/** `rafka topics trim`. */
export const trimTopic: CommandSpec<TrimFlags, Trimmed> = defineCommand({
  usage: 'NAME -o SPEC [options]',
  examples: [
    ['rafka topics trim orders -o @-7d', 'what is older than a week'],
    ['rafka topics trim orders -o 1000 -p 0', 'of one partition, below offset 1000'],
    ['rafka topics trim orders -o end --yes', 'everything'],
    ['rafka topics trim orders -o -100 --dry-run', 'what it would be to keep 100'],
  ],
  declare: (command) =>
    declareConfirmation(command)
      .argument('[name]')
      .option('-o, --offset <spec>', 'new start: end|N|-N|+N|@TIME')
      .option('-p, --partition <n,...>', 'these partitions alone', partitionList)
      .option('--dry-run', 'only tell what would go'),
  shape,
  async run(context, { args, flags }) {
    const place = readPlace(flags.offset)
    const [topic] = await requireTopics(context, args, 'rafka topics trim NAME -o SPEC')
    const { rafka } = await context.session()
    const admin = rafka.admin()
    const cuts = await planCuts(admin, topic!, flags.partition, place)
    const removed = cuts.reduce((sum, { start, newStart }) => sum + newStart - start, 0)
    const preview = reportOf(topic!, cuts, [])
    if (removed === 0) return preview
    if (flags.dryRun === true) return { ...preview, note: nothingChanged }
    const question = `Remove ${countOf(removed, 'record')} of ${topic}?`
    await confirmOrRefuse(context, { question, names: [topic!], preview: preview.table }, flags)
    const changed = cuts.filter(({ start, newStart }) => newStart > start)
    const done = await admin.deleteRecords(
      changed.map(({ partition, newStart }) => ({ topic: topic!, partition, before: newStart })),
    )
    return reportOf(topic!, cuts, done)
  },
})

function readPlace(spec: string | undefined): Place {
  if (spec === undefined) throw missingArgument('where the topic is to start is missing', 'for instance -o @-7d')
  const range = parseOffsets(spec, Date.now())
  if (range.to === undefined) return range.from
  throw new RafkaError('INVALID_ARGUMENT', `--offset: ${JSON.stringify(spec)} is a range; a new start is one place`)
}

async function planCuts(
  admin: Admin,
  topic: string,
  partitions: readonly number[] | undefined,
  place: Place,
): Promise<Cut[]> {
  const [description] = await admin.describeTopics([topic])
  const all = description!.partitions.map(({ partition }) => partition)
  const missing = partitions?.find((partition) => !all.includes(partition))
  if (missing !== undefined) {
    throw new RafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic "${topic}" has no partition ${missing}`, {
      details: { topic, partition: missing },
    })
  }
  const wanted = all
    .filter((partition) => partitions === undefined || partitions.includes(partition))
    .sort((a, b) => a - b)
    .map((partition) => ({ topic, partition }))
  const extents = await topicExtents(admin, wanted)
  const found = typeof place === 'object' && 'timestamp' in place ? await admin.listOffsets(wanted, place) : []
  return extents.map((extent) => cut(extent, place, found))
}

/** A partition without a record at or after the time loses all: the place past its last record is its end. */
function cut(
  { topic, partition, start, end }: Extent,
  place: Place,
  found: ReadonlyArray<TopicPartition & { readonly offset: number }>,
): Cut {
  const from = start ?? 0
  const to = end ?? from
  const atTime = found.find((one) => one.partition === partition)?.offset ?? -1
  const wanted = offsetOf(place, from, to, atTime < 0 ? to : atTime)
  return { topic, partition, start: from, newStart: Math.max(from, Math.min(to, wanted)) }
}

function offsetOf(place: Place, start: number, end: number, atTime: number): number {
  if (place === 'start') return start
  if (place === 'end') return end
  if (typeof place === 'number') return place
  if ('fromStart' in place) return start + place.fromStart
  return 'fromEnd' in place ? end - place.fromEnd : atTime
}

function cutTable(topic: string, partitions: Trimmed['partitions']): Table {
  return tableOf(partitions, [
    { title: 'TOPIC', wide: true, cell: () => topic },
    { title: 'PARTITION', kind: 'number', cell: ({ partition }) => partition },
    { title: 'START', kind: 'number', cell: ({ start_offset }) => start_offset },
    { title: 'NEW-START', kind: 'number', cell: ({ new_start_offset }) => new_start_offset },
    { title: 'RECORDS-REMOVED', kind: 'count', cell: ({ records_removed }) => records_removed },
    { title: 'ERROR', wide: true, cell: ({ error }) => error },
  ])
}

function reportOf(
  topic: string,
  cuts: readonly Cut[],
  done: Awaited<ReturnType<Admin['deleteRecords']>>,
): Report<Trimmed> {
  const failed = done.filter(({ error }) => error !== null)
  const partitions = cuts.map(({ partition, start, newStart }) => {
    const result = done.find((one) => one.partition === partition)
    return {
      partition,
      start_offset: start,
      new_start_offset: result?.error ? start : newStart,
      records_removed: result?.error ? 0 : newStart - start,
      error: result?.error?.code ?? null,
      message: result?.error?.message ?? null,
    }
  })
  const removed = partitions.reduce((sum, { records_removed }) => sum + records_removed, 0)
  return {
    document: { ok: failed.length === 0, topic, changed: done.length > failed.length, partitions },
    table: cutTable(topic, partitions),
    view: done.length === 0 ? undefined : [`trimmed ${topic}  ${countOf(removed, 'record')} removed`],
    note:
      removed === 0 && failed.length === 0 ? `nothing to remove: ${topic} starts there or later already` : undefined,
    problems: failed.map(({ partition, error }) => ({ message: `${topic}/${partition}: ${error!.message}` })),
    exitCode: failed.length === 0 ? exitCodes.done : exitCodes.failed,
  }
}
