/** Whole days or times of ISO 8601; without a zone they are in UTC, as SQLite has them. */
const isoForm = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/

/** `iso(ms)`: `2026-01-31T12:00:00.000Z`; null for what is no time. */
export function isoTime(milliseconds: unknown): string | null {
  if (typeof milliseconds !== 'number' && typeof milliseconds !== 'bigint') return null
  const date = new Date(Number(milliseconds))
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}

/** `ms(text)`: ms since 1970; null for what is no time. */
export function millisecondsOf(text: unknown): bigint | null {
  const match = typeof text === 'string' ? isoForm.exec(text) : null
  if (match === null) return null
  const [, day, time = '00:00', zone = 'Z'] = match
  const milliseconds = Date.parse(`${day}T${time}${zone}`)
  return Number.isNaN(milliseconds) ? null : BigInt(milliseconds)
}
