import type { ConfigKeyName } from '../config/config-keys.ts'
import { type Config, type FlagValue, loadConfig } from '../config/load-config.ts'
import { configFlags, type GlobalFlags } from './global-options.ts'
import type { Io } from './io.ts'
import type { OutputForm } from './output/print-report.ts'
import { Terminal } from './output/terminal.ts'
import type { Session } from './session.ts'

/** What one run of a command works with. Configuration and session are made when first asked for. */
export class CommandContext {
  readonly io: Io
  readonly flags: GlobalFlags
  readonly terminal: Terminal
  /** How a report is to be printed. */
  readonly form: OutputForm
  /** Fires when nothing more can be written to stdout, its reason the error: there is no use in going on. */
  readonly outputClosed: AbortSignal
  #config: Promise<Config> | undefined
  #session: Promise<Session> | undefined

  constructor(io: Io, flags: GlobalFlags, outputClosed: AbortSignal, form: OutputForm = 'table') {
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
    })
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
    this.#config ??= loadConfig({
      cwd: this.io.cwd,
      env: this.io.env,
      flags: new Map([...configFlags(this.flags), ...(ownFlags ?? [])]),
      file: this.flags.config,
      profile: this.flags.profile,
      uid: process.getuid?.(),
    })
    return this.#config
  }

  /** A broker that has answered: the one named by `--brokers`, else that of the data directory. */
  session(): Promise<Session> {
    this.#session ??= this.config().then(async (config) => {
      const { openSession } = await import('./session.ts')
      return openSession(config, this.terminal)
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
    await session?.rafka.close()
  }
}

function colorChoice(color: GlobalFlags['color']): 'auto' | 'always' | 'never' {
  if (color === false || color === 'never') return 'never'
  return color === 'always' ? 'always' : 'auto'
}
