import { isUtf8 } from 'node:buffer'
import { RafkaError } from '../../src/index.ts'
import { DelimitedFramer, parseValue } from '../format/read/delimited-framer.ts'
import type { RecordParser } from '../format/read/input-record.ts'
import type { RecordFramer } from '../format/read/record-framer.ts'
import { refuseUnknownName } from '../format/refuse-unknown-name.ts'
import { JsonScanner } from '../json/json-scanner.ts'
import type { Keep } from './parse-json-record.ts'
import { keyedParser } from './shape-record.ts'

/** What decides how input is read. */
export interface InputWishes {
  /** `value`, `json`, `raw-json`, or verbs. */
  readonly format: string
  readonly keyDelimiter: Buffer | undefined
  /** Undefined: a line break, or what a format of verbs ends with. */
  readonly delimiter: Buffer | undefined
  readonly nullText: Buffer | undefined
  readonly keep: Keep
}

/** A way to read input. */
export interface InputReading {
  open(): RecordFramer
  /** Each record may name its topic, have a key, or name its partition or its time. */
  readonly topic: boolean
  readonly key: boolean
  readonly partition: boolean
  readonly timestamp: boolean
}

const names = ['value', 'json', 'raw-json']

/** Loads what the format needs. @throws RafkaError `INVALID_ARGUMENT` */
export async function readingOf(wishes: InputWishes): Promise<InputReading> {
  const { format, keyDelimiter, delimiter, nullText, keep } = wishes
  const lines = (parse: RecordParser) => () => new DelimitedFramer(delimiter ?? Buffer.from('\n'), parse)
  const none = { topic: false, key: false, partition: false, timestamp: false }
  if (format === 'value') {
    return { open: lines(keyDelimiter === undefined ? parseValue : keyedParser(keyDelimiter)), ...none }
  }
  if (format === 'raw-json') return { open: lines(jsonValueParser()), ...none }
  if (format === 'json') {
    const { jsonRecordParser } = await import('./parse-json-record.ts')
    return { open: lines(jsonRecordParser(keep)), topic: true, key: true, partition: false, timestamp: keep.timestamp }
  }
  refuseUnknownName('--format', format, names)
  const { compileInput } = await import('../format/read/compile-input.ts')
  const { verbs, open } = compileInput(format, { flag: '--format', delimiter, nullText })
  return { open, topic: verbs.has('t'), key: verbs.has('k'), partition: verbs.has('p'), timestamp: verbs.has('d') }
}

/** The value is the line, which has to be JSON. */
function jsonValueParser(): RecordParser {
  const scanner = new JsonScanner()
  return (source, start, end, record) => {
    scanner.open(source, start, end)
    scanner.value()
    scanner.finish()
    if (!isUtf8(source.subarray(start, end)))
      throw new RafkaError('INVALID_ARGUMENT', 'it is not JSON: it is not UTF-8')
    record.setValue(source, start, end)
  }
}
