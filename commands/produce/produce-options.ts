import { randomUUID } from 'node:crypto'
import type { ConfigKeyName } from '../../config/config-keys.ts'
import type { Config, FlagValue } from '../../config/load-config.ts'
import { type ProducerOptions, RafkaError } from '../../src/index.ts'
import type { CommandContext } from '../context.ts'
import type { RecordFramer } from '../format/read/record-framer.ts'
import { unescapeOption } from '../format/unescape-option.ts'
import { parsePath } from '../json/json-path.ts'
import { parseTime } from '../parse-time.ts'
import { type InputReading, readingOf } from './input-format.ts'
import type { Keep } from './parse-json-record.ts'
import type { ProduceFlags } from './produce-flags.ts'
import type { RecordShape } from './shape-record.ts'

/** What `rafka produce` was asked to do. */
export interface ProduceRequest {
  /** Undefined: each record names its own. */
  readonly topic: string | undefined
  /** Records given on the command line; without any, and without files, stdin is read. */
  readonly values: readonly string[]
  readonly files: readonly string[]
  /** One record each. */
  readonly wholeFiles: readonly string[]
  open(): RecordFramer
  /** A record may take more bytes of input than it has. */
  readonly spelledOut: boolean
  readonly shape: RecordShape
  readonly headers: ReadonlyArray<{ key: string; value: Uint8Array | null }>
  readonly partition: number | undefined
  readonly skipEmpty: boolean
  readonly skipWrong: boolean
  readonly repeat: number
  /** Records a second, at most. */
  readonly rate: number | undefined
  /** How each record that was acknowledged is told of. */
  readonly receipts: string | undefined
  /** All records belong to one transaction. */
  readonly transactional: boolean
  readonly lingerMs: number
  readonly producer: ProducerOptions & { readonly maxRequestBytes: number }
  /** The largest request was set by the user, and is not ours to raise. */
  readonly fixedRequestSize: boolean
}

/**
 * Reads the flags, over what the configuration says. Without `--topic` the first word is the topic.
 * @throws RafkaError `INVALID_ARGUMENT`
 */
export async function readProduceOptions(
  context: CommandContext,
  flags: ProduceFlags,
  words: readonly string[],
): Promise<ProduceRequest> {
  const [topic, values] = flags.topic === undefined ? [words[0], words.slice(1)] : [flags.topic, words]
  const { file: files = [], wholeFile: wholeFiles = [], format = 'value' } = flags
  checkSources(flags, values)
  checkKeys(flags, format)
  const reading = await readingOf({
    format,
    keyDelimiter: delimiterOf('--key-delim', flags.keyDelim),
    delimiter: delimiterOf('--delim', flags.delim),
    nullText: flags.null === undefined ? undefined : unescapeOption('--null', flags.null),
    keep: { ...readKeep(flags.keep, format), topic: topic === undefined },
  })
  checkReading(reading, flags)
  const config = await context.config(producerFlags(flags))
  return {
    topic: topic ?? (reading.topic ? undefined : await pickedTopic(context)),
    values,
    files,
    wholeFiles,
    open: reading.open,
    spelledOut: format !== 'value',
    shape: readShape(flags),
    headers: (flags.header ?? []).map(readHeader),
    partition: flags.partition,
    skipEmpty: flags.skipEmpty === true,
    skipWrong: readOnError(flags.onError),
    repeat: flags.repeat ?? 1,
    rate: flags.rate,
    receipts: readReceipts(context, flags.outputFormat),
    lingerMs: config.value('producer.linger.ms'),
    fixedRequestSize: config.given('producer.max.request.size') !== undefined,
    transactional: flags.transaction !== undefined,
    producer: { ...producerOptions(config), ...transactionOptions(flags.transaction) },
  }
}

async function pickedTopic(context: CommandContext): Promise<string> {
  const { pickTopic } = await import('../prompts.ts')
  return await pickTopic(context, 'rafka produce TOPIC')
}

/** Flags that are keys of the configuration, and win over them. */
function producerFlags({ compression, acks, linger, batchBytes }: ProduceFlags): Map<ConfigKeyName, FlagValue> {
  const given = new Map<ConfigKeyName, FlagValue>()
  if (compression !== undefined) given.set('producer.compression.type', { flag: '--compression', value: compression })
  if (acks !== undefined) given.set('producer.acks', { flag: '--acks', value: acks })
  if (linger !== undefined) given.set('producer.linger.ms', { flag: '--linger', value: linger })
  if (batchBytes !== undefined) given.set('producer.batch.size', { flag: '--batch-bytes', value: batchBytes })
  return given
}

/** The options of a producer that the configuration has. */
export function producerOptions(config: Config): ProduceRequest['producer'] {
  const acks = config.value('producer.acks')
  return {
    acks: acks === 'all' ? 'all' : acks === '1' ? 1 : 0,
    compression: config.value('producer.compression.type'),
    lingerMs: config.value('producer.linger.ms'),
    batchBytes: config.given('producer.batch.size'),
    bufferBytes: config.given('producer.buffer.memory'),
    idempotent: config.given('producer.enable.idempotence'),
    deliveryTimeoutMs: config.given('producer.delivery.timeout.ms'),
    requestTimeoutMs: config.given('producer.request.timeout.ms'),
    maxRequestBytes: config.value('producer.max.request.size'),
  }
}

