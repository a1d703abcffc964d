import { type Command, Option } from 'commander'
import type { ConfigKeyName } from '../config/config-keys.ts'
import type { FlagValue } from '../config/load-config.ts'
import { readProperty } from '../config/properties.ts'
import { RafkaError } from '../src/index.ts'
import type { AnyCommand } from './command.ts'
import { collected, watchInterval } from './option-values.ts'
import { type OutputForm, outputForms } from './output/print-report.ts'

/** Flags that every command takes. */
export interface GlobalFlags {
  readonly brokers?: string
  /** Kafka's name for `brokers`. */
  readonly bootstrapServer?: string
  readonly dataDir?: string
  readonly config?: string
  readonly profile?: string
  /** `-X key=value`, each. */
  readonly property?: readonly string[]
  /** `--no-input` makes it false. */
  readonly input?: boolean
  /** `--no-pager` makes it false. */
  readonly pager?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
  readonly debug?: boolean
  /** `--no-color` makes it false. */
  readonly color?: string | boolean
}

const taking = {
  brokers: '-b, --brokers <host:port,...>',
  bootstrapServer: '--bootstrap-server <host:port,...>',
  dataDir: '--data-dir <dir>',
  config: '--config <file>',
  profile: '--profile <name>',
  property: '-X, --property <key=value>',
  color: '--color <when>',
} as const

const format = '--format <form>'

/** Global flags that are followed by a value: needed to tell a value from the name of a command. */
export const flagsWithValue: ReadonlySet<string> = new Set(
  [...Object.values(taking), format].flatMap((flags) => flags.replace(/ <.*/, '').split(', ')),
)

/** Flags of commands that hand over a report. */
export interface ReportFlags {
  readonly format?: OutputForm
  /** ms between two reports. */
  readonly watch?: number
}

/** Adds the flags that decide how the report of a command is printed. */
export function declareReportOptions(command: Command, { shape, watch }: AnyCommand): void {
  const group = 'Output options'
  if (shape !== undefined) {
    const forms = new Option(format, `${outputForms.join(', ')} (what --json looks like)`)
    command.addOption(forms.choices(outputForms).helpGroup(group))
  }
  if (watch === true) {
    const again = new Option('-w, --watch [duration]', 'again and again (every 2s)')
    command.addOption(again.argParser(watchInterval).preset('2s').helpGroup(group))
  }
}

/** Adds the global flags to a command. */
export function declareGlobalOptions(command: Command): void {
  const group = 'Global options'
  const options = [
    new Option(taking.brokers, 'a network broker, Rafka or any Kafka (RAFKA_BROKERS)'),
    new Option(taking.bootstrapServer, 'the same as --brokers').hideHelp(),
    new Option(taking.dataDir, 'the data directory (RAFKA_DATA_DIR)'),
    new Option(taking.config, 'configuration file; "none" reads none (RAFKA_CONFIG)'),
    new Option(taking.profile, 'a profile of the configuration (RAFKA_PROFILE)'),
    new Option(taking.property, 'any property of client or broker; -X list').argParser(collected),
    new Option('--json', 'print JSON'),
    new Option('-q, --quiet', 'no status lines, summaries and hints'),
    new Option('-v, --verbose', 'status lines and summaries in a pipe too'),
    new Option('--debug', 'with an error, its stack').hideHelp(),
    new Option(taking.color, 'colours: auto, always or never').choices(['auto', 'always', 'never']),
    new Option('--no-color', 'no colours').hideHelp(),
    new Option('--no-input', 'ask nothing').hideHelp(),
    new Option('--no-pager', 'show help and descriptions without a pager').hideHelp(),
  ]
  for (const option of options) command.addOption(option.helpGroup(group))
}

/** The global flags that are keys of the configuration; a flag holds over `-X`. @throws RafkaError `INVALID_ARGUMENT` for an unknown property */
export function configFlags(flags: GlobalFlags): Map<ConfigKeyName, FlagValue> {
  const given = new Map<ConfigKeyName, FlagValue>()
  for (const text of flags.property ?? []) {
    const { keys, value } = readProperty(text)
    for (const key of keys) given.set(key, { flag: `-X ${text.slice(0, text.indexOf('='))}`, value })
  }
  for (const [key, flag, value] of [
    ['brokers', '--bootstrap-server', flags.bootstrapServer],
    ['brokers', '--brokers', flags.brokers],
    ['data-dir', '--data-dir', flags.dataDir],
  ] as const) {
    if (value === '') throw emptyPlace(flag)
    if (value !== undefined) given.set(key, { flag, value })
  }
  return given
}

/** As of a variable of the shell that is not set: what was meant is another place, which is not to be written to instead. */
function emptyPlace(flag: string): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', `${flag} is empty`, {
    details: { hint: 'leave it out, or name a place; is a variable of the shell not set?' },
  })
}

const placeFlags = [
  'brokers',
  'bootstrapServer',
  'dataDir',
  'config',
  'profile',
  'property',
] as const satisfies readonly (keyof GlobalFlags)[]

/** Whether the flags say what to talk to. */
export function namesPlace(flags: GlobalFlags): boolean {
  return placeFlags.some((name) => flags[name] !== undefined)
}

/** The flags, and where they are silent those of `defaults`. Whoever names a place means that place alone. */
export function overDefaults(flags: GlobalFlags, defaults: GlobalFlags): GlobalFlags {
  if (!namesPlace(flags)) return { ...defaults, ...flags }
  const withoutPlace = Object.entries(defaults).filter(([name]) => !placeFlags.some((place) => place === name))
  return { ...Object.fromEntries(withoutPlace), ...flags }
}
