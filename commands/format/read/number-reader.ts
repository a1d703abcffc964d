import { RafkaError } from '../../../src/index.ts'
import { type NumberForm, numberForm } from '../number-form.ts'
import type { Verb } from '../parse-format.ts'
import { wrongFormat } from '../wrong-format.ts'
import type { ReadCursor } from './read-cursor.ts'

/** How a number of input is read. */
export interface NumberReader {
  /** Reads a whole number and steps over it. @throws RafkaError `INVALID_ARGUMENT` */
  read(cursor: ReadCursor): number
  /** It ends only where something that is no digit follows. */
  readonly open: boolean
  /** It is bytes, any of which may be a delimiter. */
  readonly binary: boolean
}

const MINUS = 0x2d
const NO_DIGIT = 99
const trueText = Buffer.from('true')
const falseText = Buffer.from('false')

/**
 * @param isSize all ones are -1, in any width: the size of null. Of other numbers so in 64 bits alone: a time or an id that there is none of
 * @throws RafkaError `INVALID_ARGUMENT` where the modifier is no form of a number
 */
export function numberReader(flag: string, { verb, text, modifier, argument }: Verb, isSize: boolean): NumberReader {
  if (argument !== undefined) {
    throw wrongFormat(flag, `${text} is for output alone`, `%${verb}{ascii}, {3}, {hex}, {big32}, …`)
  }
  if (modifier !== undefined && /^\d{1,2}$/.test(modifier) && Number(modifier) > 0) {
    const digits = Number(modifier)
    return fixed((cursor) => whole(digitsAt(cursor, cursor.take(digits, text), 10, text), text))
  }
  return readerOf(numberForm(flag, verb, modifier), text, isSize)
}

function readerOf(form: NumberForm, what: string, isSize: boolean): NumberReader {
  if (form.kind === 'decimal') return { read: (cursor) => openDigits(cursor, 10, what), open: true, binary: false }
  if (form.kind === 'bool') return fixed((cursor) => readBool(cursor, what))
  if (form.kind === 'integer') {
    const { bytes, littleEndian } = form
    const read = (cursor: ReadCursor) => {
      const value = integerAt(cursor.bytes, cursor.take(bytes, what), bytes, littleEndian)
      return whole(value, what, bytes * 8, isSize)
    }
    return { read, open: false, binary: true }
  }
  const { digits } = form
  if (digits === undefined) return { read: (cursor) => openDigits(cursor, 16, what), open: true, binary: false }
  return fixed((cursor) => {
    return whole(digitsAt(cursor, cursor.take(digits, what), 16, what), what, digits * 4, isSize)
  })
}

function fixed(read: NumberReader['read']): NumberReader {
  return { read, open: false, binary: false }
}

/** As many digits as there are. */
function openDigits(cursor: ReadCursor, base: 10 | 16, what: string): number {
  const start = cursor.at
  const { bytes, end } = cursor
  let at = start
  if (base === 10 && at < end && bytes[at] === MINUS) at += 1
  while (at < end && digitOf(bytes[at]!) < base) at += 1
  if (at === end && cursor.mayGrow) cursor.runOut(what)
  cursor.at = at
  const number = Number.parseInt(bytes.toString('latin1', start, at), base)
  if (Number.isNaN(number)) throw noNumber(cursor, start, Math.min(end, start + 20), what)
  return whole(number, what, base === 16 ? 64 : 0)
}

function digitsAt(cursor: ReadCursor, start: number, base: 10 | 16, what: string): number {
  let value = 0
  for (let at = start; at < cursor.at; at++) {
    const digit = digitOf(cursor.bytes[at]!)
    if (digit >= base) throw noNumber(cursor, start, cursor.at, what)
    value = value * base + digit
  }
  return value
}

function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : NO_DIGIT
}

function integerAt(bytes: Buffer, start: number, count: number, littleEndian: boolean): number {
  let value = 0
  for (let index = 0; index < count; index++) {
    value = value * 256 + bytes[littleEndian ? start + count - 1 - index : start + index]!
  }
  return value
}

function whole(value: number, what: string, bits = 0, isSize = false): number {
  // Beyond 2^53 neighbours are not told apart: this is the last one, and what rounds to it.
  if (bits === 64 && value >= 2 ** 64 - 1024) return -1
  if (isSize && value === 2 ** bits - 1) return -1
  if (Number.isSafeInteger(value)) return value
  throw new RafkaError('INVALID_ARGUMENT', `the number for ${what} is beyond 2^53`)
}

function readBool(cursor: ReadCursor, what: string): number {
  const { bytes, at, end } = cursor
  if (at >= end) cursor.runOut(what)
  const text = bytes[at] === trueText[0] ? trueText : falseText
  const start = cursor.take(text.length, what)
  if (bytes.compare(text, 0, text.length, start, cursor.at) === 0) return text === trueText ? 1 : 0
  throw noNumber(cursor, start, cursor.at, what)
}

function noNumber({ bytes }: ReadCursor, start: number, end: number, what: string): RafkaError {
  return new RafkaError(
    'INVALID_ARGUMENT',
    `no number for ${what} at ${JSON.stringify(bytes.toString('latin1', start, end))}`,
  )
}
