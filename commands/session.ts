import type { Config } from '../config/load-config.ts'
import { connect, type EmbeddedRafka, type OpenOptions, open, type Rafka } from '../src/index.ts'
import { openOptions } from './open-options.ts'
import type { Terminal } from './output/terminal.ts'

/** What a command talks to. */
export interface Session {
  readonly rafka: Rafka
  /** The same where it is a data directory rather than a broker on the network. */
  readonly embedded: EmbeddedRafka | undefined
}

/**
 * Connects to the brokers that the configuration names, else opens the data directory. Settles when a broker answered.
 * @throws RafkaError `BROKER_UNREACHABLE`, and what `open` throws
 */
export async function openSession(config: Config, terminal: Terminal): Promise<Session> {
  const brokers = config.get('brokers') ?? []
  if (brokers.length === 0) {
    const configs = { ...ofCommands, ...config.brokerConfigs() }
    const embedded = await terminal.busy(`opening ${config.dataDir}`, openDirectory(config, { configs }))
    return { rafka: embedded, embedded }
  }
  const rafka = await connect({ brokers })
  try {
    await terminal.busy(`connecting to ${brokers.join(', ')}`, rafka.ready())
    return { rafka, embedded: undefined }
  } catch (error) {
    await rafka.close()
    throw error
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
  open(config: Config, terminal: Terminal): Promise<Session>
  /** The command is done with a session that it got here. */
  release(session: Session): Promise<void>
}

/** Each command opens its own and closes it. */
export const ownSessions: Sessions = {
  open: openSession,
  release: ({ rafka }) => rafka.close(),
}
