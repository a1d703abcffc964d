import type { RecordFilter } from '../record-filter.ts'
import { compileMatcher } from '../text-matcher.ts'
import type { Operand, Value } from './operand.ts'
import { wrongWhere } from './token.ts'

/** Whether two values are to each other as an operator says. */
type Comparison = (left: Value, right: Value) => boolean

const comparisons: ReadonlyMap<string, Comparison> = new Map<string, Comparison>([
  ['==', (left, right) => left === right],
  ['!=', (left, right) => left !== right],
  ['<', ordered((left, right) => left < right)],
  ['<=', ordered((left, right) => left <= right)],
  ['>', ordered((left, right) => left > right)],
  ['>=', ordered((left, right) => left >= right)],
  ['contains', contains],
])

/** Operators that stand between two values. */
export const comparisonNames: ReadonlySet<string> = new Set([...comparisons.keys(), '=~', '!~'])

/**
 * A comparison of two operands. Numbers and texts are never equal, and neither comes before the other.
 * @throws RafkaError `INVALID_ARGUMENT` when they cannot ever be of one type, or the expression of `=~` is none
 */
export function compareOperands(left: Operand, operator: string, right: Operand): RecordFilter {
  if (operator === '=~' || operator === '!~') return matchOperand(left, right, operator === '!~')
  const compare = comparisons.get(operator)!
  if (left.type !== undefined && right.type !== undefined && left.type !== right.type) {
    const hint = left.type === 'text' || right.type === 'text' ? ': a text stands in quotes, a time after @' : ''
    throw wrongWhere(`a ${left.type} and a ${right.type} are compared${hint}`, right.at)
  }
  return (record, source) => compare(left.read(record, source), right.read(record, source))
}

/** What is true for a record by itself: neither null nor false. */
export function truthOf(operand: Operand): RecordFilter {
  return (record, source) => {
    const value = operand.read(record, source)
    return value !== null && value !== false
  }
}

function ordered(compare: (left: string | number, right: string | number) => boolean): Comparison {
  return (left, right) => {
    if (typeof left === 'number' && typeof right === 'number') return compare(left, right)
    return typeof left === 'string' && typeof right === 'string' && compare(left, right)
  }
}

/** A text within a text, or an element of a list. */
function contains(left: Value, right: Value): boolean {
  if (typeof left === 'string') return typeof right === 'string' && left.includes(right)
  if (left === null || typeof left !== 'object' || !left.json.startsWith('[')) return false
  return (JSON.parse(left.json) as unknown[]).includes(right)
}

function matchOperand(left: Operand, right: Operand, negated: boolean): RecordFilter {
  const source = right.literal ? right.read(undefined as never, undefined as never) : undefined
  if (typeof source !== 'string') throw wrongWhere('a regular expression stands in quotes', right.at)
  const matches = compileMatcher('--where', source)
  return (record, from) => {
    const value = left.read(record, from)
    if (typeof value !== 'string') return negated
    const bytes = Buffer.from(value)
    return matches(bytes, 0, bytes.length) !== negated
  }
}
