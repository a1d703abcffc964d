import type { Admin } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import { type TopicResults, topicReport, topicResults } from '../mutation-report.ts'
import { countOf } from '../output/quantities.ts'
import { confirmOrRefuse } from '../prompts.ts'
import { requireTopics } from './require-topics.ts'
import { recordsIn, topicExtents } from './topic-extents.ts'

interface DeleteFlags {
  readonly yes?: boolean
  readonly ifExists?: boolean
}

/** `rafka topics delete`. */
export const deleteTopics: CommandSpec<DeleteFlags, TopicResults> = defineCommand({
  usage: 'NAME... [options]',
  examples: [
    ['rafka topics delete orders', 'asks first'],
    ['rafka topics delete orders --yes', 'does not'],
    ['rafka topics delete old --yes --if-exists', 'in a script'],
  ],
  declare: (command) =>
    command
      .argument('[name...]')
      .option('-y, --yes', 'do it without being asked')
      .option('--if-exists', 'a topic that is not there is no error'),
  shape: topicResults,
  async run(context, { args, flags }) {
    const names = await requireTopics(context, args, 'rafka topics delete NAME...')
    const { rafka } = await context.session()
    const admin = rafka.admin()
    if (flags.yes !== true) {
      await confirmOrRefuse(context, `Delete ${await whatIsLost(admin, names)}?`, flags.yes)
    }
    const deleted = await admin.deleteTopics(names)
    const results = deleted.map(({ name, error }) => {
      if (error?.code === 'UNKNOWN_TOPIC_OR_PARTITION' && flags.ifExists === true) {
        return { name, status: 'unchanged', error: null, text: `${name} does not exist` }
      }
      return { name, status: error === null ? 'deleted' : 'failed', error }
    })
    return await topicReport(context, results)
  },
})

async function whatIsLost(admin: Admin, names: readonly string[]): Promise<string> {
  const known = (await admin.listTopics()).filter(({ name }) => names.includes(name))
  const partitions = known.flatMap(({ name, partitions: all }) =>
    all.map(({ partition }) => ({ topic: name, partition })),
  )
  const records = recordsIn(await topicExtents(admin, partitions))
  const held = records === null ? '' : `, ${countOf(records, 'record')}`
  return `${names.join(', ')}: ${countOf(partitions.length, 'partition')}${held}`
}
