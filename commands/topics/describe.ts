import type { Admin, ConfigEntry, TopicDescription } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import type { CommandContext } from '../context.ts'
import { countOf, formatCount } from '../output/quantities.ts'
import { requireTopics } from './require-topics.ts'
import { type Extent, topicExtents } from './topic-extents.ts'

interface DescribeFlags {
  readonly all?: boolean
}

interface Described {
  readonly topic: TopicDescription
  readonly extents: readonly Extent[]
  readonly configs: readonly ConfigEntry[]
}

/** `rafka topics describe`. */
export const describeTopics: CommandSpec<DescribeFlags> = defineCommand({
  usage: 'NAME... [options]',
  examples: [
    ['rafka topics describe orders', 'partitions, and what differs from the defaults'],
    ['rafka topics describe orders -a', 'all its configs'],
    ['rafka topics describe a b --json', 'for a script'],
  ],
  declare: (command) => command.argument('[name...]').option('-a, --all', 'the configs with their default too'),
  async run(context, { args, flags }) {
    const names = await requireTopics(context, args, 'rafka topics describe NAME...')
    const { rafka } = await context.session()
    const admin = rafka.admin()
    const described: Described[] = []
    for (const topic of await admin.describeTopics(names)) described.push(await describe(admin, topic))
    if (context.wantsJson) return context.terminal.json({ topics: described.map(inJson) })
    for (const [index, one] of described.entries()) {
      if (index > 0) context.terminal.print('')
      printTopic(context, one, flags.all === true)
    }
  },
})

async function describe(admin: Admin, topic: TopicDescription): Promise<Described> {
  const partitions = topic.partitions.map(({ partition }) => ({ topic: topic.name, partition }))
  const [extents, configs] = await Promise.all([
    topicExtents(admin, partitions),
    admin.describeConfigs({ type: 'topic', name: topic.name }),
  ])
  return { topic, extents, configs }
}

function inJson({ topic, extents, configs }: Described): object {
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
    })),
    configs: configs.map(({ name, value, source, isDefault }) => ({ name, value, source, default: isDefault })),
    error: null,
  }
}

function printTopic({ terminal }: CommandContext, { topic, extents, configs }: Described, all: boolean): void {
  const { name, partitions, topicId } = topic
  const replicas = countOf(partitions[0]?.replicas.length ?? 0, 'replica')
  terminal.print(`${name}  ${countOf(partitions.length, 'partition')}, ${replicas}, id ${topicId}`)
  terminal.table(
    [
      { title: 'PARTITION', align: 'right' },
      { title: 'LEADER', align: 'right' },
      { title: 'START', align: 'right' },
      { title: 'END', align: 'right' },
      { title: 'RECORDS', align: 'right' },
    ],
    partitions.map(({ partition, leader }, index) => {
      const { start, end } = extents[index]!
      const records = start === null || end === null ? '-' : formatCount(end - start)
      return [String(partition), String(leader), String(start ?? '-'), String(end ?? '-'), records]
    }),
  )
  const shown = configs.filter(({ isDefault }) => all || !isDefault)
  if (shown.length === 0) return
  terminal.print('')
  terminal.table(
    [{ title: 'CONFIG' }, { title: 'VALUE' }, { title: 'SOURCE' }],
    shown.map((config) => [config.name, config.value ?? '(hidden)', config.source]),
  )
}
