import { type CommandSpec, defineCommand } from '../command.ts'
import { tableOf } from '../output/report.ts'
import { type DocumentOf, flag, list, nullable, object, text, whole } from '../output/shape.ts'
import { bytesIn, compactedTopics, perTopic, recordsCell, recordsIn, topicExtents } from './topic-extents.ts'

interface ListFlags {
  readonly internal?: boolean
}

const row = object({
  name: text,
  topic_id: text,
  internal: flag,
  partitions: whole,
  replicas: nullable(whole),
  records: nullable(whole),
  compacted: flag,
  size_bytes: nullable(whole),
})

const shape = object({ topics: list(row) })

/** `rafka topics list`. */
export const listTopics: CommandSpec<ListFlags, DocumentOf<typeof shape>> = defineCommand({
  usage: '[options]',
  examples: [
    ['rafka topics list', 'names, partitions, records'],
    ['rafka topics list --json | jq -r .topics[].name', 'names alone'],
    ['rafka topics list -b localhost:9092', 'of a broker on the network'],
  ],
  declare: (command) => command.option('-i, --internal', 'internal topics too'),
  shape,
  watch: true,
  async run(context, { flags }) {
    const { rafka } = await context.session()
    const admin = rafka.admin()
    const all = await admin.listTopics()
    const topics = all
      .filter((topic) => flags.internal === true || !topic.internal)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    const partitions = topics.flatMap(({ name, partitions: each }) =>
      each.map(({ partition }) => ({ topic: name, partition })),
    )
    const [extents, sizes, compacted] = await Promise.all([
      topicExtents(admin, partitions),
      admin.partitionSizes(partitions),
      compactedTopics(
        admin,
        topics.map(({ name }) => name),
      ),
    ])
    const [extentsOf, sizesOf] = [perTopic(extents), perTopic(sizes)]
    const rows = topics.map(({ name, topicId, internal, partitions: own }) => ({
      name,
      topic_id: topicId,
      internal,
      partitions: own.length,
      replicas: own[0]?.replicas.length ?? null,
      records: recordsIn(extentsOf(name)),
      compacted: compacted.has(name),
      size_bytes: bytesIn(sizesOf(name)),
    }))
    const tellsSizes = rows.some(({ size_bytes }) => size_bytes !== null)
    return {
      document: { topics: rows },
      table: tableOf(rows, [
        { title: 'NAME', cell: ({ name }) => name },
        { title: 'PARTITIONS', kind: 'number', cell: ({ partitions }) => partitions },
        { title: 'REPLICAS', kind: 'number', optional: true, cell: ({ replicas }) => replicas },
        { title: 'RECORDS', kind: 'count', cell: ({ records, compacted }) => recordsCell(records, compacted) },
        { title: 'SIZE', kind: 'size', wide: !tellsSizes, cell: ({ size_bytes }) => size_bytes },
        { title: 'ID', wide: true, cell: ({ topic_id }) => topic_id },
      ]),
      note: rows.length === 0 ? 'no topics yet; rafka topics create NAME makes one' : undefined,
    }
  },
})
