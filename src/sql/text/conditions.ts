import type { Comparison } from '../interval-set.ts'
import { closingOf, foldCase, isName, isToken, type Token } from './tokens.ts'

/** Columns whose conditions tell what has to be read. */
export type RangeColumn = 'partition' | 'offset' | 'timestamp'

/** `column comparison value`, for any of the values: what a row must fulfil to pass a WHERE. */
export interface Condition {
  /** In lower case; undefined when the column stands alone. */
  readonly qualifier: string | undefined
  readonly column: RangeColumn
  readonly anyOf: ReadonlyArray<ReadonlyArray<{ readonly comparison: Comparison; readonly value: readonly Token[] }>>
}

/**
 * What every row that passes a WHERE fulfils: those of its parts, joined by AND, that compare a column of the range with something that
 * is the same for all rows. A part that is understood only in part is left out, so that a condition is never stricter than the statement.
 */
export function requiredConditions(where: readonly Token[]): Condition[] {
  return understoodConditions(where).filter((condition) => condition !== undefined)
}

/** All parts of a WHERE that are joined by AND; undefined for those that are no such condition. */
export function understoodConditions(where: readonly Token[]): Array<Condition | undefined> {
  const parts = splitAtAnd(where)
  if (parts === undefined) return [undefined]
  return parts.flatMap((part) => {
    const isGroup = isToken(part[0], '(') && closingOf(part, 0) === part.length - 1
    return isGroup ? understoodConditions(part.slice(1, -1)) : [readCondition(part)]
  })
}

/** undefined when there is an OR: then no part is required. */
function splitAtAnd(tokens: readonly Token[]): Token[][] | undefined {
  const parts: Token[][] = [[]]
  let betweens = 0
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!
    const end = groupEnd(tokens, at)
    if (end > at) {
      parts.at(-1)!.push(...tokens.slice(at, end + 1))
      at = end
      continue
    }
    if (isToken(token, 'or')) return undefined
    if (isToken(token, 'between')) betweens++
    if (isToken(token, 'and') && betweens-- <= 0) {
      betweens = 0
      parts.push([])
    } else parts.at(-1)!.push(token)
  }
  return parts
}

/** Where a group in parentheses, or a CASE, that begins at `at` ends; `at` itself when none begins. */
function groupEnd(tokens: readonly Token[], at: number): number {
  if (isToken(tokens[at], '(')) return Math.min(closingOf(tokens, at), tokens.length - 1)
  if (!isToken(tokens[at], 'case')) return at
  for (let end = at + 1; end < tokens.length; end++) {
    if (isToken(tokens[end], 'end')) return end
    end = groupEnd(tokens, end)
  }
  return tokens.length - 1
}

const comparisons: ReadonlyMap<string, readonly [comparison: Comparison, mirrored: Comparison]> = new Map([
  ['=', ['=', '=']],
  ['==', ['=', '=']],
  ['<', ['<', '>']],
  ['<=', ['<=', '>=']],
  ['>', ['>', '<']],
  ['>=', ['>=', '<=']],
])

function readCondition(part: readonly Token[]): Condition | undefined {
  const reference = readColumn(part, 0)
  if (reference !== undefined) return readAfterColumn(part, reference)
  const at = part.findIndex((token) => token.kind === 'operator' && comparisons.has(token.value))
  const column = at < 0 ? undefined : readColumn(part, at + 1)
  const value = part.slice(0, Math.max(0, at))
  if (column === undefined || column.end !== part.length || !isConstant(value)) return undefined
  const [, mirrored] = comparisons.get(part[at]!.value)!
  return { qualifier: column.qualifier, column: column.name, anyOf: [[{ comparison: mirrored, value }]] }
}

function readAfterColumn(part: readonly Token[], { qualifier, name: column, end }: Column): Condition | undefined {
  const token = part[end]
  const rest = part.slice(end + 1)
  const comparison = token?.kind === 'operator' ? comparisons.get(token.value) : undefined
  if (comparison !== undefined) {
    return isConstant(rest) ? { qualifier, column, anyOf: [[{ comparison: comparison[0], value: rest }]] } : undefined
  }
  if (isToken(token, 'between')) {
    const and = rest.findIndex((each) => isToken(each, 'and'))
    const [low, high] = [rest.slice(0, Math.max(0, and)), rest.slice(and + 1)]
    if (and < 0 || !isConstant(low) || !isConstant(high)) return undefined
    const bounds = [{ comparison: '>=', value: low } as const, { comparison: '<=', value: high } as const]
    return { qualifier, column, anyOf: [bounds] }
  }
  if (!isToken(token, 'in') || !isToken(rest[0], '(') || closingOf(rest, 0) !== rest.length - 1) return undefined
  const values = splitAtCommas(rest.slice(1, -1))
  if (!values.every(isConstant)) return undefined
  return { qualifier, column, anyOf: values.map((value) => [{ comparison: '=', value }]) }
}

interface Column {
  readonly qualifier: string | undefined
  readonly name: RangeColumn
  /** Index behind it. */
  readonly end: number
}

function readColumn(part: readonly Token[], at: number): Column | undefined {
  if (!isName(part[at])) return undefined
  const qualified = isToken(part[at + 1], '.')
  const name = qualified ? part[at + 2] : part[at]
  if (!isName(name)) return undefined
  const column = foldCase(name.value)
  if (column !== 'partition' && column !== 'offset' && column !== 'timestamp') return undefined
  return {
    qualifier: qualified ? foldCase(part[at]!.value) : undefined,
    name: column,
    end: at + (qualified ? 3 : 1),
  }
}

function splitAtCommas(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]]
  for (let at = 0; at < tokens.length; at++) {
    const end = groupEnd(tokens, at)
    if (isToken(tokens[at], ',')) parts.push([])
    else parts.at(-1)!.push(...tokens.slice(at, end + 1))
    at = end
  }
  return parts
}

/** All of them bind tighter than a comparison, so that what stands beside one is a whole operand. */
const arithmetic: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%', '(', ')', ','])

/** Functions that give the same for the same arguments, at any time. */
const pureFunctions: ReadonlySet<string> = new Set(['now', 'ms', 'abs', 'round', 'floor', 'ceil', 'unixepoch'])

/**
 * Whether the tokens are an expression that does not depend on the row, nor on when it is computed. Text has to begin with a digit or a
 * sign: `'now'` and `'localtime'` are not the same at any time.
 */
function isConstant(tokens: readonly Token[]): boolean {
  return (
    tokens.length > 0 &&
    tokens.every((token, at) => {
      const next = tokens[at + 1]
      if (token.kind === 'number' || isToken(token, 'null')) return true
      if (token.kind === 'string') return /^[-+\d]/.test(token.value)
      if (token.kind === 'operator') return arithmetic.has(token.value)
      if (token.kind !== 'word' || !pureFunctions.has(token.value) || !isToken(next, '(')) return false
      // Without arguments a function of SQLite tells the time, which is only fixed for our own.
      return token.value === 'now' || !isToken(tokens[at + 2], ')')
    })
  )
}
