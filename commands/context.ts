import type { ConfigKeyName } from '../config/config-keys.ts'
import { type Config, type FlagValue, loadConfig } from '../config/load-config.ts'
import { configFlags, type GlobalFlags, namesPlace, overDefaults } from './global-options.ts'
import type { Io } from './io.ts'
import type { OutputForm } from './output/print-report.ts'
import { Terminal } from './output/terminal.ts'
import type { Session, Sessions } from './session.ts'
import type { Surroundings } from './surroundings.ts'

/** Where else than at its own place a line has something to do. */
export interface OtherPlace {
  readonly profile?: string
  readonly brokers?: string
  readonly dataDir?: string
}

/** What one run of a command works with. Configuration and session are made when first asked for. */
export class CommandContext {
  readonly surroundings: Surroundings
  readonly io: Io
  readonly flags: GlobalFlags
  readonly terminal: Terminal
  /** How a report is to be printed. */
  readonly form: OutputForm
  /** Fires when nothing more can be written to stdout, its reason the error: there is no use in going on. */
  readonly outputClosed: AbortSignal
  readonly #keptSessions: Sessions | undefined
  #config: Promise<Config> | undefined
  #session: Promise<Session> | undefined

  constructor(surroundings: Surroundings, ownFlags: GlobalFlags, form: OutputForm = 'table') {
    const { io, outputClosed, errorPrefix } = surroundings
    const flags = overDefaults(ownFlags, surroundings.flags)
    this.surroundings = surroundings
    this.io = io
    this.flags = flags
    this.form = form
    this.outputClosed = outputClosed
    this.terminal = new Terminal(io, {
      color: colorChoice(flags.color),
      quiet: flags.quiet === true,
      verbose: flags.verbose === true,
      input: flags.input !== false,
      pager: flags.pager !== false,
      errorPrefix,
    })
    // A line that names another place is not for the session that is kept.
    this.#keptSessions = namesPlace(ownFlags) ? undefined : surroundings.sessions
  }

  /** Whether a command that prints by itself is to print JSON. */
  get wantsJson(): boolean {
    return this.flags.json === true
  }

  /**
   * The configuration, read once. A command whose own flags are keys of it hands them over before anybody else asks.
   * @throws RafkaError `INVALID_CONFIGURATION`
   */
  config(ownFlags?: ReadonlyMap<ConfigKeyName, FlagValue>): Promise<Config> {
    this.#config ??= this.#load(new Map([...configFlags(this.flags), ...(ownFlags ?? [])]))
    return this.#config
  }

  #load(flags: ReadonlyMap<ConfigKeyName, FlagValue>): Promise<Config> {
    const { cwd, env } = this.io
    const { config: file, profile } = this.flags
    return loadConfig({ cwd, env, flags, file, profile, uid: process.getuid?.() })
  }

  /** The configuration of another place than this line's: a profile, brokers, else a data directory. */
  configOf({ profile, brokers, dataDir }: OtherPlace): Promise<Config> {
    if (profile !== undefined) {
      // What flags and variables say is about this line's own place.
      const env = { ...this.io.env }
      for (const name of Object.keys(env)) if (/^RAFKA_(?!CONFIG$)/.test(name)) delete env[name]
      const { config: file } = this.flags
      return loadConfig({ cwd: this.io.cwd, env, file, profile, uid: process.getuid?.() })
    }
    const flags = configFlags(this.flags)
    flags.set('brokers', { flag: '--to', value: brokers ?? '' })
    if (dataDir !== undefined) flags.set('data-dir', { flag: '--to', value: dataDir })
    return this.#load(flags)
  }

  /** A broker that has answered: the one named by `--brokers`, else that of the data directory. */
  session(): Promise<Session> {
    this.#session ??= this.config().then(async (config) => (await this.#sessions()).open(config, this))
    // One that failed may be tried again: somebody may be waiting for the broker.
    this.#session.catch(() => {
      this.#session = undefined
    })
    return this.#session
  }

  /** The session if one was opened; never opens one. */
  async openedSession(): Promise<Session | undefined> {
    return await this.#session?.catch(() => undefined)
  }

  /** Lets go of the session. */
  async close(): Promise<void> {
    const session = await this.openedSession()
    if (session !== undefined) await (await this.#sessions()).release(session)
  }

  async #sessions(): Promise<Sessions> {
    return this.#keptSessions ?? (await import('./session.ts')).ownSessions
  }
}

function colorChoice(color: GlobalFlags['color']): 'auto' | 'always' | 'never' {
  if (color === false || color === 'never') return 'never'
  return color === 'always' ? 'always' : 'auto'
}
