import { isUtf8 } from 'node:buffer'
import { RafkaError } from '../../src/index.ts'
import { BACKSLASH, type JsonScanner } from './json-scanner.ts'

const LOWER_U = 0x75
const simple = new Uint8Array(128)
for (const [letter, byte] of [
  ['"', 0x22],
  ['\\', 0x5c],
  ['/', 0x2f],
  ['b', 0x08],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
] as const) {
  simple[letter.charCodeAt(0)] = byte
}

/**
 * Writes the text of a string, which a scanner stepped over, as UTF-8 into `target`, which is never longer than the string itself.
 * @returns the position behind it
 * @throws RafkaError `INVALID_ARGUMENT` for half of a surrogate pair: it has no bytes
 */
export function unescapeJson(source: Buffer, start: number, end: number, target: Buffer, targetStart: number): number {
  let to = targetStart
  for (let at = start; at < end; ) {
    const byte = source[at]!
    if (byte !== BACKSLASH) {
      target[to++] = byte
      at += 1
    } else if (source[at + 1] !== LOWER_U) {
      target[to++] = simple[source[at + 1]!]!
      at += 2
    } else {
      const unit = unitAt(source, at + 2)
      at += 6
      if (unit >= 0xd800 && unit <= 0xdfff) {
        const low = source[at] === BACKSLASH && source[at + 1] === LOWER_U ? unitAt(source, at + 2) : 0
        if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff || at + 6 > end) throw loneSurrogate(unit)
        at += 6
        to += target.write(String.fromCharCode(unit, low), to)
      } else to += target.write(String.fromCharCode(unit), to)
    }
  }
  return to
}

/** The string that a scanner stepped over last, as text. @throws RafkaError `INVALID_ARGUMENT` */
export function textOfString(scanner: JsonScanner): string {
  const { bytes, stringStart, stringEnd, escaped } = scanner
  checkUtf8(scanner)
  if (!escaped) return bytes.toString('utf8', stringStart, stringEnd)
  const target = Buffer.allocUnsafe(stringEnd - stringStart)
  return target.toString('utf8', 0, unescapeJson(bytes, stringStart, stringEnd, target, 0))
}

/** @throws RafkaError `INVALID_ARGUMENT` when the string stepped over last is not UTF-8 */
export function checkUtf8({ hasHighBytes, bytes, stringStart, stringEnd }: JsonScanner): void {
  if (hasHighBytes && !isUtf8(bytes.subarray(stringStart, stringEnd))) {
    throw new RafkaError('INVALID_ARGUMENT', 'it is not JSON: a string is not UTF-8')
  }
}

function unitAt(source: Buffer, at: number): number {
  return Number.parseInt(source.toString('latin1', at, at + 4), 16)
}

function loneSurrogate(unit: number): RafkaError {
  const shown = `\\u${unit.toString(16)}`
  return new RafkaError('INVALID_ARGUMENT', `half of a surrogate pair, ${shown}, is no character and has no bytes`)
}
