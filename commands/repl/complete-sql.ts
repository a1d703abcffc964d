import type { Completion } from './editor/line-aids.ts'
import { splitSql } from './grammar/split-sql.ts'

/** Tables that are no topics: what the cluster knows of itself. */
const clusterTables = ['topics', 'partitions', 'configs', 'groups', 'committed_offsets']

const columns = ['topic', 'partition', 'offset', 'timestamp', 'key', 'value', 'headers', 'size']

const otherWords = [
  ...[
    'and',
    'as',
    'asc',
    'between',
    'by',
    'case',
    'count(',
    'desc',
    'distinct',
    'else',
    'end',
    'from',
    'group',
    'having',
  ],
  ...['in', 'is', 'iso(', 'join', 'left', 'like', 'limit', 'max(', 'min(', 'ms(', 'not', 'now()', 'null', 'on', 'or'],
  ...['order', 'select', 'sum(', 'then', 'union', 'using', 'when', 'where'],
]

/** Behind these, and commas after them, stand tables. */
const tablesFollow = /\b(?:from|join)\s+(?:[^\s,()]+(?:\s+(?:as\s+)?\w+)?\s*,\s*)*$/i
const lastWord = /(?:"[^"]*|[\w$]*)$/
const plainName = /^[A-Za-z_]\w*$/

/** What the word before the cursor of a line of SQL may become: a topic or table after `from`, else a column, function or keyword. */
export function completeSql(before: string, topics: readonly string[]): Completion {
  const typed = lastWord.exec(before)![0]
  const start = before.length - typed.length
  const none = { start, end: before.length, candidates: [] }
  const { redirection } = splitSql(before)
  if (redirection !== '' || isInText(before.slice(0, start))) return none
  const wantsTable = tablesFollow.test(before.slice(0, start))
  // Of all words there are too many to be of use before the first letter.
  const words = typed === '' ? columns : [...columns, ...otherWords]
  const known = wantsTable ? [...topics.map(asTable), ...clusterTables] : words
  const begin = typed.toLowerCase()
  // Whoever types a name need not know that it will have to stand in quotes.
  const candidates = known.filter((name) => [begin, `"${begin}`].some((text) => name.toLowerCase().startsWith(text)))
  return { ...none, candidates: [...new Set(candidates)].sort() }
}

/** A name that is no word, or a word of SQL, stands in quotes. */
function asTable(topic: string): string {
  return plainName.test(topic) && !otherWords.includes(topic.toLowerCase()) ? topic : `"${topic}"`
}

/** Whether a string or a comment is not closed yet. */
function isInText(before: string): boolean {
  const rest = before.replaceAll(/'[^']*'|"[^"]*"|--[^\n]*\n|\/\*[\s\S]*?\*\//g, '')
  return /'|--|\/\*/.test(rest)
}
