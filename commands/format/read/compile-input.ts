import { RafkaError } from '../../../src/index.ts'
import { type FormatPart, parseFormat } from '../parse-format.ts'
import { wrongFormat } from '../wrong-format.ts'
import { compileSteps } from './compile-steps.ts'
import { DelimitedFramer } from './delimited-framer.ts'
import type { RecordParser } from './input-record.ts'
import { ReadCursor } from './read-cursor.ts'
import type { RecordFramer } from './record-framer.ts'
import { SizedFramer } from './sized-framer.ts'
import type { Layout, Step } from './step.ts'

/** How input is to be read. */
export interface InputOptions {
  /** The flag that the format came with, for messages. */
  readonly flag: string
  /** Ends each record; undefined: what stands at the end of the format, or a line break. */
  readonly delimiter?: Buffer | undefined
  /** A key or value that reads so is null. */
  readonly nullText?: Buffer | undefined
}

/** A format of input, compiled. */
export interface InputFormat {
  /** Its verbs, but for those of headers. */
  readonly verbs: ReadonlySet<string>
  /** A framer for one input. */
  open(): RecordFramer
}

/**
 * Compiles a format of input. Where its texts have sizes, they say where a record ends. Else what stands at its end does, and a record never
 * reaches beyond that, whatever is wrong with it; without anything at its end a line break does.
 * @throws RafkaError `INVALID_ARGUMENT`
 */
export function compileInput(format: string, { flag, delimiter, nullText }: InputOptions): InputFormat {
  const parts = parseFormat(flag, format)
  const verbs = new Set(parts.flatMap((part) => (part.kind === 'verb' ? [part.verb] : [])))
  const sized = hasSizes(parts)
  const layout: Layout = { flag, sized, nullText }
  if (verbs.size === 0) throw wrongFormat(flag, 'it has no verb', "'%k:%v\\n' reads a key and a value from each line")
  if (sized) {
    if (delimiter !== undefined) throw wrongFormat(flag, 'records with sizes have no delimiter', 'leave out --delim')
    const steps = compileSteps(parts, layout)
    return { verbs, open: () => new SizedFramer(steps) }
  }
  const last = parts.at(-1)
  const trailing = last?.kind === 'literal' ? last.bytes : undefined
  if (trailing !== undefined && delimiter !== undefined) {
    throw wrongFormat(flag, 'it ends its records itself', 'leave out --delim, or what stands behind the last verb')
  }
  const steps = compileSteps(trailing === undefined ? parts : parts.slice(0, -1), layout)
  const end = trailing ?? delimiter ?? Buffer.from('\n')
  return { verbs, open: () => new DelimitedFramer(end, parserOf(steps)) }
}

function parserOf(steps: readonly Step[]): RecordParser {
  const cursor = new ReadCursor()
  return (source, start, end, record) => {
    record.clear()
    cursor.open(source, start, end, false)
    for (const step of steps) step(cursor, record)
    if (cursor.at === end) return
    const rest = JSON.stringify(source.toString('utf8', cursor.at, Math.min(end, cursor.at + 20)))
    throw new RafkaError('INVALID_ARGUMENT', `${rest} stands where the record should end`)
  }
}

/** A size of a text, a number of bytes that ends the record, or a number that is bytes. */
function hasSizes(parts: readonly FormatPart[]): boolean {
  const all = parts.flatMap((part) => (part.kind === 'verb' ? [part, ...(part.inner ?? [])] : [part]))
  if (all.some((part) => part.kind === 'verb' && ['K', 'V', 'T'].includes(part.verb))) return true
  const last = parts.at(-1)
  const texts = all.flatMap((part) => (part.kind === 'verb' && ['k', 'v', 't'].includes(part.verb) ? [part] : []))
  return last?.kind === 'verb' && texts.length > 0 && texts.every(({ modifier }) => /^\d+$/.test(modifier ?? ''))
}
