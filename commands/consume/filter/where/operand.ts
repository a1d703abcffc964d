import { isRafkaError, type RecordCursor, type TopicPartition } from '../../../../src/index.ts'
import { JsonFinder } from '../../../json/find-in-json.ts'
import type { PathStep } from '../../../json/json-path.ts'
import { unescapeJson } from '../../../json/unescape-json.ts'
import { type Token, wrongWhere } from './token.ts'

/** An object or a list, as JSON. */
interface Composite {
  readonly json: string
}

/** What an operand is for a record. What is missing is null. */
export type Value = string | number | boolean | null | Composite

/** One side of a comparison. */
export interface Operand {
  readonly at: number
  /** What it always is, or null; undefined: JSON, so anything. */
  readonly type: 'text' | 'number' | undefined
  /** It is the same for every record. */
  readonly literal: boolean
  read(record: RecordCursor, source: TopicPartition): Value
}

/** Words that are numbers of a record. */
const numbers: ReadonlyMap<string, (record: RecordCursor, source: TopicPartition) => number> = new Map([
  ['offset', ({ offset }: RecordCursor) => offset],
  ['timestamp', ({ timestamp }: RecordCursor) => timestamp],
  ['partition', (_: RecordCursor, { partition }: TopicPartition) => partition],
  ['size', ({ valueStart, valueEnd }: RecordCursor) => (valueStart < 0 ? 0 : valueEnd - valueStart)],
])

const known = 'key, value, headers.NAME, topic, partition, offset, timestamp, size; paths begin with a dot'

/** The operand that a token is. @throws RafkaError `INVALID_ARGUMENT` */
export function operandOf(token: Token): Operand {
  const { at } = token
  if (token.kind === 'literal') return literalOf(token.value, at)
  if (token.kind === 'path') return pathOf(token.word, token.steps, at)
  if (token.kind === 'operator') throw wrongWhere(`a value should stand where "${token.text}" stands`, at)
  const { word } = token
  const read = numbers.get(word)
  if (read !== undefined) return { at, type: 'number', literal: false, read }
  if (word === 'topic') return { at, type: 'text', literal: false, read: (_, { topic }) => topic }
  if (word === 'key' || word === 'value') return { at, type: 'text', literal: false, read: textOf(word) }
  throw wrongWhere(`unknown word "${word}" (known are ${known})`, at)
}

function literalOf(value: string | number | boolean | null, at: number): Operand {
  const type = typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : undefined
  return { at, type, literal: true, read: () => value }
}

function pathOf(word: string, steps: readonly PathStep[], at: number): Operand {
  if (word === 'headers') return headerOf(steps, at)
  if (word === '' || word === 'value') {
    const read = inJson(steps)
    return {
      at,
      type: undefined,
      literal: false,
      read: ({ bytes, valueStart, valueEnd }) => read(bytes, valueStart, valueEnd),
    }
  }
  if (word !== 'key') throw wrongWhere(`"${word}" has no parts`, at)
  const read = inJson(steps)
  return { at, type: undefined, literal: false, read: ({ bytes, keyStart, keyEnd }) => read(bytes, keyStart, keyEnd) }
}

/** The value of the last header with this name, as text. */
function headerOf(steps: readonly PathStep[], at: number): Operand {
  const [name] = steps
  if (steps.length !== 1 || typeof name !== 'string') throw wrongWhere('headers.NAME is one name', at)
  const read = (record: RecordCursor) =>
    (record.headerCount === 0 ? undefined : record.headers().findLast(({ key }) => key === name))?.value?.toString() ??
    null
  return { at, type: 'text', literal: false, read }
}

function textOf(part: 'key' | 'value'): Operand['read'] {
  if (part === 'key')
    return ({ bytes, keyStart, keyEnd }) => (keyStart < 0 ? null : bytes.toString('utf8', keyStart, keyEnd))
  return ({ bytes, valueStart, valueEnd }) => (valueStart < 0 ? null : bytes.toString('utf8', valueStart, valueEnd))
}

/** What a path leads to; null too where there is no JSON. */
function inJson(steps: readonly PathStep[]): (bytes: Buffer, start: number, end: number) => Value {
  const finder = new JsonFinder(steps)
  return (bytes, start, end) => {
    if (start < 0) return null
    try {
      return valueAt(finder, bytes, start, end)
    } catch (error) {
      if (isRafkaError(error, 'INVALID_ARGUMENT')) return null
      throw error
    }
  }
}

function valueAt(finder: JsonFinder, bytes: Buffer, start: number, end: number): Value {
  const kind = finder.find(bytes, start, end)
  if (kind === 'missing' || kind === 'null') return null
  if (kind === 'true' || kind === 'false') return kind === 'true'
  const text = bytes.toString('utf8', finder.start, finder.end)
  if (kind === 'number') return Number(text)
  if (kind !== 'string') return { json: text }
  if (!finder.escaped) return text
  const target = Buffer.allocUnsafe(finder.end - finder.start)
  return target.toString('utf8', 0, unescapeJson(bytes, finder.start, finder.end, target, 0))
}
