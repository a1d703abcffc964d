import { isUtf8 } from 'node:buffer'
import { jsonText } from '../../output/escape-text.ts'
import type { OutputBuffer } from '../../output/output-buffer.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const DELETE = 0x7f
const LOWER_U = 0x75
const ZERO = 0x30
/** `\u001f`: what one byte can become. */
const MOST_BYTES_EACH = 6
/** Bytes that room is made for at once. */
const STRETCH_BYTES = 4096

/** By byte: 0 stands for itself, 1 goes as `\u00NN`, another is what follows the backslash. */
const escapes = new Uint8Array(128)
escapes.fill(1, 0, 0x20)
escapes[DELETE] = 1
for (const [byte, letter] of [
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0c, 'f'],
  [0x0d, 'r'],
  [QUOTE, '"'],
  [BACKSLASH, '\\'],
] as const) {
  escapes[byte] = letter.charCodeAt(0)
}

const hexDigits = Buffer.from('0123456789abcdef')

/**
 * Writes bytes as a JSON string, quotes and all, with nothing in it that a terminal would act on.
 * @returns false when they are not UTF-8: then nothing was written
 */
export function writeJsonString(source: Buffer, start: number, end: number, out: OutputBuffer): boolean {
  const begin = out.reserve(1)
  out.byte(QUOTE)
  for (let from = start; from < end; from += STRETCH_BYTES) {
    if (writeAscii(source, from, Math.min(from + STRETCH_BYTES, end), out)) continue
    out.advance(begin)
    return writeOtherText(source, start, end, out)
  }
  out.byte(QUOTE)
  return true
}

/** False when there is something else. */
function writeAscii(source: Buffer, start: number, end: number, out: OutputBuffer): boolean {
  let at = out.reserve((end - start) * MOST_BYTES_EACH)
  const { bytes } = out
  for (let from = start; from < end; from++) {
    const byte = source[from]!
    if (byte >= 0x80) return false
    const how = escapes[byte]!
    if (how === 0) {
      bytes[at++] = byte
      continue
    }
    bytes[at++] = BACKSLASH
    if (how !== 1) {
      bytes[at++] = how
      continue
    }
    bytes[at++] = LOWER_U
    bytes[at++] = ZERO
    bytes[at++] = ZERO
    bytes[at++] = hexDigits[byte >> 4]!
    bytes[at++] = hexDigits[byte & 15]!
  }
  out.advance(at)
  return true
}

/** Which characters a terminal acts on beyond ASCII is known of characters alone, so bytes become text here. */
function writeOtherText(source: Buffer, start: number, end: number, out: OutputBuffer): boolean {
  const text = source.subarray(start, end)
  if (!isUtf8(text)) return false
  out.text(jsonText(text.toString('utf8')))
  return true
}
