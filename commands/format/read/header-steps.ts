import { RafkaError } from '../../../src/index.ts'
import type { FormatPart, Verb } from '../parse-format.ts'
import { unknownVerb } from '../unknown-verb.ts'
import { wrongFormat } from '../wrong-format.ts'
import { numberReader } from './number-reader.ts'
import type { ReadCursor } from './read-cursor.ts'
import { checkNumber, checkRepeated, type Layout, literalStep, type Step } from './step.ts'
import { compileText } from './text-step.ts'

/** `%H…%h{…}` as often as was counted, or, as the last thing of a record, as often as there is something. */
export function headersStep(part: Verb, next: FormatPart | undefined, seen: ReadonlySet<string>, layout: Layout): Step {
  const { flag } = layout
  if (part.inner === undefined) throw wrongFormat(flag, `${part.text} says nothing of a header's parts`, '%h{%k=%v }')
  const counted = seen.has('H')
  if (!counted && (next !== undefined || layout.sized)) {
    throw wrongFormat(flag, 'nothing says how many headers there are', 'put %H before %h{…}, or %h{…} at the end')
  }
  const steps = headerSteps(part.inner, next, layout)
  return (cursor, record) => {
    cursor.headers = []
    for (let left = cursor.headerCount; counted ? left > 0 : cursor.at < cursor.end; left--) {
      const before = cursor.at
      for (const step of steps) step(cursor, record)
      if (!counted && cursor.at === before) throw new RafkaError('INVALID_ARGUMENT', 'no header where one should stand')
    }
    if (cursor.headers.length > 0) record.headers = cursor.headers
  }
}

function headerSteps(inner: readonly FormatPart[], after: FormatPart | undefined, layout: Layout): Step[] {
  const seen = new Set<string>()
  const first = inner[0]
  // The last text of a header ends where the next header begins, or what follows all of them.
  const ends = [first, after].flatMap((each) => (each?.kind === 'literal' ? [each.bytes] : []))
  const steps = inner.map((part, index): Step => {
    const next = inner[index + 1]
    if (part.kind === 'literal') return literalStep(part.bytes)
    checkRepeated(part, seen, layout.flag)
    const { verb } = part
    if (verb === 'K' || verb === 'V') {
      const reader = numberReader(layout.flag, part, true)
      checkNumber(part, next, reader, layout)
      return verb === 'K'
        ? (cursor) => {
            cursor.headerKeySize = reader.read(cursor)
          }
        : (cursor) => {
            cursor.headerValueSize = reader.read(cursor)
          }
    }
    if (verb !== 'k' && verb !== 'v') throw unknownVerb(layout.flag, part, '%k %v %K %V within %h{…}')
    const hasSize = seen.has(verb.toUpperCase())
    const sizeOf = !hasSize ? undefined : verb === 'k' ? headerKeySize : headerValueSize
    const find = compileText(part, { next, sizeOf, ends: next === undefined ? ends : undefined, layout })
    return verb === 'k'
      ? (cursor) => {
          const { source, start, end } = find(cursor)
          if (start < 0) throw new RafkaError('INVALID_ARGUMENT', 'a header has no key')
          cursor.headerKey = source.toString('utf8', start, end)
          cursor.headers.push({ key: cursor.headerKey, value: null })
        }
      : (cursor) => {
          const { source, start, end } = find(cursor)
          // A buffer of its own: what was decoded stands in memory that the next header uses.
          const value = start < 0 ? null : Buffer.from(source.subarray(start, end))
          cursor.headers[cursor.headers.length - 1] = { key: cursor.headerKey, value }
        }
  })
  const [key, value] = [inner.findIndex(isVerb('k')), inner.findIndex(isVerb('v'))]
  if (key === -1 || (value !== -1 && value < key)) {
    throw wrongFormat(layout.flag, '%h{…} needs %k, and before %v', '%h{%k=%v }')
  }
  return steps
}

const headerKeySize = (cursor: ReadCursor) => cursor.headerKeySize
const headerValueSize = (cursor: ReadCursor) => cursor.headerValueSize

function isVerb(verb: string): (part: FormatPart) => boolean {
  return (part) => part.kind === 'verb' && part.verb === verb
}
