import type { Command } from 'commander'
import { formatAddress } from '../../config/address.ts'
import { type ConfigKeyName, configKeyNames, isConfigKey } from '../../config/config-keys.ts'
import type { ListenerConfig } from '../../config/listener-list.ts'
import type { FlagValue } from '../../config/load-config.ts'
import { nearestName } from '../../config/nearest-name.ts'
import { type EmbeddedRafka, type Logger, type NewTopic, RafkaError } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import type { CommandContext } from '../context.ts'
import { onInterrupt, type SignalSource } from '../interrupts.ts'
import { collected, wholeNumber } from '../option-values.ts'
import { printReport } from '../output/print-report.ts'
import { type DocumentOf, list, nullable, object, text, whole, word } from '../output/shape.ts'
import { openDirectory } from '../session.ts'
import { readAssignments } from '../topics/read-assignments.ts'
import { listenOptions } from './listen-options.ts'
import { refuseBrokers } from './refuse-brokers.ts'
import { createSeedTopics, readSeedTopics } from './seed-topics.ts'
import { logLevelOf, stderrLogger } from './stderr-logger.ts'
import { warnOfListeners } from './warn-of-listeners.ts'

interface StartFlags {
  readonly port?: number
  readonly listen?: readonly string[]
  readonly storage?: string
  readonly durability?: string
  readonly set?: readonly string[]
  readonly seedTopic?: readonly string[]
}

function declare(command: Command): Command {
  return command
    .option('--port <n>', 'listen on this port of 127.0.0.1 (0: any free one)', wholeNumber(0, 65_535))
    .option('--listen <host:port>', 'listen here, may be repeated (default 127.0.0.1:9092)', collected)
    .option('--storage <engine>', 'sqlite (default) or memory')
    .option('--durability <level>', 'fsync (default), os or none')
    .option('--seed-topic <name:partitions>', 'create this topic if it is not there, may be repeated', collected)
    .option('-c, --set <name=value>', 'a config of the broker, may be repeated', collected)
}

const shape = object({
  brokers: list(text),
  data_dir: nullable(text),
  storage: nullable(word('sqlite', 'memory')),
  pid: nullable(whole),
})

/** `rafka broker start`: serves until SIGTERM or Ctrl-C. */
export const startBroker: CommandSpec<StartFlags, DocumentOf<typeof shape>> = defineCommand({
  usage: '[options]',
  examples: [
    ['rafka broker start', 'on 127.0.0.1:9092'],
    ['rafka broker start --listen 0.0.0.0:9092', 'for other machines'],
    ['rafka broker start --port 0 --data-dir /tmp/r', 'a free port, told on stdout'],
    ['rafka broker start --set num.partitions=3', "a setting by Kafka's name"],
    ['rafka broker start --seed-topic orders:3', 'with a topic of 3 partitions'],
  ],
  declare,
  shape,
  async run(context, { flags }) {
    refuseBrokers(context)
    const config = await context.config(startFlags(flags))
    const topics = readSeedTopics(flags.seedTopic)
    const logger = stderrLogger(context.io.stderr, logLevelOf(context.flags), context.form === 'json')
    await untilInterrupted(context.io.signals, async () => {
      // Who serves already must not be taken for this one: the listeners would be theirs.
      const rafka = await openDirectory(config, { attach: false, logger })
      return { rafka, ready: announce(context, rafka, config.value('listeners'), topics, logger) }
    })
  },
})

/** Serves until a signal; one that arrives during the start ends it in order too. */
async function untilInterrupted(
  signals: SignalSource,
  start: () => Promise<{ readonly rafka: EmbeddedRafka; readonly ready: Promise<void> }>,
): Promise<void> {
  let interrupted = () => {}
  const signal = new Promise<void>((resolve) => {
    interrupted = resolve
  })
  using _ = onInterrupt(signals, () => interrupted())
  // A promise alone keeps no process alive, and a broker that is still starting has no door that would.
  const alive = setInterval(() => {}, 2 ** 30)
  try {
    const { rafka, ready } = await start()
    try {
      await ready
      await signal
    } finally {
      await rafka.close()
    }
  } finally {
    clearInterval(alive)
  }
}

/** Opens the listeners and tells their addresses on stdout, for scripts that wait for them. */
async function announce(
  context: CommandContext,
  rafka: EmbeddedRafka,
  listeners: readonly ListenerConfig[],
  topics: readonly NewTopic[],
  logger: Logger,
): Promise<void> {
  // Whoever is let in finds them there.
  await createSeedTopics(rafka, topics)
  const addresses: string[] = []
  for (const options of await Promise.all(listeners.map(listenOptions))) {
    addresses.push(formatAddress(await rafka.listen(options)))
  }
  await warnOfListeners(listeners, addresses, rafka.admin(), logger)
  const { dataDir, storage, pid } = rafka.status()
  const brokers = addresses.join(',')
  await printReport(context.terminal, context.form, {
    document: { brokers: addresses, data_dir: dataDir, storage, pid } satisfies DocumentOf<typeof shape>,
    table: {
      columns: ['BROKERS', 'DATA-DIR', 'STORAGE', 'PID'].map((title) => ({ title })),
      rows: [[brokers, dataDir, storage, pid]],
    },
    view: [`BROKERS=${brokers}`],
  })
}

/** Flags that are keys of the configuration. */
function startFlags(flags: StartFlags): Map<ConfigKeyName, FlagValue> {
  if (flags.port !== undefined && flags.listen !== undefined) {
    throw new RafkaError('INVALID_ARGUMENT', '--port and --listen exclude each other')
  }
  const given = new Map<ConfigKeyName, FlagValue>()
  if (flags.port !== undefined) given.set('listeners', { flag: '--port', value: `127.0.0.1:${flags.port}` })
  if (flags.listen !== undefined) given.set('listeners', { flag: '--listen', value: flags.listen.join(',') })
  if (flags.storage !== undefined) given.set('storage.type', { flag: '--storage', value: flags.storage })
  if (flags.durability !== undefined) given.set('storage.durability', { flag: '--durability', value: flags.durability })
  for (const [name, value] of readAssignments('--set', flags.set)) {
    given.set(brokerKey(name), { flag: `--set ${name}`, value })
  }
  return given
}

function brokerKey(name: string): ConfigKeyName {
  const key = `broker.${name}`
  if (isConfigKey(key)) return key
  const known = configKeyNames
    .filter((other) => other.startsWith('broker.'))
    .map((other) => other.slice('broker.'.length))
  const near = nearestName(name, known)
  throw new RafkaError('INVALID_ARGUMENT', `--set: unknown config "${name}" of the broker`, {
    details: { hint: near === undefined ? 'rafka config show broker lists all' : `did you mean "${near}"?` },
  })
}
