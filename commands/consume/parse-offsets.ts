import { RafkaError } from '../../src/index.ts'
import { type ParsedTime, parseTime } from '../parse-time.ts'

/** A place in a partition: a `Position`, or counted from its start, which has to be looked up first. */
export type Place = 'start' | 'end' | number | { timestamp: number } | { fromEnd: number } | { fromStart: number }

/** Where to begin, and where to end if anywhere. */
export interface OffsetRange {
  readonly from: Place
  /** Left out: follow for ever. */
  readonly to?: Place
  /** A time had no zone, and was taken for local time. */
  readonly localTime?: true
}

const words: ReadonlyMap<string, 'start' | 'end'> = new Map([
  ['start', 'start'],
  ['earliest', 'start'],
  ['oldest', 'start'],
  ['beginning', 'start'],
  ['end', 'end'],
  ['latest', 'end'],
  ['newest', 'end'],
])

/** For messages: who asks for a place, and what it may be. */
interface OffsetFlag {
  readonly flag: string
  readonly hint: string
}

const offsetFlag: OffsetFlag = {
  flag: '--offset',
  hint: 'start, end, 42, -10 (last 10), +5, 10:20, :end, @-1h, @-1h:now, @2026-01-31T12:00 or @1767225600000',
}

/**
 * Reads what `-o` takes: `start`, `end`, `N`, `+N`, `-N`, `start+N`, `end-N`, a range `A:B`, `:B`, `A:`, or times `@T`, `@T1:T2`, `@:T`.
 * In a range `N:+M` is M records from N on. Times as `parseTime` has them; the second one counts from the first when that stands alone.
 * @throws RafkaError `INVALID_ARGUMENT`
 */
export function parseOffsets(spec: string, nowMs: number, { flag, hint }: OffsetFlag = offsetFlag): OffsetRange {
  // `-o=-5` arrives with its equals sign.
  const text = spec.startsWith('=') ? spec.slice(1) : spec
  const range = text.startsWith('@') ? timeRange(text.slice(1), nowMs) : offsetRange(text, nowMs)
  if (range === undefined) throw wrongOffset(spec, flag, hint)
  return range
}

function offsetRange(text: string, nowMs: number): OffsetRange | undefined {
  const colon = text.indexOf(':')
  if (colon === -1) return from(parsePlace(text))
  const [left, right] = [text.slice(0, colon), text.slice(colon + 1)]
  const begin = left === '' ? 'start' : parsePlace(left)
  if (begin === undefined || (left === '' && right === '')) return undefined
  if (right === '') return { from: begin }
  if (right.startsWith('@')) {
    const time = parseTime(right.slice(1), nowMs)
    return time === undefined ? undefined : { from: begin, to: { timestamp: time.timestamp }, ...localIn(time) }
  }
  const end = parseEnd(right, begin)
  return end === undefined || isEmptyRange(begin, end) ? undefined : { from: begin, to: end }
}

function from(place: Place | undefined): OffsetRange | undefined {
  return place === undefined ? undefined : { from: place }
}

function parseEnd(text: string, begin: Place): Place | undefined {
  const end = parsePlace(text)
  if (typeof end !== 'object' || !('fromStart' in end) || !text.startsWith('+')) return end
  if (typeof begin === 'number') return begin + end.fromStart
  return typeof begin === 'object' && 'fromStart' in begin ? { fromStart: begin.fromStart + end.fromStart } : end
}

function parsePlace(text: string): Place | undefined {
  const word = words.get(text)
  if (word !== undefined) return word
  const match = /^(start\+|end-|\+|-)?(\d{1,16})$/.exec(text)
  if (match === null) return undefined
  const count = Number(match[2])
  if (!Number.isSafeInteger(count)) return undefined
  if (match[1] === undefined) return count
  return match[1].endsWith('+') ? { fromStart: count } : { fromEnd: count }
}

function isEmptyRange(begin: Place, end: Place): boolean {
  return typeof begin === 'number' && typeof end === 'number' && end < begin
}

/** Dates have colons too: the whole text as one time first, then each colon as the one between two times. */
function timeRange(text: string, nowMs: number): OffsetRange | undefined {
  const alone = parseTime(text, nowMs)
  if (alone !== undefined) return { from: { timestamp: alone.timestamp }, ...localIn(alone) }
  for (let colon = text.indexOf(':'); colon !== -1; colon = text.indexOf(':', colon + 1)) {
    const range = timesBetween(text.slice(0, colon), text.slice(colon + 1).replace(/^@/, ''), nowMs)
    if (range !== undefined) return range
  }
  return undefined
}

function timesBetween(left: string, right: string, nowMs: number): OffsetRange | undefined {
  const begin = left === '' ? undefined : parseTime(left, nowMs)
  if ((left !== '' && begin === undefined) || (left === '' && right === '')) return undefined
  const place: Place = begin === undefined ? 'start' : { timestamp: begin.timestamp }
  if (right === '') return { from: place, ...localIn(begin) }
  if (words.get(right) === 'end') return { from: place, to: 'end', ...localIn(begin) }
  const end = parseTime(right, nowMs, begin?.relative === false ? begin.timestamp : nowMs)
  if (end === undefined || (begin !== undefined && end.timestamp < begin.timestamp)) return undefined
  return { from: place, to: { timestamp: end.timestamp }, ...localIn(begin, end) }
}

function localIn(...times: ReadonlyArray<ParsedTime | undefined>): { localTime?: true } {
  return times.some((time) => time?.local === true) ? { localTime: true } : {}
}

function wrongOffset(spec: string, flag: string, hint: string): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', `${flag}: ${JSON.stringify(spec)} is not a place in a partition`, {
    details: { hint },
  })
}
