import type { ConfigKeyName } from '../../config/config-keys.ts'
import type { Config, FlagValue } from '../../config/load-config.ts'
import { type ProducerOptions, RafkaError } from '../../src/index.ts'
import type { CommandContext } from '../context.ts'
import { unescapeBytes } from '../unescape.ts'
import type { RecordShape } from './record-sink.ts'

/** The flags of `rafka produce`. */
export interface ProduceFlags {
  readonly file?: readonly string[]
  readonly keyDelim?: string
  readonly key?: string
  readonly header?: readonly string[]
  readonly tombstone?: boolean
  readonly partition?: number
  readonly format?: string
  readonly keep?: string
  readonly delim?: string
  readonly skipEmpty?: boolean
  readonly compression?: string
  readonly acks?: string
  readonly linger?: number
}

/** What `rafka produce` was asked to do. */
export interface ProduceRequest {
  /** Records given on the command line; without any, and without files, stdin is read. */
  readonly values: readonly string[]
  readonly files: readonly string[]
  readonly format: 'value' | 'json'
  readonly keep: { readonly partition: boolean; readonly timestamp: boolean }
  readonly shape: RecordShape
  readonly headers: ReadonlyArray<{ key: string; value: Uint8Array | null }>
  readonly partition: number | undefined
  readonly delimiter: Buffer
  readonly skipEmpty: boolean
  readonly lingerMs: number
  readonly producer: ProducerOptions & { readonly maxRequestBytes: number }
  /** The largest request was set by the user, and is not ours to raise. */
  readonly fixedRequestSize: boolean
}

/** Reads the flags, over what the configuration says. @throws RafkaError `INVALID_ARGUMENT` */
export async function readProduceOptions(
  context: CommandContext,
  flags: ProduceFlags,
  values: readonly string[],
): Promise<ProduceRequest> {
  const files = flags.file ?? []
  if (values.length > 0 && files.length > 0) throw wrong('values and --file exclude each other')
  if (flags.key !== undefined && flags.keyDelim !== undefined) throw wrong('--key and --key-delim exclude each other')
  const format = readFormat(flags)
  const config = await context.config(producerFlags(flags))
  return {
    values,
    files,
    format,
    keep: readKeep(flags.keep, format),
    shape: readShape(flags),
    headers: (flags.header ?? []).map(readHeader),
    partition: flags.partition,
    delimiter: flags.delim === undefined ? Buffer.from('\n') : readBytes('--delim', flags.delim),
    skipEmpty: flags.skipEmpty === true,
    lingerMs: config.value('producer.linger.ms'),
    fixedRequestSize: config.given('producer.max.request.size') !== undefined,
    producer: producerOptions(config),
  }
}

/** Flags that are keys of the configuration, and win over them. */
function producerFlags({ compression, acks, linger }: ProduceFlags): Map<ConfigKeyName, FlagValue> {
  const given = new Map<ConfigKeyName, FlagValue>()
  if (compression !== undefined) given.set('producer.compression.type', { flag: '--compression', value: compression })
  if (acks !== undefined) given.set('producer.acks', { flag: '--acks', value: acks })
  if (linger !== undefined) given.set('producer.linger.ms', { flag: '--linger', value: linger })
  return given
}

function producerOptions(config: Config): ProduceRequest['producer'] {
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

function readFormat({ format = 'value', key, keyDelim, tombstone }: ProduceFlags): 'value' | 'json' {
  if (format !== 'value' && format !== 'json')
    throw wrong(`--format: ${JSON.stringify(format)} is neither value nor json`)
  if (format === 'json' && (key !== undefined || keyDelim !== undefined || tombstone === true)) {
    throw wrong('with --format json the lines say what is key and value: leave out --key, --key-delim and --tombstone')
  }
  return format
}

function readKeep(keep: string | undefined, format: 'value' | 'json'): ProduceRequest['keep'] {
  const fields = keep?.split(',') ?? []
  if (fields.length > 0 && format !== 'json') throw wrong('--keep needs --format json')
  const unknown = fields.find((field) => field !== 'partition' && field !== 'timestamp')
  if (unknown !== undefined) throw wrong(`--keep: ${JSON.stringify(unknown)} is neither partition nor timestamp`)
  return { partition: fields.includes('partition'), timestamp: fields.includes('timestamp') }
}

function readShape({ keyDelim, key, tombstone }: ProduceFlags): RecordShape {
  return {
    keyDelimiter: keyDelim === undefined ? undefined : readBytes('--key-delim', keyDelim),
    key: key === undefined ? undefined : Buffer.from(key),
    tombstones: tombstone,
  }
}

/** `name=value`, `name:value`, or `name` alone for a null value. */
function readHeader(text: string): { key: string; value: Uint8Array | null } {
  const at = text.search(/[=:]/)
  if (at === 0) throw wrong(`--header: ${JSON.stringify(text)} has no name`)
  return at === -1 ? { key: text, value: null } : { key: text.slice(0, at), value: Buffer.from(text.slice(at + 1)) }
}

function readBytes(flag: string, text: string): Buffer {
  const bytes = unescapeBytes(text)
  if (bytes !== undefined && bytes.length > 0) return bytes
  throw wrong(`${flag}: ${JSON.stringify(text)} is no delimiter; known escapes are \\n \\t \\r \\0 \\\\ \\xNN`)
}

function wrong(problem: string): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', problem, { details: { hint: 'rafka produce --help' } })
}