/** The longest that a broker allows unless it is told otherwise, in ms: nobody knows how long the input takes. */
const TRANSACTION_TIMEOUT_MS = 900_000

function transactionOptions(
  transaction: string | true | undefined,
): Pick<ProducerOptions, 'transactionalId' | 'transactionTimeoutMs'> {
  if (transaction === undefined) return {}
  if (transaction === '') throw wrong('--transaction: a transactional id is not empty')
  const transactionalId = transaction === true ? `rafka-produce-${randomUUID()}` : transaction
  return { transactionalId, transactionTimeoutMs: TRANSACTION_TIMEOUT_MS }
}

function checkSources({ file, wholeFile }: ProduceFlags, values: readonly string[]): void {
  if (values.length === 0) return
  if (file !== undefined) throw wrong('values and --file exclude each other')
  if (wholeFile !== undefined) throw wrong('values and --whole-file exclude each other')
}

function checkKeys({ key, keyDelim, keyFrom, tombstone }: ProduceFlags, format: string): void {
  const given = [
    ['--key', key],
    ['--key-delim', keyDelim],
    ['--key-from', keyFrom],
  ].flatMap(([flag, value]) => (value === undefined ? [] : [flag]))
  if (given.length > 1) throw wrong(`${given.join(' and ')} exclude each other`)
  if (format === 'json' && (given.length > 0 || tombstone === true)) {
    throw wrong(
      'with --format json the lines say what is key and value: leave out --key, --key-delim, --key-from and --tombstone',
    )
  }
  if (format !== 'value' && keyDelim !== undefined) throw wrong('--key-delim goes with --format value alone')
}

function checkReading({ key, partition, timestamp }: InputReading, flags: ProduceFlags): void {
  if (key && flags.key !== undefined) throw wrong('--key and %k exclude each other')
  if (key && flags.keyFrom !== undefined) throw wrong('--key-from and %k exclude each other')
  if (partition && flags.partition !== undefined) throw wrong('--partition and %p exclude each other')
  if (timestamp && flags.timestamp !== undefined) {
    throw wrong('the records name their times themselves: leave out --timestamp')
  }
}

function readKeep(keep: string | undefined, format: string): Omit<Keep, 'topic'> {
  const fields = keep?.split(',') ?? []
  if (fields.length > 0 && format !== 'json') throw wrong('--keep needs --format json')
  const unknown = fields.find((field) => field !== 'partition' && field !== 'timestamp')
  if (unknown !== undefined) throw wrong(`--keep: ${JSON.stringify(unknown)} is neither partition nor timestamp`)
  return { partition: fields.includes('partition'), timestamp: fields.includes('timestamp') }
}

function readShape({ key, keyFrom, tombstone, timestamp }: ProduceFlags): RecordShape {
  const path = keyFrom === undefined ? undefined : parsePath(keyFrom)
  if (keyFrom !== undefined && path?.end !== keyFrom.length) {
    throw wrong(`--key-from: ${JSON.stringify(keyFrom)} is no path such as .id, .user.id, .users[0] or ."odd name"`)
  }
  return {
    key: key === undefined ? undefined : Buffer.from(key),
    keyFrom: path?.steps,
    tombstones: tombstone,
    timestamp: timestamp === undefined ? undefined : readTimestamp(timestamp),
  }
}

function readTimestamp(text: string): number {
  const time = parseTime(text, Date.now())
  if (time !== undefined) return time.timestamp
  throw wrong(`--timestamp: ${JSON.stringify(text)} is no time such as 2026-01-31T12:00Z, -1h or 1769860800000`)
}

function readOnError(onError = 'stop'): boolean {
  if (onError === 'stop' || onError === 'skip') return onError === 'skip'
  throw wrong(`--on-error: ${JSON.stringify(onError)} is neither stop nor skip`)
}

function readReceipts(context: CommandContext, format: string | undefined): string | undefined {
  if (format === undefined || !context.wantsJson) return format
  throw wrong('--json prints a summary and --output-format a line for each record: leave out one of them')
}

/** `name=value`, `name:value`, or `name` alone for a null value. */
function readHeader(text: string): { key: string; value: Uint8Array | null } {
  const at = text.search(/[=:]/)
  if (at === 0) throw wrong(`--header: ${JSON.stringify(text)} has no name`)
  return at === -1 ? { key: text, value: null } : { key: text.slice(0, at), value: Buffer.from(text.slice(at + 1)) }
}

function delimiterOf(flag: string, text: string | undefined): Buffer | undefined {
  if (text === undefined) return undefined
  const bytes = unescapeOption(flag, text)
  if (bytes.length > 0) return bytes
  throw wrong(`${flag}: nothing is no delimiter`)
}

function wrong(problem: string): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', problem, { details: { hint: 'rafka produce --help' } })
}
