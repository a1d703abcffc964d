import type { RecordCursor } from '../../../src/index.ts'
import { escapeText } from '../../output/escape-text.ts'
import { numberForm } from '../number-form.ts'
import { parseFormat, type Verb } from '../parse-format.ts'
import { unknownVerb } from '../unknown-verb.ts'
import { wrongFormat } from '../wrong-format.ts'
import { attributeWriter } from './attribute-writer.ts'
import { compileHeaders } from './header-writer.ts'
import { type NumberWriter, numberWriter } from './number-writer.ts'
import type { RecordRenderer, RecordSource } from './record-renderer.ts'
import { type TextForm, textForm } from './text-writer.ts'
import { timeWriter } from './time-writer.ts'

/** How a format is to be printed. */
export interface PrintOptions {
  /** The flag that the format came with, for messages. */
  readonly flag: string
  /** Records cannot act on a terminal: what it would act on is shown. */
  readonly safe: boolean
  /** Stands for a null key or value; nothing when left out. */
  readonly nullText?: Buffer | undefined
}

const known = '%t %T %k %K %v %V %h %H %p %o %d %e %x %y %a %i %[ %| %] %%'

/**
 * Makes a renderer of a format, once: what is printed per record is a list of closures. `rafka help format` tells the language.
 * @throws RafkaError `INVALID_ARGUMENT`
 */
export function compilePrinter(format: string, options: PrintOptions): RecordRenderer {
  const parts = parseFormat(options.flag, format).map((part): RecordRenderer => {
    if (part.kind === 'verb') return verbRenderer(part, options)
    const { bytes } = part
    return (_record, _source, out) => out.slice(bytes, 0, bytes.length)
  })
  return (record, source, out) => {
    for (const render of parts) render(record, source, out)
  }
}

function verbRenderer(part: Verb, { flag, safe, nullText = Buffer.alloc(0) }: PrintOptions): RecordRenderer {
  const { verb, modifier } = part
  if (verb === 'k' || verb === 'v') return contentRenderer(verb === 'k', textForm(flag, part, safe), nullText)
  if (verb === 't') return topicRenderer(textForm(flag, part, safe))
  if (verb === 'h') return headersRenderer(part, { flag, safe, nullText })
  if (verb === 'd') return ofRecord(timeWriter(flag, part, safe), (record) => record.timestamp)
  if (verb === 'a') return ofRecord(attributeWriter(flag, part, safe), (record) => record.attributes)
  const read = numbers.get(verb)
  if (read === undefined) throw unknownVerb(flag, part, known)
  const write = numberWriter(numberForm(flag, verb, modifier), verb, sizes.has(verb), safe)
  if (verb === 'i') return counter(write)
  return (record, source, out) => write(read(record, source), out)
}

const sizes = new Set(['T', 'K', 'V', 'H'])

/** Verbs that are numbers. */
const numbers: ReadonlyMap<string, (record: RecordCursor, source: RecordSource) => number> = new Map([
  ['T', (_: RecordCursor, { topic }: RecordSource) => Buffer.byteLength(topic)],
  ['K', ({ keyStart, keyEnd }: RecordCursor) => (keyStart < 0 ? -1 : keyEnd - keyStart)],
  ['V', ({ valueStart, valueEnd }: RecordCursor) => (valueStart < 0 ? -1 : valueEnd - valueStart)],
  ['H', (record: RecordCursor) => record.headerCount],
  ['p', (_: RecordCursor, source: RecordSource) => source.partition],
  ['o', (record: RecordCursor) => record.offset],
  ['e', (record: RecordCursor) => record.leaderEpoch],
  ['x', (record: RecordCursor) => record.producerId],
  ['y', (record: RecordCursor) => record.producerEpoch],
  ['[', (_: RecordCursor, source: RecordSource) => source.logStart],
  ['|', (_: RecordCursor, source: RecordSource) => source.lastStable],
  [']', (_: RecordCursor, source: RecordSource) => source.highWatermark],
  ['i', () => 0],
])

function counter(write: NumberWriter): RecordRenderer {
  let count = 0
  return (_record, _source, out) => {
    count += 1
    write(count, out)
  }
}

function ofRecord(write: NumberWriter, read: (record: RecordCursor) => number): RecordRenderer {
  return (record, _, out) => write(read(record), out)
}

function contentRenderer(isKey: boolean, { write, whenNull }: TextForm, nullText: Buffer): RecordRenderer {
  const instead = whenNull === undefined ? nullText : Buffer.from(whenNull)
  if (isKey) {
    return (record, _, out) => {
      if (record.keyStart < 0) out.slice(instead, 0, instead.length)
      else write(record.bytes, record.keyStart, record.keyEnd, out)
    }
  }
  return (record, _, out) => {
    if (record.valueStart < 0) out.slice(instead, 0, instead.length)
    else write(record.bytes, record.valueStart, record.valueEnd, out)
  }
}

/** The bytes of a topic's name are made once for all records of it. */
function topicRenderer({ write }: TextForm): RecordRenderer {
  let name = ''
  let bytes = Buffer.alloc(0)
  return (_, { topic }, out) => {
    if (topic !== name) {
      name = topic
      bytes = Buffer.from(topic)
    }
    write(bytes, 0, bytes.length, out)
  }
}

/** `%h` alone is `key=value,…`. */
function headersRenderer(part: Verb, options: Required<PrintOptions> & { nullText: Buffer }): RecordRenderer {
  const { flag, safe, nullText } = options
  if (part.inner !== undefined) {
    const write = compileHeaders(flag, part.inner, nullText, safe)
    return (record, _, out) => {
      if (record.headerCount > 0) write(record.headers(), out)
    }
  }
  if (part.modifier !== undefined) throw wrongFormat(flag, `%h takes no {${part.modifier}}`, '%h{%k=%v }')
  const { write } = textForm(flag, part, safe)
  return (record, _, out) => {
    for (const [index, { key, value }] of record.headerCount === 0 ? [] : record.headers().entries()) {
      out.text(`${index === 0 ? '' : ','}${safe ? escapeText(key) : key}=`)
      if (value === null) out.slice(nullText, 0, nullText.length)
      else write(value, 0, value.length, out)
    }
  }
}
