import type { Config } from '../config/load-config.ts'
import { connect, type EmbeddedRafka, isRafkaError, type OpenOptions, open, type Rafka } from '../src/index.ts'
import type { AskPassword } from './client-options.ts'
import { openOptions } from './open-options.ts'
import type { Asking } from './prompts.ts'

/** What a command talks to. */
export interface Session {
  readonly rafka: Rafka
  /** The same where it is a data directory rather than a broker on the network. */
  readonly embedded: EmbeddedRafka | undefined
}

/** Passwords that were typed, by the names of users. */
export type TypedPasswords = Map<string, string>

/**
 * Connects to the brokers that the configuration names, else opens the data directory. Settles when a broker answered.
 * @param typed keeps what was typed, so that it is asked for once
 * @throws RafkaError `BROKER_UNREACHABLE`, errors of TLS and SASL, and what `open` throws
 */
export async function openSession(config: Config, asking: Asking, typed: TypedPasswords = new Map()): Promise<Session> {
  const { terminal } = asking
  const brokers = config.get('brokers') ?? []
  if (brokers.length === 0) {
    const configs = { ...ofCommands, ...config.brokerConfigs() }
    const embedded = await terminal.busy(`opening ${config.dataDir}`, openDirectory(config, { configs, yields: true }))
    return { rafka: embedded, embedded }
  }
  const rafka = await connectTo(config, passwordAsker(asking, typed))
  try {
    await terminal.busy(`connecting to ${brokers.join(', ')}`, rafka.ready())
    return { rafka, embedded: undefined }
  } catch (error) {
    await rafka.close()
    // What was typed may have been wrong.
    if (isRafkaError(error, 'SASL_AUTHENTICATION_FAILED')) typed.clear()
    throw error
  }
}

/** A client of the brokers that the configuration names. */
export async function connectTo(config: Config, askPassword: AskPassword, firstContactMs?: number): Promise<Rafka> {
  const { clientOptions } = await import('./client-options.ts')
  return await connect({ ...(await clientOptions(config, askPassword)), firstContactMs })
}

function passwordAsker(asking: Asking, typed: TypedPasswords): AskPassword {
  return async (username) => {
    const known = typed.get(username)
    if (known !== undefined) return known
    const { askPassword } = await import('./prompts.ts')
    const password = await askPassword(asking, `Password of ${username}`, {
      message: `the password of user "${username}" is not known`,
      hint: 'set sasl.password_file, or RAFKA_SASL_PASSWORD',
    })
    typed.set(username, password)
    return password
  }
}

/** What holds for a broker that lives as long as a command, unless it is configured otherwise: nobody waits for members that do not come. */
const ofCommands = { 'group.initial.rebalance.delay.ms': '0' } as const

/** Opens the data directory of the configuration, with its hooks. */
export async function openDirectory(config: Config, more: OpenOptions = {}): Promise<EmbeddedRafka> {
  const hooks = config.get('hooks') === undefined ? [] : await (await import('./load-hooks.ts')).loadHooks(config)
  return await open({ ...openOptions(config), hooks, ...more })
}

/** Where commands get sessions from. */
export interface Sessions {
  /** @throws what `openSession` throws */
  open(config: Config, asking: Asking): Promise<Session>
  /** The command is done with a session that it got here. */
  release(session: Session): Promise<void>
}

/** Each command opens its own and closes it. */
export const ownSessions: Sessions = {
  open: openSession,
  release: ({ rafka }) => rafka.close(),
}
