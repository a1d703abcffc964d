import { isUtf8 } from 'node:buffer'
import { RafkaError } from '../../../src/index.ts'
import { JsonScanner, QUOTE } from '../../json/json-scanner.ts'
import { checkUtf8 } from '../../json/unescape-json.ts'
import type { Verb } from '../parse-format.ts'
import { wrongFormat } from '../wrong-format.ts'
import type { ReadCursor } from './read-cursor.ts'

/** Where a text of the input stands; a negative start is null. One for all, good until the next text. */
export interface Extent {
  start: number
  end: number
  /** It is the inside of a JSON string with a backslash. */
  escaped: boolean
}

/** Finds a text that begins where the cursor stands, and steps over it. @throws RafkaError `INVALID_ARGUMENT` */
export type ExtentFinder = (cursor: ReadCursor, extent: Extent) => void

/** What a text is that begins at the cursor: a JSON value. */
export function jsonExtent(what: string): ExtentFinder {
  const scanner = new JsonScanner()
  return (cursor, extent) => {
    scanner.open(cursor.bytes, cursor.at, cursor.end)
    extent.start = scanner.at
    inside(what, () => scanner.value())
    extent.end = scanner.at
    while (extent.end > extent.start && cursor.bytes[extent.end - 1]! <= 0x20) extent.end -= 1
    cursor.at = extent.end
  }
}

/** The inside of a JSON string, or `null`. */
export function quotedExtent(what: string): ExtentFinder {
  const scanner = new JsonScanner()
  return (cursor, extent) => {
    scanner.open(cursor.bytes, cursor.at, cursor.end)
    const isString = scanner.byte === QUOTE
    const start = scanner.at
    inside(what, () => scanner.value())
    if (isString) {
      inside(what, () => checkUtf8(scanner))
      extent.start = scanner.stringStart
      extent.end = scanner.stringEnd
      extent.escaped = scanner.escaped
      cursor.at = extent.end + 1
      return
    }
    if (cursor.bytes[start] !== 0x6e) throw new RafkaError('INVALID_ARGUMENT', `${what}: no JSON string and no null`)
    extent.start = -1
    cursor.at = start + 4
  }
}

/**
 * What a regular expression matches, from the cursor on. It sees text where the record is UTF-8, else a character per byte.
 * @throws RafkaError `INVALID_ARGUMENT` when it is no expression
 */
export function matchedExtent(flag: string, { text, argument = '' }: Verb): ExtentFinder {
  const expression = sticky(flag, argument)
  return (cursor, extent) => {
    const rest = cursor.bytes.subarray(cursor.at, cursor.end)
    const encoding = isUtf8(rest) ? 'utf8' : 'latin1'
    expression.lastIndex = 0
    const match = expression.exec(rest.toString(encoding))?.[0]
    if (match === undefined) throw new RafkaError('INVALID_ARGUMENT', `nothing for ${text} matches`)
    extent.start = cursor.at
    extent.end = cursor.at + Buffer.byteLength(match, encoding)
    cursor.at = extent.end
  }
}

function sticky(flag: string, source: string): RegExp {
  try {
    return new RegExp(source, 'y')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw wrongFormat(flag, `{re[${source}]}: ${reason}`, 'a regular expression of JavaScript')
  }
}

/** Errors of what is found within a record say for what it was looked for. */
function inside(what: string, look: () => void): void {
  try {
    look()
  } catch (error) {
    if (!(error instanceof RafkaError)) throw error
    throw new RafkaError(error.code, `${what}: ${error.message}`)
  }
}

/** As many bytes as the size that was read before says; -1 is null. */
export function sizedExtent(what: string, sizeOf: (cursor: ReadCursor) => number): ExtentFinder {
  return (cursor, extent) => {
    const size = sizeOf(cursor)
    if (size < -1) throw new RafkaError('INVALID_ARGUMENT', `a size of ${size} for ${what}`)
    extent.start = size === -1 ? -1 : cursor.take(size, what)
    extent.end = cursor.at
  }
}

/** So many bytes. */
export function exactExtent(what: string, bytes: number): ExtentFinder {
  return (cursor, extent) => {
    extent.start = cursor.take(bytes, what)
    extent.end = cursor.at
  }
}

/** Up to the first of the literals that is found, else to the end where `toEnd` allows it. The literal is not stepped over. */
export function openExtent(what: string, literals: readonly Buffer[], toEnd: boolean): ExtentFinder {
  return (cursor, extent) => {
    const { bytes, end } = cursor
    let found = -1
    for (const literal of literals) {
      const at = indexWithin(bytes, literal, cursor.at, end)
      if (at !== -1 && (found === -1 || at < found)) found = at
    }
    if (found === -1 && !toEnd) {
      throw new RafkaError(
        'INVALID_ARGUMENT',
        `no ${literals.map((each) => JSON.stringify(each.toString())).join(' or ')} after ${what}`,
      )
    }
    extent.start = cursor.at
    extent.end = found === -1 ? end : found
    cursor.at = extent.end
  }
}

/** Most texts are short: looking at a few bytes costs less than a call into native code, and nothing behind `end` is looked at. */
const NEAR_BYTES = 64

function indexWithin(bytes: Buffer, literal: Buffer, start: number, end: number): number {
  let from = start
  if (literal.length === 1) {
    const byte = literal[0]!
    const near = Math.min(start + NEAR_BYTES, end)
    for (; from < near; from++) if (bytes[from] === byte) return from
  }
  const found = from < end ? bytes.subarray(from, end).indexOf(literal) : -1
  return found === -1 ? -1 : from + found
}
