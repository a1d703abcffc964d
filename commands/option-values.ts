import { InvalidArgumentError } from 'commander'
import { parseDuration } from '../config/parse-quantity.ts'

/** Reads a whole number in `[min, max]`. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
    if (number >= min && number <= max) return number
    const range = max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`
    throw new InvalidArgumentError(`Expected a whole number ${range}`)
  }
}

/** Reads a duration, as ms. */
export function durationMs(text: string): number {
  const ms = parseDuration(text)
  if (ms !== undefined && ms >= 0) return ms
  throw new InvalidArgumentError('Expected a duration such as 500ms, 10s or 5m')
}

/** Reads `0,2,5`; may be given more than once. */
export function partitionList(text: string, earlier: readonly number[] = []): readonly number[] {
  const numbers = text.split(',').map((part) => (/^\s*\d{1,9}\s*$/.test(part) ? Number(part) : Number.NaN))
  if (numbers.some(Number.isNaN)) throw new InvalidArgumentError('Expected partitions such as 0 or 0,2')
  return [...new Set([...earlier, ...numbers])]
}

/** Collects the values of an option that may be given more than once. */
export function collected(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text]
}

const SHORTEST_WATCH_MS = 100

/** Reads the time between two looks, as ms: a duration, or a bare number of seconds. */
export function watchInterval(text: string): number {
  const ms = parseDuration(/^[\d.]+$/.test(text) ? `${text}s` : text)
  if (ms !== undefined && ms >= SHORTEST_WATCH_MS) return ms
  throw new InvalidArgumentError(`Expected a number of seconds or a duration, at least ${SHORTEST_WATCH_MS}ms`)
}
