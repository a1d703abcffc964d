import { type CommandSpec, defineCommand } from '../command.ts'
import { formatCount } from '../output/quantities.ts'
import { recordsIn, topicExtents } from './topic-extents.ts'

interface ListFlags {
  readonly internal?: boolean
}

/** `rafka topics list`. */
export const listTopics: CommandSpec<ListFlags> = defineCommand({
  usage: '[options]',
  examples: [
    ['rafka topics list', 'names, partitions, records'],
    ['rafka topics list --json | jq -r .topics[].name', 'names alone'],
    ['rafka topics list -b localhost:9092', 'of a broker on the network'],
  ],
  declare: (command) => command.option('-i, --internal', 'internal topics too'),
  async run(context, { flags }) {
    const { rafka } = await context.session()
    const admin = rafka.admin()
    const all = await admin.listTopics()
    const topics = all
      .filter((topic) => flags.internal === true || !topic.internal)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    const extents = await topicExtents(
      admin,
      topics.flatMap(({ name, partitions }) => partitions.map(({ partition }) => ({ topic: name, partition }))),
    )
    const rows = topics.map(({ name, topicId, internal, partitions }) => ({
      name,
      topic_id: topicId,
      internal,
      partitions: partitions.length,
      replicas: partitions[0]?.replicas.length ?? null,
      records: recordsIn(extents.filter((extent) => extent.topic === name)),
    }))
    if (context.wantsJson) return context.terminal.json({ topics: rows })
    if (rows.length === 0) return context.terminal.note('no topics yet; rafka topics create NAME makes one')
    context.terminal.table(
      [
        { title: 'NAME' },
        { title: 'PARTITIONS', align: 'right' },
        { title: 'REPLICAS', align: 'right' },
        { title: 'RECORDS', align: 'right' },
      ],
      rows.map(({ name, partitions, replicas, records }) => [
        name,
        String(partitions),
        String(replicas ?? '-'),
        records === null ? '-' : formatCount(records),
      ]),
    )
  },
})
