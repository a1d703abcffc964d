import type { Command } from 'commander'
import { type CommandSpec, defineCommand, type Invocation } from '../command.ts'
import type { CommandContext } from '../context.ts'
import { collected, durationMs, wholeNumber } from '../option-values.ts'
import { pickTopic } from '../prompts.ts'
import { type ProduceFlags, readProduceOptions } from './produce-options.ts'

function declare(command: Command): Command {
  return command
    .argument('[topic]')
    .argument('[value...]')
    .option('--file <file>', 'read lines of a file, may be repeated; - is stdin', collected)
    .option('-K, --key-delim <text>', 'each line is KEY, this, VALUE')
    .option('-k, --key <key>', 'the key of every record')
    .option('-H, --header <name=value>', 'a header of every record, may be repeated', collected)
    .option('-Z, --tombstone', 'an empty value becomes null')
    .option('-p, --partition <n>', 'send all to this partition', wholeNumber(0, 2 ** 31 - 1))
    .option('-f, --format <format>', 'value (default), or json as consume -f json gives it')
    .option('--keep <fields>', 'with -f json, take over: partition,timestamp')
    .option('-D, --delim <text>', 'what ends a record instead of a line break: \\t \\0 \\xNN …')
    .option('--skip-empty', 'make no records of empty lines')
    .option('-z, --compression <codec>', 'none, gzip, snappy, lz4 or zstd')
    .option('--acks <who>', 'all (default: durable), 1 or 0')
    .option('--linger <duration>', 'how long a batch waits for more (default 5ms)', durationMs)
}

async function run(context: CommandContext, { args, flags }: Invocation<ProduceFlags>): Promise<number> {
  const [named, ...values] = args
  const options = await readProduceOptions(context, flags, values)
  const topic = named ?? (await pickTopic(context, 'rafka produce TOPIC'))
  const { produceRecords } = await import('./produce-records.ts')
  return await produceRecords(context, topic, options)
}

/** `rafka produce`: lines of stdin, lines of files, or values, to a topic. */
export const produce: CommandSpec<ProduceFlags> = defineCommand({
  usage: 'TOPIC [VALUE...] [options]',
  examples: [
    ['seq 1 1000000 | rafka produce numbers', 'a record for each line'],
    ['tail -f app.log | rafka produce logs', 'live'],
    ['rafka produce orders -k 42 \'{"total":9}\'', 'one record with a key'],
    ['rafka produce users -K : --file users.txt', 'key and value in each line'],
    ['rafka consume a -ef json | rafka produce b -f json', 'copy, with keys and headers'],
  ],
  declare,
  run,
})
