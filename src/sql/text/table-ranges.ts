import { everything, type IntervalSet, intersectionOf, intervalsFor, unionOf } from '../interval-set.ts'
import { type Condition, type RangeColumn, requiredConditions } from './conditions.ts'
import { findSelects, type Select, type TableReference } from './selects.ts'
import { foldCase, isName, isToken, type Token } from './tokens.ts'

/** Records that may be wanted of a topic: those within all three. */
export type Range = Readonly<Record<RangeColumn, IntervalSet>>

/** All records. */
const wholeTopic: Range = { partition: everything, offset: everything, timestamp: everything }

/** Computes an expression that is the same for all rows: a number, null, or undefined for what is neither. */
export type Evaluate = (expression: readonly Token[]) => number | null | undefined

/** More than this many uses of a topic in one statement read all of it. */
const MAX_RANGES = 16

/**
 * What has to be read of a table so that a statement gives the same as if all were: for each place where it stands in a FROM, the
 * conditions of that WHERE on its partition, offset and timestamp. They only compare, so no row passes in which the column is null: rows
 * that an outer join makes up for what was not read fail the same condition.
 *
 * The name in any place that is not understood means that all has to be read. Where it is that of a query in a WITH, more is read than has to be.
 */
export function rangesOf(tokens: readonly Token[], table: string, evaluate: Evaluate): readonly Range[] {
  const name = foldCase(table)
  const selects = findSelects(tokens)
  if (isMentionedElsewhere(tokens, selects, name)) return [wholeTopic]
  const ranges = selects.flatMap((select) =>
    select.tables
      .filter((reference) => reference.name === name)
      .map((reference) => rangeIn(select, reference, evaluate)),
  )
  return ranges.length > 0 && ranges.length <= MAX_RANGES ? ranges : [wholeTopic]
}

/** Aliases of a table, in lower case. */
export function aliasesOf(tokens: readonly Token[], table: string): string[] {
  const references = findSelects(tokens).flatMap(({ tables }) => tables)
  return references.filter(({ name }) => name === foldCase(table)).map(({ alias }) => alias)
}

function rangeIn(select: Select, reference: TableReference, evaluate: Evaluate): Range {
  const sharesAlias = select.tables.some((other) => other !== reference && other.alias === reference.alias)
  if (sharesAlias) return wholeTopic
  const isOwn = ({ qualifier }: Condition) =>
    qualifier === undefined ? select.sources === 1 : qualifier === reference.alias
  const range: Record<RangeColumn, IntervalSet> = { ...wholeTopic }
  for (const condition of requiredConditions(select.where).filter(isOwn)) {
    range[condition.column] = intersectionOf(range[condition.column], intervalsOf(condition, evaluate))
  }
  return range
}

function intervalsOf({ anyOf }: Condition, evaluate: Evaluate): IntervalSet {
  return unionOf(
    anyOf.flatMap((bounds) => {
      let within = everything
      for (const { comparison, value } of bounds) {
        const number = evaluate(value)
        // With text or bytes SQLite compares by type.
        if (number === undefined) return everything
        // Nothing compares with null.
        within = number === null ? [] : intersectionOf(within, intervalsFor(comparison, number))
        if (number === null) break
      }
      return within
    }),
  )
}

/** Whether the name, in lower case, stands where it is neither a table of a FROM nor the qualifier of a column. */
export function isMentionedElsewhere(tokens: readonly Token[], selects: readonly Select[], name: string): boolean {
  const references = selects.flatMap(({ tables }) => tables)
  const known = new Set(references.flatMap(({ at, aliasAt }) => [at, aliasAt]))
  return tokens.some((token, at) => {
    if (known.has(at) || foldCase(token.value) !== name) return false
    if (isName(token)) return !isToken(tokens[at + 1], '.')
    return token.kind === 'string' && mayNameTable(tokens[at - 1])
  })
}

/** Whether a string behind this token may be the name of a table. */
function mayNameTable(before: Token | undefined): boolean {
  return ['from', 'join', 'in', ',', '(', '.'].some((text) => isToken(before, text))
}
