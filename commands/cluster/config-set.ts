import { isRafkaError, RafkaError } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import { type Mutations, mutationReport, mutationsOf } from '../mutation-report.ts'
import { collected } from '../option-values.ts'
import { readAssignments } from '../topics/read-assignments.ts'
import { type BrokerFlags, declareBroker } from './broker-resource.ts'

interface SetFlags extends BrokerFlags {
  readonly delete?: readonly string[]
  readonly dryRun?: boolean
}

/** `rafka cluster config set`. */
export const setClusterConfig: CommandSpec<SetFlags, Mutations<'config'>> = defineCommand({
  usage: 'NAME=VALUE... [options]',
  examples: [
    ['rafka cluster config set log.retention.ms=86400000', 'of all brokers'],
    ['rafka cluster config set log.cleaner.threads=2 --broker 1', 'of one'],
    ['rafka cluster config set --delete log.retention.ms', 'back to the default'],
  ],
  declare: (command) =>
    declareBroker(command, 'what holds for all brokers')
      .argument('[name=value...]')
      .option('--delete <name>', 'back to the default, may be repeated', collected)
      .option('--dry-run', 'only check whether it could be done'),
  shape: mutationsOf('config'),
  async run(context, { args, flags }) {
    const set = readAssignments('config set', args).map(([name, value]) => ({ name, operation: 'set' as const, value }))
    const deleted = (flags.delete ?? []).map((name) => ({ name, operation: 'delete' as const, value: null }))
    const changes = [...set, ...deleted]
    if (changes.length === 0) {
      throw new RafkaError('INVALID_ARGUMENT', 'nothing is to be changed', {
        details: { hint: 'rafka cluster config set NAME=VALUE, or --delete NAME' },
      })
    }
    const { rafka } = await context.session()
    const resource = { type: 'broker', name: flags.broker === undefined ? '' : String(flags.broker) } as const
    // All or none: the broker refuses the whole change for one part of it.
    const altered = rafka.admin().alterConfigs(resource, changes, { validateOnly: flags.dryRun === true })
    await altered.catch((error: unknown) => {
      throw flags.broker === undefined ? ofAllBrokers(error) : error
    })
    const status = flags.dryRun === true ? 'valid' : 'altered'
    const results = changes.map(({ name }) => ({ name, status, error: null }))
    return await mutationReport(context, 'config', results)
  },
})

/** In the protocol, what holds for all brokers belongs to one without a name. */
function ofAllBrokers(error: unknown): unknown {
  if (!isRafkaError(error)) return error
  const message = error.message.replace('configs of broker ""', 'configs of all brokers')
  return new RafkaError(error.code, message, { details: error.details, cause: error })
}
