import { type ConfigKeyName, configKeys, shownValue } from '../../config/config-keys.ts'
import { path, ValueProblem } from '../../config/value-kinds.ts'
import { RafkaError } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import type { CommandContext } from '../context.ts'
import { configFlags } from '../global-options.ts'
import { type Mutations, mutationReport, mutationsOf } from '../mutation-report.ts'
import { missingArgument } from '../prompts.ts'
import { profilesFile } from './profiles-file.ts'

interface CreateFlags {
  readonly from?: string
  readonly protect?: boolean
  readonly prompt?: string
  readonly use?: boolean
}

/** `rafka profile create`: what the flags say is what the profile holds. */
export const createProfile: CommandSpec<CreateFlags, Mutations<'profile'>> = defineCommand({
  usage: 'NAME [options]',
  examples: [
    ['rafka profile create local --data-dir ./data --use', 'a data directory'],
    ['rafka profile create prod -b k1:9092,k2:9092 --protect', 'a cluster to be careful with'],
    ['rafka profile create fast --from prod -X acks=1', 'another one, changed'],
  ],
  declare: (command) =>
    command
      .argument('[name]')
      .option('--from <profile>', 'begin with what this one has')
      .option('--protect', 'ask for names before something is destroyed')
      .option('--prompt <color>', 'colour of the prompt: red, bg-red, …')
      .option('--use', 'make it the current one'),
  shape: mutationsOf('profile'),
  async run(context, { args, flags }) {
    const [name] = args
    if (name === undefined) throw missingArgument('the profile has no name', 'rafka profile create NAME -b host:port')
    const settings = settingsOf(context, flags)
    const file = profilesFile(context)
    file.refuseTaken(name)
    if (flags.from !== undefined) file.require(flags.from)
    else if (settings.size === 0) {
      throw missingArgument('the profile would hold nothing', 'give -b host:port, --data-dir DIR or -X key=value')
    }
    file.create(name, settings, flags.from)
    if (flags.use === true) file.use(name)
    file.save()
    return await mutationReport(context, 'profile', [{ name, status: 'created', error: null }])
  },
})

function settingsOf({ io, flags }: CommandContext, own: CreateFlags): Map<ConfigKeyName, unknown> {
  const given = configFlags(flags)
  if (own.protect === true) given.set('protect', { flag: '--protect', value: true })
  if (own.prompt !== undefined) given.set('prompt', { flag: '--prompt', value: own.prompt })
  return new Map([...given].map(([key, { flag, value }]) => [key, checked(key, flag, value, io.cwd)]))
}

/** Paths are kept whole, since the file may be read from anywhere; everything else as it was written. */
function checked(key: ConfigKeyName, flag: string, value: unknown, cwd: string): unknown {
  const { kind } = configKeys[key]
  try {
    const read = kind.read(value, cwd)
    if (read === undefined) throw new ValueProblem(`expected ${kind.expects}, not ${shownValue(key, value)}`)
    return key === 'brokers' || kind === path ? read : value
  } catch (error) {
    if (!(error instanceof ValueProblem)) throw error
    throw new RafkaError('INVALID_ARGUMENT', `${flag}: ${error.message}`, { details: { key } })
  }
}
