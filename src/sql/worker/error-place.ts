import { foldCase, type Token } from '../text/tokens.ts'
import type { TopicDatabase } from './database.ts'

/** Where in the statement an error of SQLite's is: it tells the word, not the place. undefined where no place can be told. */
export function errorPlace(
  database: TopicDatabase,
  sql: string,
  tokens: readonly Token[],
  message: string,
): { start: number; end: number } | undefined {
  const [last] = tokens.slice(-1)
  if (last === undefined) return undefined
  if (message === 'incomplete input') return { start: last.end, end: last.end }
  const near = /^near "([\s\S]*)": syntax error$/.exec(message)?.[1]
  if (near !== undefined) return syntaxErrorPlace(database, sql, tokens, near)
  const name = /^(?:no such (?:column|table|function)|ambiguous column name|unrecognized token): "?([^"]+)/.exec(
    message,
  )
  return name === null ? namedPlace(tokens, /([\w]+)\(\)/.exec(message)?.[1]) : namedPlace(tokens, name[1])
}

/** The first of the words at which a statement cut off there is wrong in the same way: those before it are only not complete. */
function syntaxErrorPlace(database: TopicDatabase, sql: string, tokens: readonly Token[], near: string) {
  return tokens.find(({ text, start, end }) => {
    if (text !== near) return false
    try {
      database.prepare(sql.slice(tokens[0]!.start, end))
      return false
    } catch (error) {
      return error instanceof Error && error.message.startsWith('near ') && start < end
    }
  })
}

/** The first mention of a name, or of `a.b` as three words. */
function namedPlace(tokens: readonly Token[], name: string | undefined): { start: number; end: number } | undefined {
  if (name === undefined) return undefined
  const wanted = foldCase(name)
  const at = tokens.findIndex((token) => foldCase(token.value) === wanted || foldCase(token.text) === wanted)
  if (at >= 0) return tokens[at]
  const parts = wanted.split('.')
  const start = tokens.findIndex((_, first) =>
    parts.every((part, index) => foldCase(tokens[first + 2 * index]?.value ?? '') === part),
  )
  return start < 0 ? undefined : { start: tokens[start]!.start, end: tokens[start + 2 * (parts.length - 1)]!.end }
}
