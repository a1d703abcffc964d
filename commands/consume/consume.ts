import type { Command } from 'commander'
import { RafkaError } from '../../src/index.ts'
import { type CommandSpec, defineCommand, type Invocation } from '../command.ts'
import type { CommandContext } from '../context.ts'
import { durationMs, partitionList, wholeNumber } from '../option-values.ts'
import { pickTopic } from '../prompts.ts'
import { chooseRenderer } from './choose-renderer.ts'
import { type OffsetRange, parseOffsets } from './parse-offsets.ts'
import { printRecords } from './print-records.ts'

interface ConsumeFlags {
  readonly offset?: string
  readonly exitAtEnd?: boolean
  readonly num?: number
  readonly partition?: readonly number[]
  readonly format?: string
  readonly null?: string
  readonly timeout?: number
}

const examples = [
  ['rafka consume orders', 'from the start, then follow'],
  ['rafka consume orders -o -10', 'last 10 of each partition, then follow'],
  ['rafka consume orders -o @-1h:now', 'what came in the last hour'],
  ["rafka consume orders -e -f '%k\\t%v\\n'", 'keys and values, to the end'],
  ['rafka consume orders -e -f json | jq .value', 'everything of a record'],
  ['rafka consume orders -n 100', 'the first 100'],
] as const

function declare(command: Command): Command {
  return command
    .argument('[topic...]')
    .option('-o, --offset <spec>', 'start, end, N, -N, +N, A:B, @TIME or @T1:T2; times: -1h, now, 2026-01-31T12:00, ms')
    .option('-e, --exit-at-end', 'stop at what is the end now')
    .option('-n, --num <n>', 'stop after so many records', wholeNumber(1))
    .option('-p, --partition <n,...>', 'these partitions alone', partitionList)
    .option(
      '-f, --format <format>',
      'pretty, value, raw, json, json-nested, or verbs: %t %p %o %d %k %v %h …; rafka help format',
    )
    .option('--null <text>', 'what stands for a null key or value with verbs (default: nothing)')
    .option('--timeout <duration>', 'stop when nothing came for so long', durationMs)
}

async function run(
  context: CommandContext,
  { args, flags }: Invocation<ConsumeFlags>,
  offset: string,
): Promise<number> {
  const range = readRange(flags, offset)
  const render = await chooseRenderer(context, flags)
  const topics = args.length > 0 ? [...new Set(args)] : [await pickTopic(context, 'rafka consume TOPIC...')]
  return await printRecords(context, {
    topics,
    partitions: flags.partition,
    range,
    limit: flags.num,
    idleMs: flags.timeout,
    render,
  })
}

function readRange({ offset, exitAtEnd }: ConsumeFlags, defaultOffset: string): OffsetRange {
  const range = parseOffsets(offset ?? defaultOffset, Date.now())
  if (exitAtEnd !== true) return range
  if (range.to === undefined) return { ...range, to: 'end' }
  throw new RafkaError('INVALID_ARGUMENT', `--offset ${offset} has an end already: leave out --exit-at-end`)
}

/** `rafka consume`: records to stdout. */
export const consume: CommandSpec<ConsumeFlags> = defineCommand({
  usage: 'TOPIC... [options]',
  examples,
  declare,
  streams: true,
  run: (context, invocation) => run(context, invocation, 'start'),
})

/** `rafka tail`: the same from the last ten records on. */
export const tail: CommandSpec<ConsumeFlags> = defineCommand({
  usage: 'TOPIC... [options]',
  examples: [
    ['rafka tail logs', 'last 10 of each partition, then follow'],
    ['rafka tail logs metrics -o end', 'only what comes from now on'],
  ],
  declare,
  streams: true,
  run: (context, invocation) => run(context, invocation, '-10'),
})
