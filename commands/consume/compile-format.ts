import { RafkaError } from '../../src/index.ts'
import { escapeBytes, escapeInJson, escapeText, jsonText } from '../output/escape-text.ts'
import type { OutputBuffer } from '../output/output-buffer.ts'
import { reindentJson } from '../output/reindent-json.ts'
import { unescapeBytes } from '../unescape.ts'
import { keyBytes, type RecordRenderer, valueBytes } from './record-renderer.ts'

/** What stands for the bytes of a key or value. */
type BytesWriter = (bytes: Buffer, out: OutputBuffer) => void

const modifiers: ReadonlyMap<string, BytesWriter> = new Map<string, BytesWriter>([
  ['hex', (bytes, out) => out.text(bytes.toString('hex'))],
  ['base64', (bytes, out) => out.text(bytes.toString('base64'))],
  ['json', (bytes, out) => out.text(indentedJson(bytes))],
])

const asTheyAre: BytesWriter = (bytes, out) => out.slice(bytes, 0, bytes.length)
const escaped: BytesWriter = (bytes, out) => out.text(escapeBytes(bytes))

/** Where people look for a verb that is called otherwise here. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ['s', "kcat's %s is %v here"],
  ['S', "kcat's %S, the size of the value, is not there yet"],
  ['T', "kcat's %T is %d here"],
])

/**
 * Makes a renderer of a format: `%t` topic, `%p` partition, `%o` offset, `%d` timestamp in ms, `%k` key, `%v` value, `%h` headers as `k=v,…`,
 * `%%`; after `%k` and `%v` also `{hex}`, `{base64}` or `{json}`; `\n`, `\t`, `\r`, `\\`, `\xNN`. With `safe`, records cannot act on a terminal.
 * @throws RafkaError `INVALID_ARGUMENT`
 */
export function compileFormat(format: string, safe: boolean): RecordRenderer {
  const parts: RecordRenderer[] = []
  const verb = /%(.?)(?:\{([^}]*)\})?/gsu
  let last = 0
  for (let match = verb.exec(format); match !== null; match = verb.exec(format)) {
    parts.push(...literal(format.slice(last, match.index)), verbPart(match[1]!, match[2], safe))
    last = verb.lastIndex
  }
  parts.push(...literal(format.slice(last)))
  return (record, source, out) => {
    for (const part of parts) part(record, source, out)
  }
}

function literal(text: string): RecordRenderer[] {
  const bytes = unescapeBytes(text)
  if (bytes === undefined)
    throw wrongFormat(`unknown escape in ${JSON.stringify(text)}`, 'known are \\n \\t \\r \\0 \\\\ \\xNN')
  return bytes.length === 0 ? [] : [(_record, _source, out) => out.slice(bytes, 0, bytes.length)]
}

function verbPart(verb: string, modifier: string | undefined, safe: boolean): RecordRenderer {
  if (verb === 'k' || verb === 'v') return bytesPart(verb === 'k' ? keyBytes : valueBytes, modifier, safe)
  const part = otherVerbs(safe).get(verb)
  if (part === undefined)
    throw wrongFormat(`unknown verb %${verb}`, elsewhere.get(verb) ?? 'known are %t %p %o %d %k %v %h %%')
  if (modifier !== undefined)
    throw wrongFormat(`%${verb} takes no {${modifier}}`, '{hex}, {base64} and {json} go with %k and %v')
  return part
}

function bytesPart(read: typeof keyBytes, modifier: string | undefined, safe: boolean): RecordRenderer {
  const write = modifier === undefined ? (safe ? escaped : asTheyAre) : modifiers.get(modifier)
  if (write === undefined) throw wrongFormat(`unknown modifier {${modifier}}`, 'known are {hex}, {base64} and {json}')
  return (record, _, out) => {
    const bytes = read(record)
    if (bytes !== null) write(bytes, out)
  }
}

function otherVerbs(safe: boolean): ReadonlyMap<string, RecordRenderer> {
  const show = safe ? escapeText : (text: string) => text
  const write = safe ? escaped : asTheyAre
  return new Map<string, RecordRenderer>([
    ['%', (_record, _source, out) => out.byte(0x25)],
    ['t', (_, source, out) => out.text(show(source.topic))],
    ['p', (_, source, out) => out.text(String(source.partition))],
    ['o', (record, _, out) => out.text(String(record.offset))],
    ['d', (record, _, out) => out.text(String(record.timestamp))],
    [
      'h',
      (record, _, out) => {
        for (const [index, header] of record.headerCount === 0 ? [] : record.headers().entries()) {
          out.text(`${index === 0 ? '' : ','}${show(header.key)}=`)
          if (header.value !== null) write(header.value, out)
        }
      },
    ],
  ])
}

/** JSON indented; what is none is given as a JSON string, so that the output stays JSON. */
function indentedJson(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  try {
    JSON.parse(text)
    return escapeInJson(reindentJson(text))
  } catch {
    return jsonText(text)
  }
}

function wrongFormat(problem: string, hint: string): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', `--format: ${problem}`, { details: { hint } })
}
