import type { Admin, ConfigEntry, TopicDescription } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import { countOf } from '../output/quantities.ts'
import { type Line, type Report, type RowColumn, type Table, tableOf } from '../output/report.ts'
import { type DocumentOf, flag, list, nullable, object, text, whole } from '../output/shape.ts'
import { declareRegex, type RegexFlags, requireTopics } from './require-topics.ts'
import { type Extent, recordsCell, topicExtents } from './topic-extents.ts'

interface DescribeFlags extends RegexFlags {
  readonly all?: boolean
}

const partitionShape = object({
  partition: whole,
  leader: whole,
  leader_epoch: whole,
  replicas: list(whole),
  isr: list(whole),
  start_offset: nullable(whole),
  end_offset: nullable(whole),
  last_stable_offset: nullable(whole),
  size_bytes: nullable(whole),
})

const configShape = object({ name: text, value: nullable(text), source: text, default: flag })

const topicShape = object({
  name: text,
  topic_id: text,
  internal: flag,
  partitions: list(partitionShape),
  configs: list(configShape),
  error: nullable(text),
})

const shape = object({ topics: list(topicShape) })

type Described = DocumentOf<typeof topicShape>

/** `rafka topics describe`. */
export const describeTopics: CommandSpec<DescribeFlags, DocumentOf<typeof shape>> = defineCommand({
  usage: 'NAME... [options]',
  examples: [
    ['rafka topics describe orders', 'partitions, and what differs from the defaults'],
    ['rafka topics describe orders -a', 'all its configs'],
    ['rafka topics describe a b --json', 'for a script'],
  ],
  declare: (command) =>
    declareRegex(command).argument('[name...]').option('-a, --all', 'the configs with their default too'),
  shape,
  watch: true,
  async run(context, { args, flags }) {
    const names = await requireTopics(context, args, 'rafka topics describe NAME...', flags)
    const { rafka } = await context.session()
    const admin = rafka.admin()
    const topics: Described[] = []
    for (const topic of await admin.describeTopics(names)) topics.push(await describe(admin, topic))
    return reportOf(topics, flags.all === true)
  },
})

async function describe(admin: Admin, topic: TopicDescription): Promise<Described> {
  const partitions = topic.partitions.map(({ partition }) => ({ topic: topic.name, partition }))
  const [extents, stable, sizes, configs] = await Promise.all([
    topicExtents(admin, partitions),
    admin.listOffsets(partitions, 'end', { isolation: 'read_committed' }),
    admin.partitionSizes(partitions),
    admin.describeConfigs({ type: 'topic', name: topic.name }),
  ])
  return inJson(
    topic,
    extents,
    stable.map(({ offset }) => (offset < 0 ? null : offset)),
    sizes.map(({ sizeBytes }) => sizeBytes),
    configs,
  )
}

function inJson(
  topic: TopicDescription,
  extents: readonly Extent[],
  stable: ReadonlyArray<number | null>,
  sizes: ReadonlyArray<number | null>,
  configs: readonly ConfigEntry[],
): Described {
  return {
    name: topic.name,
    topic_id: topic.topicId,
    internal: topic.internal,
    partitions: topic.partitions.map(({ partition, leader, leaderEpoch, replicas, isr }, index) => ({
      partition,
      leader,
      leader_epoch: leaderEpoch,
      replicas,
      isr,
      start_offset: extents[index]!.start,
      end_offset: extents[index]!.end,
      last_stable_offset: stable[index]!,
      size_bytes: sizes[index]!,
    })),
    configs: configs
      .map(({ name, value, source, isDefault }) => ({ name, value, source, default: isDefault }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    error: null,
  }
}

function reportOf(topics: readonly Described[], all: boolean): Report<{ readonly topics: readonly Described[] }> {
  const rows = topics.flatMap(rowsOf)
  const byPartition = partitionTable(rows)
  return {
    document: { topics },
    paged: true,
    table: {
      columns: [{ title: 'TOPIC' }, ...byPartition.columns],
      rows: byPartition.rows.map((cells, index) => [rows[index]!.topic, ...cells]),
    },
    view: topics.flatMap((topic, index) => [...(index > 0 ? [''] : []), ...viewOf(topic, all)]),
  }
}

function viewOf(topic: Described, all: boolean): Array<Line | Table> {
  const { name, topic_id, partitions, configs } = topic
  const replicas = countOf(partitions[0]?.replicas.length ?? 0, 'replica')
  const head = { heading: name, facts: `${countOf(partitions.length, 'partition')}, ${replicas}, id ${topic_id}` }
  const shown = configs.filter((config) => all || !config.default)
  return [head, partitionTable(rowsOf(topic)), ...(shown.length === 0 ? [] : ['', configTable(shown)])]
}

type PartitionRow = Described['partitions'][number] & { readonly topic: string; readonly compacted: boolean }

function rowsOf({ name, partitions, configs }: Described): PartitionRow[] {
  const policy = configs.find((config) => config.name === 'cleanup.policy')?.value
  const compacted = policy?.includes('compact') === true
  return partitions.map((partition) => ({ topic: name, compacted, ...partition }))
}

/** Where transactions are open there is one column more: what `read_committed` reads ends before the end. */
function partitionTable(partitions: readonly PartitionRow[]): Table {
  const isAllStable = partitions.every(({ last_stable_offset, end_offset }) => last_stable_offset === end_offset)
  const tellsSizes = partitions.some(({ size_bytes }) => size_bytes !== null)
  return tableOf(partitions, [
    { title: 'PARTITION', kind: 'number', cell: ({ partition }) => partition },
    { title: 'LEADER', kind: 'number', optional: true, cell: ({ leader }) => leader },
    { title: 'START', kind: 'number', cell: ({ start_offset }) => start_offset },
    { title: 'END', kind: 'number', cell: ({ end_offset }) => end_offset },
    { title: 'LAST-STABLE', kind: 'number', wide: isAllStable, cell: ({ last_stable_offset }) => last_stable_offset },
    { title: 'RECORDS', kind: 'count', cell: (row) => recordsCell(recordsOf(row), row.compacted) },
    { title: 'SIZE', kind: 'size', wide: !tellsSizes, cell: ({ size_bytes }) => size_bytes },
    { title: 'EPOCH', kind: 'number', wide: true, cell: ({ leader_epoch }) => leader_epoch },
    { title: 'REPLICAS', wide: true, cell: ({ replicas }) => replicas.join(',') },
    { title: 'ISR', wide: true, cell: ({ isr }) => isr.join(',') },
  ])
}

function recordsOf({ start_offset, end_offset }: PartitionRow): number | null {
  return start_offset === null || end_offset === null ? null : end_offset - start_offset
}

function configTable(configs: Described['configs']): Table {
  const columns: ReadonlyArray<RowColumn<Described['configs'][number]>> = [
    { title: 'CONFIG', cell: ({ name }) => name },
    { title: 'VALUE', cell: ({ value }) => value ?? '(hidden)' },
    { title: 'SOURCE', cell: ({ source }) => source },
  ]
  return tableOf(configs, columns, { stacks: true })
}
