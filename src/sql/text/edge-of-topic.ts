import { understoodConditions } from './conditions.ts'
import { findSelects, type Select } from './selects.ts'
import { type Evaluate, isMentionedElsewhere } from './table-ranges.ts'
import { closingOf, foldCase, isName, isToken, type Token } from './tokens.ts'

/** The first or the last records of each partition, so many that those of the whole topic are among them. */
export interface Edge {
  readonly end: 'first' | 'last'
  readonly count: number
}

/** For more than this the whole range is read. */
const MAX_COUNT = 100_000
/** A longer list of values may be read with what lies between. */
const MAX_VALUES = 100

/** Functions of one row. Others may be of many, and then all rows count. */
const rowFunctions: ReadonlySet<string> = new Set(
  [
    'iso',
    'ms',
    'now',
    'length',
    'substr',
    'lower',
    'upper',
    'trim',
    'hex',
    'typeof',
    'coalesce',
    'ifnull',
    'nullif',
    'iif',
  ].concat([
    'json',
    'json_extract',
    'json_valid',
    'json_type',
    'datetime',
    'strftime',
    'printf',
    'format',
    'round',
    'abs',
    'cast',
  ]),
)

/**
 * What `select … from topic [where …] order by offset [desc] … limit N` needs, where each part of the WHERE bounds partition or offset and is
 * understood: no other record of a partition can be among the N. undefined for every other statement.
 */
export function edgeOf(tokens: readonly Token[], table: string, evaluate: Evaluate): Edge | undefined {
  const selects = findSelects(tokens)
  const [select] = selects
  const [reference] = select?.tables ?? []
  const isPlain = selects.length === 1 && isToken(tokens[0], 'select') && select!.sources === 1
  if (!isPlain || reference === undefined || reference.name !== foldCase(table)) return undefined
  if (isMentionedElsewhere(tokens, selects, reference.name)) return undefined
  const from = tokens.findIndex((token) => isToken(token, 'from'))
  if (!isListOfRows(tokens.slice(1, from)) || !isBoundExactly(select!, reference.alias, evaluate)) return undefined
  return readOrder(tokens.slice(select!.end), reference.alias)
}

/** No aggregate, no window, and `offset` means the column wherever it stands. */
function isListOfRows(list: readonly Token[]): boolean {
  return list.every((token, at) => {
    const [before, after] = [list[at - 1], list[at + 1]]
    if (isToken(token, 'distinct') || isToken(token, 'all')) return false
    if (isToken(after, '(') && isName(token)) return token.kind === 'word' && rowFunctions.has(token.value)
    if (foldCase(token.value) !== 'offset') return true
    const isWhole =
      (before === undefined || isToken(before, ',') || isToken(before, '.')) &&
      (after === undefined || isToken(after, ','))
    return isName(token) && isWhole
  })
}

function isBoundExactly({ where }: Select, alias: string, evaluate: Evaluate): boolean {
  if (where.length === 0) return true
  return understoodConditions(where).every((condition) => {
    if (condition === undefined || condition.column === 'timestamp') return false
    if ((condition.qualifier ?? alias) !== alias || condition.anyOf.length > MAX_VALUES) return false
    return condition.anyOf.flat().every(({ value }) => evaluate(value) !== undefined)
  })
}

/** `order by offset [asc | desc] [, …] limit N [offset N]`, and nothing else. */
function readOrder(clauses: readonly Token[], alias: string): Edge | undefined {
  if (!isToken(clauses[0], 'order') || !isToken(clauses[1], 'by')) return undefined
  const isQualified = isToken(clauses[3], '.')
  if (isQualified && foldCase(clauses[2]!.value) !== alias) return undefined
  const at = isQualified ? 4 : 2
  const column = clauses[at]
  if (!isName(column) || foldCase(column.value) !== 'offset') return undefined
  const direction = clauses[at + 1]
  const hasDirection = isToken(direction, 'asc') || isToken(direction, 'desc')
  const limit = limitBehind(clauses, at + (hasDirection ? 2 : 1))
  const count = limit === undefined ? undefined : readLimit(clauses.slice(limit + 1))
  if (count === undefined || count > MAX_COUNT) return undefined
  return { end: isToken(direction, 'desc') ? 'last' : 'first', count }
}

/** Index of LIMIT, at once or behind further terms of the order. */
function limitBehind(clauses: readonly Token[], start: number): number | undefined {
  if (isToken(clauses[start], 'limit')) return start
  if (!isToken(clauses[start], ',')) return undefined
  for (let at = start; at < clauses.length; at++) {
    if (isToken(clauses[at], '(')) at = closingOf(clauses, at)
    else if (isToken(clauses[at], 'limit')) return at
  }
  return undefined
}

/** Rows that are given or skipped, together. */
function readLimit(tokens: readonly Token[]): number | undefined {
  const [limit, separator, skipped] = tokens
  const isWhole = (token: Token | undefined) => token?.kind === 'number' && /^\d{1,9}$/.test(token.text)
  if (!isWhole(limit)) return undefined
  if (tokens.length === 1) return Number(limit!.text)
  if (tokens.length !== 3 || !isWhole(skipped)) return undefined
  return isToken(separator, 'offset') || isToken(separator, ',')
    ? Number(limit!.text) + Number(skipped!.text)
    : undefined
}
