import { type CommandSpec, defineCommand, type Invocation } from '../command.ts'
import type { CommandContext } from '../context.ts'
import { type ConsumeFlags, declareConsume } from './consume-flags.ts'
import { readConsumeOptions } from './consume-options.ts'

async function run(
  context: CommandContext,
  { args, flags }: Invocation<ConsumeFlags>,
  offset: string,
): Promise<number> {
  const request = await readConsumeOptions(context, flags, args, offset)
  if (flags.last !== undefined) return await (await import('./print-last.ts')).printLast(context, request, flags.last)
  if (flags.latestPerKey === true) return await (await import('./print-latest.ts')).printLatest(context, request)
  return await (await import('./print-records.ts')).printRecords(context, request)
}

/** `rafka consume`: records to stdout. */
export const consume: CommandSpec<ConsumeFlags> = defineCommand({
  usage: 'TOPIC... [options]',
  examples: [
    ['rafka consume orders', 'from the start, then follow'],
    ['rafka consume orders -o -10', 'last 10 of each partition, then follow'],
    ['rafka consume orders -o @-1h:now', 'what came in the last hour'],
    ["rafka consume orders -e -f '%k\\t%v\\n'", 'keys and values, to the end'],
    ['rafka consume orders -e -f json | jq .value', 'everything of a record'],
    ["rafka consume orders --where '.total > 100' -G h:source=web", 'the ones that you want'],
    ['rafka consume orders -g billing -n 100', 'the next 100 for a group'],
  ],
  declare: declareConsume,
  streams: true,
  run: (context, invocation) => run(context, invocation, 'start'),
})

/** `rafka tail`: the same from the last ten records on. */
export const tail: CommandSpec<ConsumeFlags> = defineCommand({
  usage: 'TOPIC... [options]',
  examples: [
    ['rafka tail logs', 'last 10 of each partition, then follow'],
    ['rafka tail logs metrics -o end', 'only what comes from now on'],
    ['rafka tail logs -G v:error', 'errors alone'],
  ],
  declare: declareConsume,
  streams: true,
  run: (context, invocation) => run(context, invocation, '-10'),
})
