import { RafkaError } from '../../../src/index.ts'
import { parseTime } from '../../parse-time.ts'
import type { FormatPart, Verb } from '../parse-format.ts'
import { unknownVerb } from '../unknown-verb.ts'
import { wrongFormat } from '../wrong-format.ts'
import type { InputRecord } from './input-record.ts'
import { numberReader } from './number-reader.ts'
import type { ReadCursor } from './read-cursor.ts'
import { checkNumber, type Layout, type Step } from './step.ts'
import { compileText } from './text-step.ts'

const known = '%t %T %k %K %v %V %h %H %p %d, and %o %e %x %y %i, which are read and left aside'
const sizes = new Set(['T', 'K', 'V', 'H'])
type Setter = (cursor: ReadCursor, record: InputRecord, value: number) => void

const leftAside: Setter = () => {}

const setters: ReadonlyMap<string, Setter> = new Map<string, Setter>([
  [
    'T',
    (cursor, _, value) => {
      cursor.topicSize = value
    },
  ],
  [
    'K',
    (cursor, _, value) => {
      cursor.keySize = value
    },
  ],
  [
    'V',
    (cursor, _, value) => {
      cursor.valueSize = value
    },
  ],
  [
    'H',
    (cursor, _, value) => {
      cursor.headerCount = value
    },
  ],
  [
    'p',
    (_, record, value) => {
      record.partition = value
    },
  ],
  [
    'd',
    (_, record, value) => {
      record.timestamp = value
    },
  ],
  ['o', leftAside],
  ['e', leftAside],
  ['x', leftAside],
  ['y', leftAside],
  ['i', leftAside],
])

/** A verb that is a number, or a date. @throws RafkaError `INVALID_ARGUMENT` */
export function numberStep(part: Verb, next: FormatPart | undefined, layout: Layout): Step {
  const set = setters.get(part.verb)
  if (set === undefined) throw unknownVerb(layout.flag, part, known)
  if (part.verb === 'd') {
    const date = dateStep(part, next, layout)
    if (date !== undefined) return date
  }
  const reader = numberReader(layout.flag, part, sizes.has(part.verb))
  checkNumber(part, next, reader, layout)
  return (cursor, record) => set(cursor, record, reader.read(cursor))
}

/** `%d` that is no number: a date, as `parseTime` reads it. */
function dateStep(part: Verb, next: FormatPart | undefined, layout: Layout): Step | undefined {
  const { modifier, text } = part
  if (modifier === 'strftime' || modifier === 'go') {
    throw wrongFormat(layout.flag, `${text} is for output alone`, '%d reads ms, and dates such as 2026-01-31T12:00:00Z')
  }
  const isDate = modifier === 'iso' || modifier === 'local'
  if (!isDate && (modifier !== undefined || layout.sized)) return undefined
  const find = compileText(
    { ...part, modifier: undefined },
    { next, sizeOf: undefined, ends: next === undefined ? [] : undefined, layout },
  )
  return (cursor, record) => {
    const { source, start, end } = find(cursor)
    const date = source.toString('utf8', Math.max(0, start), Math.min(end, start + 64))
    const timestamp = /^-?\d{1,16}$/.test(date) ? Number(date) : parseTime(date, Number.NaN)?.timestamp
    if (!Number.isSafeInteger(timestamp)) {
      throw new RafkaError('INVALID_ARGUMENT', `${text}: ${JSON.stringify(date)} is neither ms since 1970 nor a date`)
    }
    record.timestamp = timestamp
  }
}
