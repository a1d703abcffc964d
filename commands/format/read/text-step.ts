import type { FormatPart, Verb } from '../parse-format.ts'
import { wrongFormat } from '../wrong-format.ts'
import type { ReadCursor } from './read-cursor.ts'
import type { Layout } from './step.ts'
import { decodeQuoted, decoders } from './text-decoder.ts'
import {
  type Extent,
  type ExtentFinder,
  exactExtent,
  jsonExtent,
  matchedExtent,
  openExtent,
  quotedExtent,
  sizedExtent,
} from './text-extent.ts'

/** Where a text ends. */
export interface TextPlace {
  /** The part behind it. */
  readonly next: FormatPart | undefined
  /** Its size, if that was read before it. */
  readonly sizeOf: ((cursor: ReadCursor) => number) | undefined
  /** Where nothing is behind it: what may end it before the record's end. */
  readonly ends: readonly Buffer[] | undefined
  readonly layout: Layout
}

/** A text that was read: a negative start is null. Good until the next one. */
export interface ReadText {
  source: Buffer
  start: number
  end: number
}

const known = '{hex} {base64} {base64raw} {json} {q} {re[…]} {3}'

/** Compiles a verb that is text: finds where it stands, and decodes it. @throws RafkaError `INVALID_ARGUMENT` */
export function compileText(part: Verb, place: TextPlace): (cursor: ReadCursor) => ReadText {
  const { text, modifier } = part
  const { nullText } = place.layout
  const find = extentOf(part, place)
  const decode = modifier === undefined ? undefined : decoders.get(modifier)
  const extent: Extent = { start: 0, end: 0, escaped: false }
  const result: ReadText = { source: Buffer.alloc(0), start: 0, end: 0 }
  return (cursor) => {
    extent.escaped = false
    find(cursor, extent)
    const { start, end } = extent
    result.source = cursor.bytes
    result.start = start
    result.end = end
    if (start < 0) return result
    if (nullText !== undefined && isText(cursor.bytes, start, end, nullText)) {
      result.start = -1
      return result
    }
    if (!extent.escaped && decode === undefined) return result
    result.source = extent.escaped ? decodeQuoted(cursor.bytes, start, end) : decode!(cursor.bytes, start, end, text)
    result.start = 0
    result.end = result.source.length
    return result
  }
}

function extentOf(part: Verb, { next, sizeOf, ends, layout }: TextPlace): ExtentFinder {
  const { text, modifier, argument } = part
  const { flag, sized } = layout
  if (modifier !== undefined && /^\d{1,9}$/.test(modifier) && argument === undefined) {
    if (sizeOf !== undefined) throw wrongFormat(flag, `${text} has two sizes`, 'leave out one')
    return exactExtent(text, Number(modifier))
  }
  const isRegex = modifier === 're' && argument !== undefined
  const isPlain = modifier === undefined || (decoders.has(modifier) && argument === undefined)
  if (!isPlain && !isRegex && modifier !== 'json' && modifier !== 'q') {
    throw wrongFormat(flag, `unknown modifier in ${text}`, `text of input takes ${known}`)
  }
  if (sizeOf !== undefined && isPlain) return sizedExtent(text, sizeOf)
  if (sized) {
    const hint =
      'in a format with sizes each text needs one before it, as in %V{big32}%v, or a number of bytes, as in %k{3}'
    throw wrongFormat(flag, `nothing says how long ${text} is`, hint)
  }
  if (isRegex) return matchedExtent(flag, part)
  if (modifier === 'json') return jsonExtent(text)
  if (modifier === 'q') return quotedExtent(text)
  if (ends !== undefined) return openExtent(text, ends, true)
  if (next?.kind === 'literal') return openExtent(text, [next.bytes], false)
  throw wrongFormat(flag, `nothing says where ${text} ends`, 'put something between two texts, as in %k:%v')
}

function isText(bytes: Buffer, start: number, end: number, text: Buffer): boolean {
  return end - start === text.length && bytes.compare(text, 0, text.length, start, end) === 0
}
