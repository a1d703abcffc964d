import { type ConfigChange, type ItemResult, isRafkaError } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import { isUnreached } from '../exit-code.ts'
import { type Mutations, mutationReport, mutationsOf } from '../mutation-report.ts'
import { collected } from '../option-values.ts'
import { missingArgument } from '../prompts.ts'
import { readAssignments } from './read-assignments.ts'
import { declareRegex, type RegexFlags, requireTopics } from './require-topics.ts'

interface AlterFlags extends RegexFlags {
  readonly set?: readonly string[]
  readonly delete?: readonly string[]
  readonly append?: readonly string[]
  readonly subtract?: readonly string[]
  readonly dryRun?: boolean
}

/** `rafka topics alter`. */
export const alterTopics: CommandSpec<AlterFlags, Mutations<'topic'>> = defineCommand({
  usage: 'NAME... [options]',
  examples: [
    ['rafka topics alter orders --set retention.ms=86400000', 'keep a day'],
    ['rafka topics alter orders --delete retention.ms', 'back to the default'],
    ['rafka topics alter a b --append cleanup.policy=compact', 'add to a list'],
  ],
  declare: (command) =>
    declareRegex(command)
      .argument('[name...]')
      .option('-c, --set <name=value>', 'set a config, may be repeated', collected)
      .option('--delete <name>', 'back to the default, may be repeated', collected)
      .option('--append <name=value>', 'add to a list, may be repeated', collected)
      .option('--subtract <name=value>', 'take from a list, may be repeated', collected)
      .option('--dry-run', 'only check whether it could be done'),
  shape: mutationsOf('topic'),
  async run(context, { args, flags }) {
    const changes = readChanges(flags)
    if (changes.length === 0) {
      throw missingArgument('nothing is to be changed', 'name --set, --delete, --append or --subtract')
    }
    const names = await requireTopics(context, args, 'rafka topics alter NAME... --set NAME=VALUE', flags)
    const { rafka } = await context.session()
    const results = []
    for (const topic of names) {
      const resource = { type: 'topic', name: topic } as const
      const altered = rafka.admin().alterConfigs(resource, changes, { validateOnly: flags.dryRun === true })
      const error = await altered.then(() => null, itemError)
      const done = flags.dryRun === true ? 'valid' : 'altered'
      results.push({ name: topic, status: error === null ? done : 'failed', error })
    }
    return await mutationReport(context, 'topic', results)
  },
})

function readChanges(flags: AlterFlags): ConfigChange[] {
  const assigned = (['set', 'append', 'subtract'] as const).flatMap((operation) =>
    readAssignments(`--${operation}`, flags[operation]).map(([name, value]) => ({ name, operation, value })),
  )
  const deleted = (flags.delete ?? []).map((name) => ({ name, operation: 'delete' as const, value: null }))
  return [...assigned, ...deleted]
}

/** A refusal concerns one topic; a broker that is gone concerns all. */
function itemError(error: unknown): NonNullable<ItemResult['error']> {
  if (isUnreached(error) || !isRafkaError(error)) throw error
  return { code: error.code, message: error.message }
}
