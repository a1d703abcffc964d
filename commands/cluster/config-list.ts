import { nearestName } from '../../config/nearest-name.ts'
import { type ConfigEntry, RafkaError } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import type { CommandContext } from '../context.ts'
import { type Report, type RowColumn, tableOf } from '../output/report.ts'
import { type DocumentOf, flag, list, nullable, object, text } from '../output/shape.ts'
import { missingArgument } from '../prompts.ts'
import { type BrokerFlags, brokerToRead, declareBroker } from './broker-resource.ts'

interface ListFlags extends BrokerFlags {
  readonly all?: boolean
}

const shape = object({
  broker: text,
  configs: list(
    object({ name: text, value: nullable(text), source: text, default: flag, read_only: flag, sensitive: flag }),
  ),
})

type Configs = DocumentOf<typeof shape>

/** `rafka cluster config list`. */
export const listClusterConfigs: CommandSpec<ListFlags, Configs> = defineCommand({
  usage: '[options]',
  examples: [
    ['rafka cluster config list', 'what differs from the defaults'],
    ['rafka cluster config list -a', 'all'],
  ],
  declare: (command) => declareBroker(command, 'the controller').option('-a, --all', 'those with their default too'),
  shape,
  watch: true,
  async run(context, { flags }) {
    const { name, entries } = await read(context, flags)
    const shown = entries.filter(({ isDefault }) => flags.all === true || !isDefault)
    const note = shown.length === 0 ? 'all configs have their default; -a shows them' : undefined
    return { ...reportOf(name, shown), note }
  },
})

/** `rafka cluster config get`. */
export const getClusterConfig: CommandSpec<BrokerFlags, Configs> = defineCommand({
  usage: 'NAME... [options]',
  examples: [
    ['rafka cluster config get num.partitions', 'its value, and where that comes from'],
    ['rafka cluster config get num.partitions --format tsv | cut -f2', 'the value alone'],
  ],
  declare: (command) => declareBroker(command, 'the controller').argument('[name...]'),
  shape,
  async run(context, { args, flags }) {
    if (args.length === 0) throw missingArgument('no config was named', 'rafka cluster config list -a lists them')
    const { name, entries } = await read(context, flags)
    return reportOf(
      name,
      args.map((wanted) => find(entries, wanted)),
    )
  },
})

async function read(context: CommandContext, flags: BrokerFlags) {
  const { rafka } = await context.session()
  const admin = rafka.admin()
  const resource = await brokerToRead(admin, flags)
  const entries = await admin.describeConfigs(resource)
  return { name: resource.name, entries: [...entries].sort((a, b) => (a.name < b.name ? -1 : 1)) }
}

function find(entries: readonly ConfigEntry[], wanted: string): ConfigEntry {
  const found = entries.find(({ name }) => name === wanted)
  if (found !== undefined) return found
  const near = nearestName(
    wanted,
    entries.map(({ name }) => name),
  )
  const hint = near === undefined ? 'rafka cluster config list -a lists them' : `did you mean "${near}"?`
  throw new RafkaError('INVALID_CONFIG', `there is no config "${wanted}" of brokers`, {
    details: { name: wanted, hint },
  })
}

const configColumns: ReadonlyArray<RowColumn<Configs['configs'][number]>> = [
  { title: 'CONFIG', cell: ({ name }) => name },
  { title: 'VALUE', cell: ({ value, sensitive }) => (sensitive ? '(hidden)' : value) },
  { title: 'SOURCE', cell: ({ source }) => source },
  { title: 'READ-ONLY', wide: true, cell: ({ read_only }) => read_only },
]

function reportOf(broker: string, entries: readonly ConfigEntry[]): Report<Configs> {
  const configs = entries.map(({ name, value, source, isDefault, readOnly, sensitive }) => ({
    name,
    value,
    source,
    default: isDefault,
    read_only: readOnly,
    sensitive,
  }))
  return {
    document: { broker, configs },
    paged: true,
    table: tableOf(configs, configColumns, { stacks: true }),
  }
}
