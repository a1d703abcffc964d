import type { Header, RecordCursor } from '../../src/index.ts'
import { writeJsonString } from '../format/print/json-string.ts'
import type { RecordRenderer, RecordSource } from '../format/print/record-renderer.ts'
import { escapeInJson, jsonText } from '../output/escape-text.ts'
import type { OutputBuffer } from '../output/output-buffer.ts'

/** Writes bytes as JSON. False: as base64, which a field beside it has to tell. */
type ContentWriter = (bytes: Buffer, start: number, end: number, out: OutputBuffer) => boolean

/**
 * One JSON object per line that holds all of a record, so that `produce -f json` makes the same one of it. Keys, values and values of
 * headers are strings where they are UTF-8, else base64 with an `…encoding` beside them; null where they are null.
 */
export function jsonRenderer(): RecordRenderer {
  return rendererWith(asString)
}

/** The same, but keys and values that are JSON stand in it as such: to be looked at or sent to jq, not to be produced again. */
export function nestedJsonRenderer(): RecordRenderer {
  return rendererWith((bytes, start, end, out) => nest(bytes, start, end, out) || asString(bytes, start, end, out))
}

const text = (literal: string) => Buffer.from(literal)
const afterOffset = text(',"timestamp":')
const afterTimestamp = {
  create: text(',"timestamp_type":"create","key":'),
  append: text(',"timestamp_type":"append","key":'),
} as const
const keyIsBase64 = text(',"key_encoding":"base64"')
const beforeValue = text(',"value":')
const valueIsBase64 = text(',"value_encoding":"base64"')
const noHeaders = text(',"headers":[]}\n')
const beforeHeaders = text(',"headers":[')
const afterHeaders = text(']}\n')
const headerIsBase64 = text(',"encoding":"base64"')
const nullText = text('null')
const COMMA = 0x2c
const CLOSING_BRACE = 0x7d

function rendererWith(write: ContentWriter): RecordRenderer {
  let topic = ''
  let partition = -1
  let begin: Buffer = Buffer.alloc(0)
  return (record: RecordCursor, source: RecordSource, out: OutputBuffer) => {
    if (source.partition !== partition || source.topic !== topic) {
      topic = source.topic
      partition = source.partition
      begin = text(`{"topic":${jsonText(topic)},"partition":${partition},"offset":`)
    }
    put(begin, out)
    out.digits(record.offset)
    put(afterOffset, out)
    out.digits(record.timestamp)
    put(afterTimestamp[record.timestampType], out)
    if (record.keyStart < 0) put(nullText, out)
    else if (!write(record.bytes, record.keyStart, record.keyEnd, out)) put(keyIsBase64, out)
    put(beforeValue, out)
    if (record.valueStart < 0) put(nullText, out)
    else if (!write(record.bytes, record.valueStart, record.valueEnd, out)) put(valueIsBase64, out)
    if (record.headerCount === 0) put(noHeaders, out)
    else writeHeaders(record.headers(), out)
  }
}

function put(bytes: Buffer, out: OutputBuffer): void {
  out.slice(bytes, 0, bytes.length)
}

function writeHeaders(headers: readonly Header[], out: OutputBuffer): void {
  put(beforeHeaders, out)
  headers.forEach(({ key, value }, index) => {
    if (index > 0) out.byte(COMMA)
    out.text(`{"key":${jsonText(key)},"value":`)
    if (value === null) put(nullText, out)
    else if (!asString(value, 0, value.length, out)) put(headerIsBase64, out)
    out.byte(CLOSING_BRACE)
  })
  put(afterHeaders, out)
}

function asString(bytes: Buffer, start: number, end: number, out: OutputBuffer): boolean {
  if (writeJsonString(bytes, start, end, out)) return true
  out.text(`"${bytes.toString('base64', start, end)}"`)
  return false
}

/** False: it is no JSON, and nothing was written. */
function nest(bytes: Buffer, start: number, end: number, out: OutputBuffer): boolean {
  const json = bytes.toString('utf8', start, end)
  try {
    JSON.parse(json)
  } catch {
    return false
  }
  // In valid JSON a line break stands between tokens alone. The numbers stay as they were written.
  out.text(escapeInJson(json.replace(/[\r\n]+/g, '')))
  return true
}
