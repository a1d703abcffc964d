import { parseDuration } from '../config/parse-quantity.ts'

/** A point in time, and whether it was given on its own or counted from another one. */
export interface ParsedTime {
  /** ms since 1970. */
  readonly timestamp: number
  readonly relative: boolean
  /** It had no zone, and was taken for local time. */
  readonly local?: boolean
}

const date = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?)?(Z|[+-]\d\d:?\d\d)?$/

/**
 * Reads `now`, a duration from `origin` (`-1h30m`, `+5m`), seconds (9 or 10 digits), ms (13) or ns (19) since 1970, or
 * `YYYY-MM-DD[THH:MM[:SS[.mmm]]][Z|±hh:mm]`, in local time where no zone stands. Undefined when it is none of them.
 */
export function parseTime(text: string, nowMs: number, originMs = nowMs): ParsedTime | undefined {
  if (text === 'now') return { timestamp: nowMs, relative: true }
  if (/^[+-]\d/.test(text)) {
    const duration = parseDuration(text)
    return duration === undefined ? undefined : { timestamp: originMs + duration, relative: true }
  }
  const timestamp = /^\d+$/.test(text) ? fromDigits(text) : fromDate(text)
  if (timestamp === undefined) return undefined
  return { timestamp, relative: false, ...(/^\d{4}-.*(?:Z|[+-]\d\d:?\d\d)$|^\d+$/.test(text) ? {} : { local: true }) }
}

function fromDigits(digits: string): number | undefined {
  if (digits.length === 9 || digits.length === 10) return Number(digits) * 1000
  if (digits.length === 13) return Number(digits)
  return digits.length === 19 ? Number(digits.slice(0, 13)) : undefined
}

function fromDate(text: string): number | undefined {
  const match = date.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((digits) => Number(digits ?? 0))
  const ms = Number((match[7] ?? '').padEnd(3, '0'))
  const parts = [year!, month! - 1, day!, hour!, minute!, second!, ms] as const
  const utc = new Date(Date.UTC(...parts))
  // 30 February and 25 o'clock would otherwise roll over in silence.
  const exists = utc.getUTCMonth() === month! - 1 && utc.getUTCDate() === day && utc.getUTCHours() === hour
  if (!exists || utc.getUTCMinutes() !== minute || utc.getUTCSeconds() !== second) return undefined
  const zone = match[8]
  return zone === undefined ? new Date(...parts).getTime() : utc.getTime() - zoneOffset(zone)
}

function zoneOffset(zone: string): number {
  if (zone === 'Z') return 0
  const digits = zone.slice(1).replace(':', '')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return (zone[0] === '-' ? -minutes : minutes) * 60_000
}
