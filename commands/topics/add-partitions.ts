import { RafkaError } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import { type Mutations, mutationReport, mutationsOf } from '../mutation-report.ts'
import { wholeNumber } from '../option-values.ts'
import { countOf } from '../output/quantities.ts'
import { declareRegex, type RegexFlags, requireTopics } from './require-topics.ts'

interface AddFlags extends RegexFlags {
  readonly num?: number
  readonly total?: number
  readonly dryRun?: boolean
}

/** `rafka topics add-partitions`. */
export const addPartitions: CommandSpec<AddFlags, Mutations<'topic'>> = defineCommand({
  usage: 'NAME... (-n N | --total N) [options]',
  examples: [
    ['rafka topics add-partitions orders -n 2', 'two more'],
    ['rafka topics add-partitions orders --total 6', 'up to six'],
  ],
  declare: (command) =>
    declareRegex(command)
      .argument('[name...]')
      .option('-n, --num <n>', 'so many more', wholeNumber(1, 2 ** 31 - 1))
      .option('--total <n>', 'so many in all', wholeNumber(1, 2 ** 31 - 1))
      .option('--dry-run', 'only check whether it could be done'),
  shape: mutationsOf('topic'),
  async run(context, { args, flags }) {
    if ((flags.num === undefined) === (flags.total === undefined)) {
      throw new RafkaError('INVALID_ARGUMENT', 'one of --num and --total is needed, and not both')
    }
    const names = await requireTopics(context, args, 'rafka topics add-partitions NAME... -n N', flags)
    const { rafka } = await context.session()
    const admin = rafka.admin()
    const described = await admin.describeTopics(names)
    const wanted = described.map(({ name, partitions }) => ({
      name,
      total: flags.total ?? partitions.length + flags.num!,
    }))
    const done = await admin.createPartitions(wanted, { validateOnly: flags.dryRun === true })
    const status = flags.dryRun === true ? 'valid' : 'altered'
    const results = done.map(({ name, error }) => {
      const total = wanted.find((one) => one.name === name)?.total ?? 0
      const text = `${status} ${name}  ${countOf(total, 'partition')}`
      return { name, status: error === null ? status : 'failed', error, text }
    })
    return await mutationReport(context, 'topic', results)
  },
})
