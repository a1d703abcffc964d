import { type Header, RafkaError, type RecordCursor } from '../../../src/index.ts'
import type { RecordFilter } from './record-filter.ts'
import { compileMatcher, type TextMatcher } from './text-matcher.ts'

const shape = /^(!?)(?:(k|v|hk|hv|t):|h:([^=]*)=)(.*)$/s

/**
 * Compiles one `--grep`: `k:REGEX` the key, `v:` the value, `hk:` the name of a header, `hv:` the value of one, `h:NAME=REGEX` the value of
 * that one, `t:` the topic; `!` before it: what does not match. What is null matches nothing, not even an empty expression.
 * @throws RafkaError `INVALID_ARGUMENT`
 */
export function compileGrep(text: string): RecordFilter {
  const match = shape.exec(text)
  if (match === null) {
    throw new RafkaError('INVALID_ARGUMENT', `--grep: ${JSON.stringify(text)} does not say where to look`, {
      details: {
        hint: `v:${text} looks at values, k: at keys, h:NAME= at a header, t: at topics; ! before it negates`,
      },
    })
  }
  const [, negated, part = 'h', name = '', source = ''] = match
  const filter = filterOf(part, name, compileMatcher('--grep', source))
  return negated === '' ? filter : (record, from) => !filter(record, from)
}

function filterOf(part: string, name: string, matches: TextMatcher): RecordFilter {
  if (part === 'k') return (record) => record.keyStart >= 0 && matches(record.bytes, record.keyStart, record.keyEnd)
  if (part === 'v')
    return (record) => record.valueStart >= 0 && matches(record.bytes, record.valueStart, record.valueEnd)
  if (part === 't') return topicFilter(matches)
  if (part === 'hk') return headerFilter(({ key }) => matchesAll(matches, Buffer.from(key)))
  if (part === 'hv') return headerFilter(({ value }) => matchesAll(matches, value))
  return headerFilter(({ key, value }) => key === name && matchesAll(matches, value))
}

function matchesAll(matches: TextMatcher, bytes: Buffer | null): boolean {
  return bytes !== null && matches(bytes, 0, bytes.length)
}

function headerFilter(matches: (header: Header) => boolean): RecordFilter {
  return (record: RecordCursor) => record.headerCount > 0 && record.headers().some(matches)
}

/** A topic is looked at once. */
function topicFilter(matches: TextMatcher): RecordFilter {
  const known = new Map<string, boolean>()
  return (_, { topic }) => {
    const before = known.get(topic)
    if (before !== undefined) return before
    const result = matchesAll(matches, Buffer.from(topic))
    known.set(topic, result)
    return result
  }
}
