import { escapeBytes, escapeInJson, jsonText } from '../../output/escape-text.ts'
import type { OutputBuffer } from '../../output/output-buffer.ts'
import { reindentJson } from '../../output/reindent-json.ts'
import type { Verb } from '../parse-format.ts'
import { wrongFormat } from '../wrong-format.ts'
import { writeJsonString } from './json-string.ts'
import { compileUnpack } from './unpack.ts'

/** Writes bytes of `source` from `start` to before `end`. */
type TextWriter = (source: Buffer, start: number, end: number, out: OutputBuffer) => void

/** How text is written, and what stands for a null one. */
export interface TextForm {
  readonly write: TextWriter
  /** Undefined: whatever the user wants. */
  readonly whenNull: string | undefined
}

const asTheyAre: TextWriter = (source, start, end, out) => out.piece(source, start, end)
const escaped: TextWriter = (source, start, end, out) => out.text(escapeBytes(source.subarray(start, end)))

const writers: ReadonlyMap<string, TextForm> = new Map<string, TextForm>([
  ['hex', { write: writeHex, whenNull: undefined }],
  [
    'base64',
    { write: (source, start, end, out) => out.text(source.toString('base64', start, end)), whenNull: undefined },
  ],
  ['base64raw', { write: writeBase64Raw, whenNull: undefined }],
  ['json', { write: (source, start, end, out) => out.text(indentedJson(source, start, end)), whenNull: 'null' }],
  ['q', { write: writeQuoted, whenNull: 'null' }],
])

/**
 * The form that a text verb's modifier names.
 * @param safe records must not act on a terminal
 * @throws RafkaError `INVALID_ARGUMENT`
 */
export function textForm(flag: string, { text, modifier, argument }: Verb, safe: boolean): TextForm {
  if (modifier === undefined) return { write: safe ? escaped : asTheyAre, whenNull: undefined }
  if (modifier === 'unpack' && argument !== undefined) {
    const show = safe ? escapeBytes : (bytes: Buffer) => bytes.toString('latin1')
    const unpack = compileUnpack(flag, argument, show)
    const encoding = safe ? 'utf8' : 'latin1'
    const write: TextWriter = (source, start, end, out) => {
      const bytes = Buffer.from(unpack(source.subarray(start, end)), encoding)
      out.slice(bytes, 0, bytes.length)
    }
    return { write, whenNull: undefined }
  }
  const form = argument === undefined ? writers.get(modifier) : undefined
  if (form !== undefined) return form
  throw wrongFormat(flag, `unknown modifier in ${text}`, 'text takes {hex} {base64} {base64raw} {json} {q} {unpack[…]}')
}

const hexDigits = Buffer.from('0123456789abcdef')

function writeHex(source: Buffer, start: number, end: number, out: OutputBuffer): void {
  let at = out.reserve((end - start) * 2)
  const { bytes } = out
  for (let from = start; from < end; from++) {
    const byte = source[from]!
    bytes[at++] = hexDigits[byte >> 4]!
    bytes[at++] = hexDigits[byte & 15]!
  }
  out.advance(at)
}

function writeBase64Raw(source: Buffer, start: number, end: number, out: OutputBuffer): void {
  out.text(source.toString('base64', start, end).replace(/=+$/, ''))
}

/** What is not UTF-8 has no JSON string: its bytes stand as U+00NN, one character each. */
function writeQuoted(source: Buffer, start: number, end: number, out: OutputBuffer): void {
  if (!writeJsonString(source, start, end, out)) out.text(jsonText(source.toString('latin1', start, end)))
}

/** JSON indented; what is none is given as a JSON string, so that the output stays JSON. */
function indentedJson(source: Buffer, start: number, end: number): string {
  const text = source.toString('utf8', start, end)
  try {
    JSON.parse(text)
    return escapeInJson(reindentJson(text))
  } catch {
    return jsonText(text)
  }
}
