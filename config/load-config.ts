import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { RafkaError } from '../src/index.ts'
import {
  type ConfigKeyName,
  type ConfigValue,
  configKeyNames,
  configKeys,
  environmentName,
  shownValue,
} from './config-keys.ts'
import type { FileLayers } from './file-layers.ts'
import { type ConfigFiles, findConfigFiles } from './find-config-file.ts'
import { ValueProblem } from './value-kinds.ts'

/** Where a value comes from. */
export type ConfigOrigin =
  | { readonly from: 'flag'; readonly flag: string }
  | { readonly from: 'environment'; readonly variable: string }
  | { readonly from: 'file'; readonly file: string; readonly line: number }
  | { readonly from: 'profile'; readonly profile: string; readonly file: string; readonly line: number }
  | { readonly from: 'default' }

/** Where a value comes from, in a few words: `--data-dir`, `RAFKA_DATA_DIR`, `rafka.yaml:3`. */
export function describeOrigin(origin: ConfigOrigin): string {
  switch (origin.from) {
    case 'flag':
      return origin.flag
    case 'environment':
      return origin.variable
    case 'profile':
      return `profile ${origin.profile}`
    case 'file':
      return `${origin.file}:${origin.line}`
    case 'default':
      return 'default'
  }
}

/** A value given on the command line. */
export interface FlagValue {
  /** For messages: `--data-dir`. */
  readonly flag: string
  readonly value: unknown
}

/** What the configuration is made of. */
export interface ConfigSources {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly flags?: ReadonlyMap<ConfigKeyName, FlagValue>
  /** From `--config`; `none` for no file. Over `RAFKA_CONFIG`. */
  readonly file?: string | undefined
  /** From `--profile`. Over `RAFKA_PROFILE`. */
  readonly profile?: string | undefined
  /** This user's id, against which the owner of a found file is checked; undefined on systems that have none. */
  readonly uid?: number | undefined
}

/** A value, and where it comes from. */
export interface Setting {
  readonly value: unknown
  readonly text: string
  readonly origin: ConfigOrigin
}

/** The profile in use. */
export interface ChosenProfile {
  readonly name: string
  /** Who chose it: `--profile`, `RAFKA_PROFILE`, or the file that calls it current. */
  readonly chosenBy: string
  /** Whether it was named for this run; else it is the current one. */
  readonly isNamed: boolean
}

interface Loaded {
  readonly files: readonly string[]
  readonly profile: ChosenProfile | undefined
  readonly dataDir: string
  readonly settings: ReadonlyMap<ConfigKeyName, Setting>
}

/** Every key with its value in force and where that comes from. */
export class Config {
  /** The files that were read, the strongest first. */
  readonly files: readonly string[]
  readonly profile: ChosenProfile | undefined
  /** Always set: the user's own directory when nothing names another. */
  readonly dataDir: string
  readonly #settings: ReadonlyMap<ConfigKeyName, Setting>

  constructor({ files, profile, dataDir, settings }: Loaded) {
    this.files = files
    this.profile = profile
    this.dataDir = dataDir
    this.#settings = settings
  }

  /** The value in force; undefined where a key without a default is not set. */
  get<Name extends ConfigKeyName>(name: Name): ConfigValue<Name> | undefined {
    const setting = this.#settings.get(name)
    return (setting === undefined ? defaultOf(name) : setting.value) as ConfigValue<Name> | undefined
  }

  /** The value of a key that has a default. */
  value<Name extends ConfigKeyName>(name: Name): ConfigValue<Name> {
    const value = this.get(name)
    if (value === undefined) throw new Error(`${name} has no default`)
    return value
  }

  /** The value if somebody set it; undefined leaves the choice to whoever is asked. */
  given<Name extends ConfigKeyName>(name: Name): ConfigValue<Name> | undefined {
    return this.#settings.get(name)?.value as ConfigValue<Name> | undefined
  }

  /** As it was written, or the default as rafka.yaml has it. */
  text(name: ConfigKeyName): string | undefined {
    return this.#settings.get(name)?.text ?? configKeys[name].defaultText
  }

  origin(name: ConfigKeyName): ConfigOrigin {
    return this.#settings.get(name)?.origin ?? { from: 'default' }
  }

  /** The kind of source that a value comes from: the smaller number is the stronger. */
  rank(name: ConfigKeyName): number {
    return rankOf(this.origin(name))
  }

  /** What is set of the section `broker`, by Kafka's names and as Kafka writes values: for the broker's static configs. */
  brokerConfigs(): Record<string, string> {
    const entries = configKeyNames.flatMap((name) => {
      const value = name.startsWith('broker.') ? this.given(name) : undefined
      return value === undefined ? [] : [[name.slice('broker.'.length), String(value)]]
    })
    return Object.fromEntries(entries)
  }
}

