import { type CommandSpec, defineCommand, type NoFlags } from '../command.ts'
import { countOf } from '../output/quantities.ts'
import { tableOf } from '../output/report.ts'
import { type DocumentOf, flag, list, nullable, object, text, whole } from '../output/shape.ts'

const shape = object({
  cluster_id: nullable(text),
  controller_id: nullable(whole),
  brokers: list(object({ id: whole, host: text, port: whole, controller: flag })),
  topics: whole,
  partitions: whole,
})

/** `rafka cluster info`. */
export const clusterInfo: CommandSpec<NoFlags, DocumentOf<typeof shape>> = defineCommand({
  usage: '[options]',
  examples: [
    ['rafka cluster info -b localhost:9092', 'its brokers, and how much there is'],
    ['rafka cluster info --json | jq -r .cluster_id', 'its id'],
  ],
  declare: (command) => command,
  shape,
  watch: true,
  async run(context) {
    const { rafka } = await context.session()
    const admin = rafka.admin()
    const [{ clusterId, controllerId, brokers }, topics] = await Promise.all([
      admin.describeCluster(),
      admin.listTopics(),
    ])
    const partitions = topics.reduce((sum, topic) => sum + topic.partitions.length, 0)
    const rows = [...brokers]
      .sort((a, b) => a.id - b.id)
      .map(({ id, host, port }) => ({ id, host, port, controller: id === controllerId }))
    const table = tableOf(rows, [
      { title: 'BROKER', kind: 'number', cell: ({ id }) => id },
      { title: 'HOST', cell: ({ host }) => host },
      { title: 'PORT', kind: 'number', cell: ({ port }) => port },
      { title: 'CONTROLLER', cell: ({ controller }) => (controller ? '*' : '') },
    ])
    const counts = `${countOf(topics.length, 'topic')}, ${countOf(partitions, 'partition')}`
    return {
      document: {
        cluster_id: clusterId,
        controller_id: controllerId < 0 ? null : controllerId,
        brokers: rows,
        topics: topics.length,
        partitions,
      },
      table,
      view: [{ heading: `cluster ${clusterId ?? '-'}`, facts: `${countOf(rows.length, 'broker')}, ${counts}` }, table],
    }
  },
})
