import { closingOf, foldCase, isName, isToken, type Token } from './tokens.ts'

/** A table in a FROM clause. */
export interface TableReference {
  /** Index of its name among the tokens. */
  readonly at: number
  /** The name, as it is compared: in lower case. */
  readonly name: string
  /** What its columns may be qualified with, in lower case. */
  readonly alias: string
  /** Index of the alias; undefined when it has none. */
  readonly aliasAt: number | undefined
}

/** One SELECT with its own FROM and WHERE; those of subqueries are others. */
export interface Select {
  readonly tables: readonly TableReference[]
  /** Everything that FROM joins, subqueries too. */
  readonly sources: number
  /** The condition; empty when there is none. */
  readonly where: readonly Token[]
  /** Index of what stands behind FROM and WHERE. */
  readonly end: number
}

const clauseEnds: ReadonlySet<string> = new Set([
  'where',
  'group',
  'having',
  'window',
  'order',
  'limit',
  'union',
  'intersect',
  'except',
])

/** Words that may follow a table and are no alias of it. */
const afterTable: ReadonlySet<string> = new Set([
  'natural',
  'left',
  'right',
  'full',
  'outer',
  'inner',
  'cross',
  'join',
  'on',
  'using',
  'indexed',
  'not',
])

/** SQLite takes a string for the name of a table too. */
function canName(token: Token | undefined): boolean {
  return isName(token) || token?.kind === 'string'
}

/** Every SELECT of a statement, however deep. */
export function findSelects(tokens: readonly Token[]): Select[] {
  return tokens.flatMap((token, at) => {
    const isSelect = isToken(token, 'select') && !isToken(tokens[at - 1], '.') && !isToken(tokens[at + 1], '.')
    return isSelect ? [readSelect(tokens, at)] : []
  })
}

function readSelect(tokens: readonly Token[], start: number): Select {
  const from = findFrom(tokens, start + 1)
  if (from === undefined) return { tables: [], sources: 0, where: [], end: tokens.length }
  const fromEnd = clauseEnd(tokens, from + 1)
  const end = isToken(tokens[fromEnd], 'where') ? clauseEnd(tokens, fromEnd + 1) : fromEnd
  return { ...readFrom(tokens, from + 1, fromEnd), where: tokens.slice(fromEnd + 1, end), end }
}

function isClauseEnd(token: Token | undefined): boolean {
  return token?.kind === 'word' && clauseEnds.has(token.value)
}

function clauseEnd(tokens: readonly Token[], start: number): number {
  let at = start
  while (at < tokens.length && !isToken(tokens[at], ')')) {
    if (isClauseEnd(tokens[at]) && !isToken(tokens[at - 1], '.')) return at
    at = isToken(tokens[at], '(') ? closingOf(tokens, at) + 1 : at + 1
  }
  return Math.min(at, tokens.length)
}

/** FROM at the depth of `start`. `is distinct from` has none. */
function findFrom(tokens: readonly Token[], start: number): number | undefined {
  for (let at = start; at < tokens.length && !isToken(tokens[at], ')'); ) {
    const token = tokens[at]!
    if (token.kind === 'word') {
      if (token.value === 'from' && !isToken(tokens[at - 1], 'distinct')) return at
      if (clauseEnds.has(token.value)) return undefined
    }
    at = isToken(token, '(') ? closingOf(tokens, at) + 1 : at + 1
  }
  return undefined
}

function readFrom(tokens: readonly Token[], start: number, end: number): Pick<Select, 'tables' | 'sources'> {
  const tables: TableReference[] = []
  let sources = 0
  for (let at = start; at < end; ) {
    sources++
    const table = readTable(tokens, at)
    if (table !== undefined) tables.push(table)
    at = nextSource(tokens, at, end)
  }
  return { tables, sources }
}

/** A table by its name. Subqueries, functions that give tables and joins in parentheses are none. */
function readTable(tokens: readonly Token[], start: number): TableReference | undefined {
  if (!canName(tokens[start])) return undefined
  const at = isToken(tokens[start + 1], '.') && canName(tokens[start + 2]) ? start + 2 : start
  if (isToken(tokens[at + 1], '(')) return undefined
  const name = foldCase(tokens[at]!.value)
  const aliasAt = isToken(tokens[at + 1], 'as') ? at + 2 : at + 1
  const alias = tokens[aliasAt]
  if (alias === undefined || !canName(alias) || isClauseEnd(alias) || isAfterTable(alias)) {
    return { at, name, alias: name, aliasAt: undefined }
  }
  return { at, name, alias: foldCase(alias.value), aliasAt }
}

function isAfterTable(token: Token): boolean {
  return token.kind === 'word' && afterTable.has(token.value)
}

/** Index of what stands behind the next comma or JOIN. */
function nextSource(tokens: readonly Token[], start: number, end: number): number {
  for (let at = start; at < end; ) {
    if (isToken(tokens[at], ',') || isToken(tokens[at], 'join')) return at + 1
    at = isToken(tokens[at], '(') ? closingOf(tokens, at) + 1 : at + 1
  }
  return end
}
