import { isToken, type Token, tokenize } from './tokens.ts'

/** One statement of a script. */
export interface Statement {
  /** The whole script, to which the places of the tokens belong. */
  readonly script: string
  /** Without the semicolon; at least one. */
  readonly tokens: readonly Token[]
  /** As written. */
  readonly sql: string
}

/** Splits a script at its semicolons. Empty statements are left out. */
export function splitStatements(script: string): Statement[] {
  const statements: Statement[] = []
  let tokens: Token[] = []
  const end = () => {
    const [first, last] = [tokens[0], tokens.at(-1)]
    if (first !== undefined && last !== undefined) {
      statements.push({ script, tokens, sql: script.slice(first.start, last.end) })
    }
    tokens = []
  }
  for (const token of tokenize(script)) {
    if (isToken(token, ';')) end()
    else tokens.push(token)
  }
  end()
  return statements
}

/** Statements that only look, by their first word. */
const reading: ReadonlySet<string> = new Set(['select', 'with', 'values', 'explain', 'pragma'])

/** Pragmas that tell of tables and functions, and change nothing. */
const askingPragmas: ReadonlySet<string> = new Set([
  'table_info',
  'table_xinfo',
  'table_list',
  'function_list',
  'module_list',
  'collation_list',
  'database_list',
  'compile_options',
])

/** What in a statement is not for reading, as it is called; undefined when it may run. SQLite has the last word: it knows a `with … delete`. */
export function refusedPart({ tokens }: Statement): Token | undefined {
  const [first] = tokens
  if (first === undefined) return undefined
  if (!isToken(first, 'explain')) return refusedAt(tokens, 0)
  return refusedAt(tokens, isToken(tokens[1], 'query') && isToken(tokens[2], 'plan') ? 3 : 1)
}

function refusedAt(tokens: readonly Token[], at: number): Token | undefined {
  const token = tokens[at]
  // Where a statement does not begin with a word, SQLite's own message says more.
  if (token?.kind !== 'word') return undefined
  if (!reading.has(token.value)) return knownWriting.has(token.value) ? token : undefined
  if (token.value !== 'pragma') return undefined
  const asks = askingPragmas.has(tokens[at + 1]?.value ?? '') && !tokens.some((each) => isToken(each, '='))
  return asks ? undefined : token
}

/** First words of statements that change something, or what later ones see. Others are errors of syntax. */
const knownWriting: ReadonlySet<string> = new Set([
  'insert',
  'replace',
  'update',
  'delete',
  'create',
  'drop',
  'alter',
  'attach',
  'detach',
  'begin',
  'commit',
  'end',
  'rollback',
  'savepoint',
  'release',
  'reindex',
  'vacuum',
  'analyze',
])
