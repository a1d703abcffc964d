import { isUtf8 } from 'node:buffer'
import { RafkaError } from '../../../src/index.ts'
import { exitCodes } from '../../exit-code.ts'
import { escapeBytes, escapeInJson, escapeText } from '../../output/escape-text.ts'
import type { Paint } from '../../output/paint.ts'
import { countOf } from '../../output/quantities.ts'
import { reindentJson } from '../../output/reindent-json.ts'
import type { PrintedRecord } from '../printed-records.ts'
import { onlyOnTerminal } from './only-on-terminal.ts'
import type { ReplWord } from './repl-word.ts'
import { requireCount, wrongUse } from './require-count.ts'

const hint = 'consume and tail print records'

/** `show [N]`. */
export const show: ReplWord = {
  names: ['show'],
  usage: '[N]',
  summary: 'all of the N-th record that was printed last; -2 is the last but one, without N the last',
  async run({ conversation, args, context }) {
    requireCount(this, args, 0, 1)
    const { printed } = conversation.stage
    if (printed === undefined) throw onlyOnTerminal('show')
    const wanted = args[0] ?? '-1'
    if (!/^-?[1-9]\d{0,14}$/.test(wanted)) throw wrongUse(this, `${JSON.stringify(wanted)} is no number of a record`)
    const record = printed.get(Number(wanted))
    if (printed.count === 0)
      throw new RafkaError('INVALID_ARGUMENT', 'no record was printed yet', { details: { hint } })
    if (record === undefined) {
      const there = `${countOf(printed.count, 'record')} printed; the last 1,000 are kept`
      throw new RafkaError('INVALID_ARGUMENT', `there is no record ${wanted}: ${there}`)
    }
    for (const line of describe(record, await context.terminal.paint())) context.terminal.print(line)
    return exitCodes.done
  },
}

function describe(record: PrintedRecord, paint: Paint): string[] {
  const { topic, partition, offset, timestamp, timestampType, key, value, headers } = record
  const time = timestamp < 0 ? '-' : `${new Date(timestamp).toISOString()} (${timestampType})`
  const line = (title: string, text: string) => `${paint.dim(title.padEnd(9))} ${text}`
  return [
    line('topic', `${escapeText(topic)}/${partition} @${offset}`),
    line('timestamp', time),
    ...described('key', key, paint),
    ...headers.flatMap((header) => described(`header ${escapeText(header.key)}`, header.value, paint)),
    ...described('value', value, paint),
  ]
}

/** Bytes on one line; where that would be long, or they are JSON, on lines of their own. */
function described(title: string, bytes: Buffer | null, paint: Paint): string[] {
  const head = paint.dim(title.padEnd(9))
  if (bytes === null) return [`${head} ${paint.dim('null')}`]
  const size = paint.dim(`(${countOf(bytes.length, 'byte')}${isUtf8(bytes) ? '' : ', not UTF-8'})`)
  const lines = jsonLines(bytes) ?? textLines(bytes)
  return lines.length > 1 ? [`${head} ${size}`, ...lines] : [`${head} ${lines[0] ?? ''} ${size}`]
}

function jsonLines(bytes: Buffer): string[] | undefined {
  const text = bytes.toString('utf8')
  try {
    const json: unknown = JSON.parse(text)
    if (typeof json !== 'object' || json === null || !isUtf8(bytes)) return undefined
    return escapeInJson(reindentJson(text)).split('\n')
  } catch {
    return undefined
  }
}

function textLines(bytes: Buffer): string[] {
  if (!isUtf8(bytes)) return [escapeBytes(bytes)]
  return bytes.toString('utf8').split('\n').map(escapeText)
}
