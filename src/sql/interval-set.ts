/** Whole numbers from `min` to `max`, both included; infinite where there is no bound. */
export interface Interval {
  readonly min: number
  readonly max: number
}

/** Whole numbers as intervals, ascending, with a gap between any two. Empty: no number at all. */
export type IntervalSet = readonly Interval[]

/** Every number. */
export const everything: IntervalSet = [{ min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY }]

/** More intervals than this become one that holds them all. */
const MAX_INTERVALS = 1000

/** The numbers that are in any of these. */
export function unionOf(intervals: readonly Interval[]): IntervalSet {
  const sorted = intervals.filter(({ min, max }) => min <= max).toSorted((a, b) => a.min - b.min)
  const merged: Interval[] = []
  for (const next of sorted) {
    const last = merged.at(-1)
    if (last === undefined || next.min > last.max + 1) merged.push(next)
    else merged[merged.length - 1] = { min: last.min, max: Math.max(last.max, next.max) }
  }
  const [first, last] = [merged[0], merged.at(-1)]
  if (merged.length <= MAX_INTERVALS || first === undefined || last === undefined) return merged
  return [{ min: first.min, max: last.max }]
}

/** The numbers that are in both. */
export function intersectionOf(a: IntervalSet, b: IntervalSet): IntervalSet {
  const common: Interval[] = []
  for (let left = 0, right = 0; left < a.length && right < b.length; ) {
    const [one, other] = [a[left]!, b[right]!]
    common.push({ min: Math.max(one.min, other.min), max: Math.min(one.max, other.max) })
    if (one.max < other.max) left++
    else right++
  }
  return unionOf(common)
}

/** Whether `value` is among the numbers. */
export function includes(set: IntervalSet, value: number): boolean {
  return set.some(({ min, max }) => value >= min && value <= max)
}

export type Comparison = '=' | '<' | '<=' | '>' | '>='

/** The whole numbers that compare so with `value`, which need not be whole. */
export function intervalsFor(comparison: Comparison, value: number): IntervalSet {
  const [min, max] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  if (comparison === '=') return Number.isInteger(value) ? [{ min: value, max: value }] : []
  if (comparison === '>') return unionOf([{ min: Math.floor(value) + 1, max }])
  if (comparison === '>=') return unionOf([{ min: Math.ceil(value), max }])
  return unionOf([{ min, max: comparison === '<' ? Math.ceil(value) - 1 : Math.floor(value) }])
}
