import { type CommandSpec, defineCommand } from '../command.ts'
import { type Mutations, mutationReport, mutationsOf } from '../mutation-report.ts'
import { collected, wholeNumber } from '../option-values.ts'
import { countOf } from '../output/quantities.ts'
import { missingArgument } from '../prompts.ts'
import { readAssignments } from './read-assignments.ts'

interface CreateFlags {
  readonly partitions?: number
  readonly replicas?: number
  readonly set?: readonly string[]
  readonly ifNotExists?: boolean
  readonly dryRun?: boolean
}

/** `rafka topics create`. */
export const createTopics: CommandSpec<CreateFlags, Mutations<'topic'>> = defineCommand({
  usage: 'NAME... [options]',
  examples: [
    ['rafka topics create orders', 'with the defaults of the broker'],
    ['rafka topics create orders -p 3 -c retention.ms=86400000', '3 partitions, a day'],
    ['rafka topics create users -c cleanup.policy=compact', 'the last record of each key'],
  ],
  declare: (command) =>
    command
      .argument('[name...]')
      .option('-p, --partitions <n>', 'number of partitions', wholeNumber(1, 2 ** 31 - 1))
      .option('-r, --replicas <n>', 'replicas of each', wholeNumber(1, 32_767))
      .option('-c, --set <name=value>', 'a config of the topic, may be repeated', collected)
      .option('--if-not-exists', 'leave a topic that exists as it is')
      .option('--dry-run', 'only check whether it could be done'),
  shape: mutationsOf('topic'),
  async run(context, { args, flags }) {
    if (args.length === 0) throw missingArgument('no topic was named', 'rafka topics create NAME...')
    const configs = Object.fromEntries(readAssignments('--set', flags.set))
    const { rafka } = await context.session()
    const created = await rafka.admin().createTopics(
      [...new Set(args)].map((name) => ({
        name,
        partitions: flags.partitions,
        replicationFactor: flags.replicas,
        configs,
      })),
      { validateOnly: flags.dryRun === true },
    )
    const results = created.map(({ name, error, partitions, replicationFactor }) => {
      if (error?.code === 'TOPIC_ALREADY_EXISTS' && flags.ifNotExists === true) {
        return { name, status: 'unchanged', error: null, text: `${name} exists already` }
      }
      const shape = `${countOf(partitions ?? flags.partitions ?? 1, 'partition')}, ${countOf(replicationFactor ?? 1, 'replica')}`
      const status = flags.dryRun === true ? 'valid' : 'created'
      return { name, status: error === null ? status : 'failed', error, text: `${status} ${name}  ${shape}` }
    })
    if (flags.dryRun !== true) {
      const added = created.filter(({ error }) => error === null).map(({ name }) => name)
      await (await import('../completion/learn-topics.ts')).learnTopics(context, { added })
    }
    return await mutationReport(context, 'topic', results)
  },
})
