import { RafkaError } from '../../../src/index.ts'
import type { FormatPart, Verb } from '../parse-format.ts'
import { wrongFormat } from '../wrong-format.ts'
import type { InputRecord } from './input-record.ts'
import type { NumberReader } from './number-reader.ts'
import type { ReadCursor } from './read-cursor.ts'

/** Reads a piece of a record into it. @throws RafkaError `INVALID_ARGUMENT` */
export type Step = (cursor: ReadCursor, record: InputRecord) => void

/** What holds for a whole format of input. */
export interface Layout {
  readonly flag: string
  /** Each text has a size before it or a number of bytes, so no delimiter is needed and none is looked for. */
  readonly sized: boolean
  /** A key or value that reads so is null. */
  readonly nullText: Buffer | undefined
}

/** What has to stand there. */
export function literalStep(bytes: Buffer): Step {
  const shown = JSON.stringify(bytes.toString())
  return (cursor) => {
    const start = cursor.at
    const there = Math.min(bytes.length, cursor.end - start)
    if (
      cursor.bytes.compare(bytes, 0, there, start, start + there) !== 0 ||
      (there < bytes.length && !cursor.mayGrow)
    ) {
      throw new RafkaError('INVALID_ARGUMENT', `no ${shown} where it should stand`)
    }
    cursor.take(bytes.length, shown)
  }
}

/** A number has to have an end, and may not hold what ends the record. @throws RafkaError `INVALID_ARGUMENT` */
export function checkNumber(part: Verb, next: FormatPart | undefined, reader: NumberReader, layout: Layout): void {
  checkEnd(part, next, reader.open, layout)
  if (!reader.binary || layout.sized) return
  const hint = 'give each text a size before it, as in %K{big32}%k%V{big32}%v'
  throw wrongFormat(layout.flag, `${part.text} can hold the bytes that end the record`, hint)
}

/** Something has to say where digits end. */
function checkEnd({ text }: Verb, next: FormatPart | undefined, open: boolean, { flag, sized }: Layout): void {
  if (!open || (next === undefined && !sized)) return
  if (next?.kind === 'literal' && !/^[0-9a-fA-F-]/.test(next.bytes.toString('latin1'))) return
  throw wrongFormat(
    flag,
    `nothing says where ${text} ends`,
    'let something that is no digit follow, or use {big32} or {3}',
  )
}

/** @throws RafkaError `INVALID_ARGUMENT` */
export function checkRepeated({ verb, text }: Verb, seen: Set<string>, flag: string): void {
  if (seen.has(verb)) throw wrongFormat(flag, `${text} stands twice`, 'each verb has one place in input')
  seen.add(verb)
}
