import { type Command, InvalidArgumentError } from 'commander'
import { collected, durationMs, wholeNumber } from '../option-values.ts'

/** The flags of `rafka produce`. */
export interface ProduceFlags {
  readonly topic?: string
  readonly file?: readonly string[]
  readonly wholeFile?: readonly string[]
  readonly format?: string
  readonly keyDelim?: string
  readonly delim?: string
  readonly null?: string
  readonly key?: string
  readonly keyFrom?: string
  readonly header?: readonly string[]
  readonly tombstone?: boolean
  readonly partition?: number
  readonly timestamp?: string
  readonly keep?: string
  readonly skipEmpty?: boolean
  readonly onError?: string
  readonly repeat?: number
  readonly rate?: number
  readonly outputFormat?: string
  readonly compression?: string
  readonly acks?: string
  readonly linger?: number
  readonly batchBytes?: string
  /** Its transactional id, or true for one that is like no other. */
  readonly transaction?: string | true
}

/** Declares them, in the order of the help. */
export function declareProduce(command: Command): Command {
  return command
    .argument('[topic]')
    .argument('[value...]')
    .option('-t, --topic <topic>', 'the topic, so that every word is a VALUE')
    .option('--file <file>', 'read lines of a file, may be repeated; - is stdin', collected)
    .option('--whole-file <file>', 'one record of all of a file, may be repeated; - is stdin', collected)
    .option('-f, --format <format>', "value (default), json, raw-json, or verbs: '%k:%v\\n'; rafka help format")
    .option('-K, --key-delim <text>', 'each line is KEY, this, VALUE')
    .option('-D, --delim <text>', 'what ends a record instead of a line break: \\t \\0 \\xNN …')
    .option('-k, --key <key>', 'the key of every record')
    .option('--key-from <path>', 'the key stands in the value, which is JSON: .user.id')
    .option('-H, --header <name=value>', 'a header of every record, may be repeated; a name alone is null', collected)
    .option('-Z, --tombstone', 'an empty value becomes null')
    .option('--null <text>', 'with verbs: a key or value that reads so is null')
    .option('-p, --partition <n>', 'send all to this partition', wholeNumber(0, 2 ** 31 - 1))
    .option('--timestamp <time>', 'the time of every record: 2026-01-31T12:00Z, -1h, ms; rafka help offsets')
    .option('--keep <fields>', 'with -f json, take over: partition,timestamp')
    .option('--skip-empty', 'make no records of empty lines')
    .option('--on-error <what>', 'stop at a line that is wrong (default), or skip it and fail in the end')
    .option('--repeat <n>', 'send each record so many times', wholeNumber(1))
    .option('--rate <n[/s]>', 'at most so many records a second', perSecond)
    .option('-o, --output-format <format>', "tell of each record: json, or verbs: '%t/%p@%o\\n'")
    .option('-z, --compression <codec>', 'none, gzip, snappy, lz4 or zstd')
    .option('--acks <who>', 'all (default: durable), 1 or 0')
    .option(
      '--transaction [id]',
      'all or nothing: one transaction, aborted by an error or Ctrl-C; with a transactional id',
    )
    .option('--linger <duration>', 'how long a batch waits for more (default 5ms)', durationMs)
    .option('--batch-bytes <size>', 'bytes of a batch, at most (default 1008k)')
}

/** Reads `100`, `100/s` or `0.5/s`. */
function perSecond(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)(?:\/s)?$/.exec(text)
  const rate = Number(match?.[1])
  if (rate > 0) return rate
  throw new InvalidArgumentError('Expected records a second such as 100 or 100/s')
}