function defaultOf(name: ConfigKeyName): unknown {
  const { kind, defaultText } = configKeys[name]
  return defaultText === undefined ? undefined : kind.read(defaultText, '/')
}

/**
 * Puts the configuration together: flag over environment (`RAFKA_…`) over a profile that was named over the file over the current profile over
 * the user's file over default.
 * @throws RafkaError `INVALID_CONFIGURATION` naming key, file and line (or the flag or variable), and the nearest right key
 */
export async function loadConfig(sources: ConfigSources): Promise<Config> {
  const named = sources.file ?? nonEmpty(sources.env.RAFKA_CONFIG)
  const files = findConfigFiles({ named, cwd: sources.cwd, env: sources.env, uid: sources.uid })
  const wanted = wantedProfile(sources)
  const found = [files.nearest, files.users].filter((file) => file !== undefined)
  const { layers, profile } = found.length === 0 && wanted === undefined ? nothing : await readLayers(files, wanted)
  const settings = new Map<ConfigKeyName, Setting>(layers.flatMap((layer) => [...layer]))
  for (const name of configKeyNames) {
    const setting = fromFlag(name, sources) ?? fromEnvironment(name, sources)
    if (setting !== undefined) settings.set(name, setting)
  }
  // Who names a directory for this run does not mean the brokers that a profile or a variable names.
  if (sources.flags?.has('data-dir') && !sources.flags.has('brokers')) settings.delete('brokers')
  const dataDir = dataDirectory(settings, sources.env)
  return new Config({ files: found.map(({ file }) => file), profile, dataDir, settings })
}

const nothing: FileLayers = { layers: [], profile: undefined }

function wantedProfile({ profile, env }: ConfigSources): ChosenProfile | undefined {
  if (profile !== undefined) return { name: profile, chosenBy: '--profile', isNamed: true }
  const name = nonEmpty(env.RAFKA_PROFILE)
  return name === undefined ? undefined : { name, chosenBy: 'RAFKA_PROFILE', isNamed: true }
}

/** The YAML parser is loaded for a file only: it takes as long as all the rest of a start. */
async function readLayers(files: ConfigFiles, wanted: ChosenProfile | undefined): Promise<FileLayers> {
  return (await import('./file-layers.ts')).fileLayers(files, wanted)
}

function fromFlag(name: ConfigKeyName, { flags, cwd }: ConfigSources): Setting | undefined {
  const given = flags?.get(name)
  if (given === undefined) return undefined
  const value = read(name, given.value, cwd, given.flag)
  return { value, text: String(given.value), origin: { from: 'flag', flag: given.flag } }
}

function fromEnvironment(name: ConfigKeyName, { env, cwd }: ConfigSources): Setting | undefined {
  // A hook is code: a variable that some other program left behind must not name one.
  if (name === 'hooks') return undefined
  const variable = environmentName(name)
  const text = nonEmpty(env[variable])
  if (text === undefined) return undefined
  return { value: read(name, text, cwd, variable), text, origin: { from: 'environment', variable } }
}

function read(name: ConfigKeyName, raw: unknown, base: string, source: string): unknown {
  const { kind } = configKeys[name]
  try {
    const value = kind.read(raw, base)
    if (value !== undefined) return value
    throw new ValueProblem(`expected ${kind.expects}, not ${shownValue(name, raw)}`)
  } catch (error) {
    if (!(error instanceof ValueProblem)) throw error
    throw new RafkaError('INVALID_CONFIGURATION', `${source}: ${error.message}`, { details: { key: name, source } })
  }
}

/** `data-dir` and `storage.path` name the same thing; the one from the stronger source holds. */
function dataDirectory(settings: ReadonlyMap<ConfigKeyName, Setting>, env: ConfigSources['env']): string {
  const named = settings.get('data-dir')
  const alias = settings.get('storage.path')
  if (named !== undefined && alias !== undefined && named.origin.from === alias.origin.from) {
    if (named.value !== alias.value) throw twoDirectories(named, alias)
  }
  const strongest = [named, alias]
    .filter((one) => one !== undefined)
    .sort((a, b) => rankOf(a.origin) - rankOf(b.origin))[0]
  if (strongest !== undefined) return String(strongest.value)
  // A relative one counts as not set, as its specification says.
  const xdg = env.XDG_DATA_HOME
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(nonEmpty(env.HOME) ?? homedir(), '.local', 'share')
  return join(base, 'rafka')
}

function rankOf({ from }: ConfigOrigin): number {
  return ['flag', 'environment', 'profile', 'file', 'default'].indexOf(from)
}

function twoDirectories(named: Setting, alias: Setting): RafkaError {
  const where = 'line' in alias.origin ? `${alias.origin.file}:${alias.origin.line}: ` : ''
  const message = `${where}data-dir (${named.value}) and storage.path (${alias.value}) name the same thing: set one of them`
  return new RafkaError('INVALID_CONFIGURATION', message, { details: { key: 'storage.path' } })
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value
}
