import { type Command, Option } from 'commander'
import { collected, durationMs, partitionList, wholeNumber } from '../option-values.ts'
import type { ConsumeRequest } from './consume-request.ts'

/** The flags of `rafka consume`. */
export interface ConsumeFlags {
  readonly topic?: readonly string[]
  readonly regex?: boolean
  readonly offset?: string
  readonly exitAtEnd?: boolean
  readonly partition?: readonly number[]
  readonly num?: number
  /** What kcat, nats and Kafka's tools call `num`. */
  readonly count?: number
  readonly maxMessages?: number
  /** What rpk calls `partition`. */
  readonly partitions?: readonly number[]
  readonly last?: number
  readonly latestPerKey?: boolean
  readonly expect?: number
  readonly timeout?: number
  readonly grep?: readonly string[]
  readonly where?: readonly string[]
  readonly format?: string
  readonly null?: string
  readonly group?: string
  readonly from?: 'stored' | 'start' | 'end'
  readonly isolation?: ConsumeRequest['isolation']
}

/** Declares them, in the order of the help. */
export function declareConsume(command: Command): Command {
  return command
    .argument('[topic...]')
    .option('-t, --topic <topic,...>', 'topics, beside those that are words', names)
    .option('-r, --regex', 'topics are regular expressions of whole names; new ones are read when they come')
    .option('-o, --offset <spec>', 'start, end, N, -N, +N, A:B, @TIME or @T1:T2; rafka help offsets')
    .option('-e, --exit-at-end', 'stop at what is the end now')
    .option('-p, --partition <n,...>', 'these partitions alone', partitionList)
    .option('-n, --num <n>', 'stop after so many records', wholeNumber(1))
    .option('--last <n>', 'the last n records of all partitions together, by time', wholeNumber(1))
    .option('--latest-per-key', 'the last record of each key, as compaction would leave them')
    .option('--expect <n>', 'fail if it is fewer than n records', wholeNumber(1))
    .option('--timeout <duration>', 'stop when nothing came for so long', durationMs)
    .option(
      '-G, --grep <[!]where:regex>',
      'k:, v:, hk:, hv:, h:NAME= or t: and what it matches; all that are given',
      collected,
    )
    .option('--where <expression>', '\'.a.b == 3 && key =~ "^x"\'; all that are given; rafka help format', collected)
    .option('-f, --format <format>', 'pretty, value, raw, json, json-nested, or verbs: %k %v …; rafka help format')
    .option('--null <text>', 'what stands for a null key or value with verbs')
    .option('-g, --group <group>', 'go on where the group stands, and commit what was printed')
    .addOption(
      new Option('--from <where>', 'with --group: where it stands, or at first the start or end').choices([
        'stored',
        'start',
        'end',
      ]),
    )
    .addOption(
      new Option('--isolation <level>', 'read_committed: nothing of open or aborted transactions').choices([
        'read_uncommitted',
        'read_committed',
      ]),
    )
    .addOption(new Option('-c, --count <n>', 'the same as --num').argParser(wholeNumber(1)).hideHelp())
    .addOption(new Option('--max-messages <n>', 'the same as --num').argParser(wholeNumber(1)).hideHelp())
    .addOption(new Option('--partitions <n,...>', 'the same as --partition').argParser(partitionList).hideHelp())
}

function names(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, ...text.split(',').filter((name) => name !== '')]
}
