import { isUtf8 } from 'node:buffer'

/**
 * What a terminal would act on rather than show: C0, DEL and C1 controls, line and paragraph separators, bidi controls, zero-width
 * characters, tags and noncharacters. Lone surrogates too: they have no bytes.
 */
const unsafe =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Surrogate}]/gu

const named: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

/** Text that is safe to print on a terminal: what it would act on is shown as `\n`, `\x1b` or `\u202e`. */
export function escapeText(text: string): string {
  return text.replace(unsafe, (character) => named.get(character) ?? escapeCharacter(character))
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0)!
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`
}

/** The same for bytes: those that are not UTF-8 are shown as `\xNN`. */
export function escapeBytes(bytes: Buffer): string {
  if (isUtf8(bytes)) return escapeText(bytes.toString('utf8'))
  let shown = ''
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at)
    shown +=
      length === 0
        ? `\\x${bytes[at]!.toString(16).padStart(2, '0')}`
        : escapeText(bytes.toString('utf8', at, at + length))
    at += Math.max(1, length)
  }
  return shown
}

/** Bytes of the UTF-8 sequence that begins at `at`, 0 when none does. */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at]!
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
  return length > 0 && at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0
}

/** JSON of a value in which nothing is left that a terminal would act on: such characters stand as `\uNNNN`. */
export function jsonText(value: unknown, indent = 0): string {
  return escapeInJson(JSON.stringify(value, null, indent))
}

/** C0 controls stay: in valid JSON they are line breaks between tokens, never inside strings. */
const unsafeInJson = new RegExp(unsafe.source.replace('\\u0000-\\u001f', ''), 'gu')

/** The same for JSON that is text already. */
export function escapeInJson(json: string): string {
  return json.replace(unsafeInJson, (character) =>
    Array.from({ length: character.length }, (_, at) => unit(character, at)).join(''),
  )
}

function unit(character: string, at: number): string {
  return `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`
}
