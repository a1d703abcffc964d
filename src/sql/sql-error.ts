import { type ErrorDetails, RafkaError } from '../core/errors.ts'
import type { Failure } from './messages.ts'
import type { Statement } from './text/statements.ts'
import { foldCase, isToken, type Token } from './text/tokens.ts'

/** Places in a statement: of the first character, and of the one after the last. */
interface Place {
  readonly start: number
  readonly end: number
}

const longestLine = 76

/** Refuses a statement that would change something. */
export function refusal(statement: Statement, word: Token): RafkaError {
  const hint = 'rafka produce writes records; rafka topics creates, alters and deletes topics'
  return errorAt(statement, word, `"${word.value}" is refused: SQL only reads`, { hint })
}

/** What became of a statement that SQLite did not run to its end, as an error that points at the place. */
export function failureError(statement: Statement, failure: Failure, topics: readonly string[]): RafkaError {
  const { kind, message } = failure
  const offset = statement.tokens[0]!.start
  const place = failure.place && { start: failure.place.start + offset, end: failure.place.end + offset }
  if (kind === 'refused') return refusal(statement, writingWord(statement))
  if (kind === 'cancelled') return new RafkaError('CANCELLED', 'the statement was ended before it was done')
  if (kind === 'too-large') {
    const text = 'the copies of topics that this statement needs are larger than they may be'
    const hint = 'conditions on partition, offset or timestamp make them smaller'
    return new RafkaError('INVALID_ARGUMENT', text, { details: { hint } })
  }
  if (kind === 'unexpected') return new RafkaError('UNKNOWN_SERVER_ERROR', `SQL failed: ${message}`)
  const unquoted = topicAround(statement.script, place, topics)
  if (unquoted !== undefined) {
    return errorAt(statement, place, message, { hint: `write the topic's name in double quotes: "${unquoted}"` })
  }
  const table = /^no such table: (?:main\.)?([\s\S]*)$/.exec(message)?.[1]
  if (table !== undefined) {
    return errorAt(
      statement,
      place,
      `there is no topic or table "${table}"`,
      { topic: table },
      'UNKNOWN_TOPIC_OR_PARTITION',
    )
  }
  const hint = hints.find(([pattern]) => pattern.test(message))?.[1]
  return errorAt(statement, place, message, hint === undefined ? {} : { hint })
}

/** What SQLite would have changed something by: `with … delete` does not begin with it. */
function writingWord({ tokens }: Statement): Token {
  const writing = ['insert', 'replace', 'update', 'delete'].flatMap(
    (word) => tokens.find((each) => isToken(each, word)) ?? [],
  )
  return writing[0] ?? tokens[0]!
}

const hints: ReadonlyArray<readonly [pattern: RegExp, hint: string]> = [
  [/^malformed JSON/, 'not all of it is JSON: where json_valid(value) leaves out what is not'],
  [/should this be a string literal/, "text stands in single quotes: 'text'"],
  [/^near ">"/, '> compares; to write to a file: rafka sql "…" > file, and in the REPL select …; > file'],
  [/parameter/i, 'write values into the statement: there are no parameters'],
]

function errorAt(
  { script }: Statement,
  place: Place | undefined,
  message: string,
  details: ErrorDetails,
  code: 'INVALID_ARGUMENT' | 'UNKNOWN_TOPIC_OR_PARTITION' = 'INVALID_ARGUMENT',
): RafkaError {
  if (place === undefined) return new RafkaError(code, message, { details })
  const lineStart = script.lastIndexOf('\n', place.start - 1) + 1
  const line = script.slice(0, lineStart).split('\n').length
  const column = place.start - lineStart + 1
  const where = script.includes('\n') ? `line ${line}: ` : ''
  const shown = pointedLine(script, lineStart, place)
  return new RafkaError(code, `${where}${message}\n${shown}`, { details: { ...details, line, column } })
}

/** The line, or what of a long one is around the place, and a line of `^` below the wrong words. */
function pointedLine(script: string, lineStart: number, { start, end }: Place): string {
  const newline = script.indexOf('\n', lineStart)
  const lineEnd = newline < 0 ? script.length : newline
  const from = Math.max(lineStart, Math.min(start - longestLine / 2, lineEnd - longestLine))
  const text = script.slice(from, Math.min(lineEnd, from + longestLine)).replaceAll(/\s/g, ' ')
  const marks = '^'.repeat(Math.max(1, Math.min(end, from + longestLine, lineEnd) - start))
  return `  ${text}\n  ${' '.repeat(start - from)}${marks}`
}

/** A topic that stands without quotes though its name needs them. */
function topicAround(script: string, place: Place | undefined, topics: readonly string[]): string | undefined {
  if (place === undefined) return undefined
  let [start, end] = [place.start, place.end]
  while (start > 0 && /[\w.-]/.test(script[start - 1]!)) start--
  while (end < script.length && /[\w.-]/.test(script[end]!)) end++
  const written = foldCase(script.slice(start, end))
  return /[.-]|^\d/.test(written) ? topics.find((topic) => foldCase(topic) === written) : undefined
}
