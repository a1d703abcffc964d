import type { FormatPart, Verb } from '../parse-format.ts'
import { headersStep } from './header-steps.ts'
import { numberStep } from './number-step.ts'
import type { ReadCursor } from './read-cursor.ts'
import { checkRepeated, type Layout, literalStep, type Step } from './step.ts'
import { compileText } from './text-step.ts'

/**
 * Compiles the parts of a format into steps.
 * @param after what follows behind the last part, for a text that ends only there; undefined: the end of the record
 * @throws RafkaError `INVALID_ARGUMENT`
 */
export function compileSteps(parts: readonly FormatPart[], layout: Layout): Step[] {
  const seen = new Set<string>()
  return parts.map((part, index) => {
    const next = parts[index + 1]
    if (part.kind === 'literal') return literalStep(part.bytes)
    checkRepeated(part, seen, layout.flag)
    if (part.verb === 'h') return headersStep(part, next, seen, layout)
    if (part.verb === 'k' || part.verb === 'v' || part.verb === 't') {
      return textStep(part, next, seen.has(part.verb.toUpperCase()), layout)
    }
    return numberStep(part, next, layout)
  })
}

function textStep(part: Verb, next: FormatPart | undefined, hasSize: boolean, layout: Layout): Step {
  const { verb } = part
  const sizeOf = hasSize ? sizeReaders.get(verb) : undefined
  const find = compileText(part, { next, sizeOf, ends: next === undefined ? [] : undefined, layout })
  if (verb === 'k') {
    return (cursor, record) => {
      const text = find(cursor)
      record.keySource = text.source
      record.keyStart = text.start
      record.keyEnd = text.end
    }
  }
  if (verb === 'v') {
    return (cursor, record) => {
      const text = find(cursor)
      record.valueSource = text.source
      record.valueStart = text.start
      record.valueEnd = text.end
    }
  }
  return (cursor, record) => {
    const { source, start, end } = find(cursor)
    record.topic = start < 0 ? undefined : source.toString('utf8', start, end)
  }
}

const sizeReaders: ReadonlyMap<string, (cursor: ReadCursor) => number> = new Map([
  ['k', (cursor: ReadCursor) => cursor.keySize],
  ['v', (cursor: ReadCursor) => cursor.valueSize],
  ['t', (cursor: ReadCursor) => cursor.topicSize],
])
