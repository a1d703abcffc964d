import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { open, RafkaError } from '../../src/index.ts'
import { type CommandSpec, defineCommand } from '../command.ts'
import type { CommandContext } from '../context.ts'
import type { EndSignal, SignalSource } from '../interrupts.ts'
import { collected } from '../option-values.ts'
import { missingArgument } from '../prompts.ts'
import { readAssignments } from '../topics/read-assignments.ts'
import { refuseBrokers } from './refuse-brokers.ts'
import { createSeedTopics, readSeedTopics } from './seed-topics.ts'

interface RunFlags {
  readonly set?: readonly string[]
  readonly seedTopic?: readonly string[]
}

/** `rafka broker run`: a broker in memory for as long as a command runs. */
export const runWithBroker: CommandSpec<RunFlags> = defineCommand({
  usage: '[options] -- COMMAND...',
  examples: [
    ['rafka broker run -- npm test', 'finds it in RAFKA_BROKERS and KAFKA_BOOTSTRAP_SERVERS'],
    ['rafka broker run --seed-topic orders:3 -- node app.js', 'with a topic of 3 partitions'],
    ["rafka broker run -- sh -c 'kcat -b $RAFKA_BROKERS -L'", 'with another client'],
  ],
  declare: (command) =>
    command
      .argument('[command...]')
      .option('--seed-topic <name:partitions>', 'a topic that is there from the start, may be repeated', collected)
      .option('-c, --set <name=value>', 'a config of the broker, may be repeated', collected)
      .passThroughOptions(),
  async run(context, { args, flags }) {
    refuseBrokers(context)
    const [command, ...words] = args
    if (command === undefined) throw missingArgument('there is no command to run', 'rafka broker run -- npm test')
    const topics = readSeedTopics(flags.seedTopic)
    const configs = Object.fromEntries(readAssignments('--set', flags.set))
    await using rafka = await open({ storage: { type: 'memory' }, configs })
    const { host, port } = await rafka.listen({ port: 0 })
    await createSeedTopics(rafka, topics)
    context.terminal.note(`broker ${host}:${port} in memory, while ${command} runs`)
    return await runCommand(context, `${host}:${port}`, command, words)
  },
})

/** @returns the exit code of the command; 128 and the number of the signal that ended it */
async function runCommand(
  { io, terminal }: CommandContext,
  brokers: string,
  command: string,
  words: readonly string[],
): Promise<number> {
  const env = { ...io.env, RAFKA_BROKERS: brokers, KAFKA_BOOTSTRAP_SERVERS: brokers }
  const child = spawn(command, words, { cwd: io.cwd, env, stdio: 'inherit' })
  using _ = forwardSignals(io.signals, (signal) => child.kill(signal), io.stdin.isTTY === true)
  try {
    const [code, signal] = (await terminal.lend(() => once(child, 'close'))) as [number | null, NodeJS.Signals | null]
    if (signal === 'SIGINT') io.signals.leaveLine?.()
    return code ?? 128 + constants.signals[signal!]
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    const reason = missing ? 'there is no such command' : error instanceof Error ? error.message : String(error)
    throw new RafkaError('INVALID_ARGUMENT', `${command} cannot be run: ${reason}`, { cause: error })
  }
}

/** Ctrl-C at a terminal reaches the command by itself; everything else has to be handed on. */
function forwardSignals(source: SignalSource, send: (signal: EndSignal) => void, onTerminal: boolean): Disposable {
  const listener = (signal: EndSignal) => {
    if (signal !== 'SIGINT' || !onTerminal) send(signal)
  }
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) source.on(signal, listener)
  return {
    [Symbol.dispose]() {
      for (const signal of signals) source.off(signal, listener)
    },
  }
}
