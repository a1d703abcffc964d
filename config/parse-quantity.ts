const durationUnits: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
])

const sizeUnits: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['k', 1024],
  ['m', 1024 ** 2],
  ['g', 1024 ** 3],
])

/** What the units of a duration are called in messages. */
export const durationUnitNames = 'ms, s, m, h or d'
/** What the units of a size are called in messages. */
export const sizeUnitNames = 'k, m or g (1024 each)'

/** Milliseconds of a text like `250`, `1.5s`, `7d` or `1h30m` (a bare number is ms); undefined when it is none. Negative ones too. */
export function parseDuration(text: string): number | undefined {
  return parseQuantity(text, durationUnits)
}

/** Bytes of a text like `4096`, `64k` or `1.5g` (a bare number is bytes); undefined when it is none. Negative ones too. */
export function parseSize(text: string): number | undefined {
  return parseQuantity(text, sizeUnits)
}

const MAX_LENGTH = 40
const part = /(\d+(?:\.\d+)?)([a-z]*)/gy

function parseQuantity(text: string, units: ReadonlyMap<string, number>): number | undefined {
  const trimmed = text.trim().toLowerCase()
  const negative = trimmed.startsWith('-')
  const body = negative || trimmed.startsWith('+') ? trimmed.slice(1) : trimmed
  if (body === '' || body.length > MAX_LENGTH) return undefined
  const sum = sumOfParts(body, units)
  if (sum === undefined) return undefined
  // Java's Long.MAX_VALUE is how Kafka writes "no limit"; what no number holds exactly is as good as that.
  const exact = Math.min(sum, Number.MAX_SAFE_INTEGER)
  return negative && exact !== 0 ? -exact : exact
}

/** `1h30m`: units get smaller from part to part, and a bare number stands alone, so that `1h30` is refused rather than guessed. */
function sumOfParts(body: string, units: ReadonlyMap<string, number>): number | undefined {
  let sum = 0
  let previousFactor = Number.POSITIVE_INFINITY
  part.lastIndex = 0
  for (let at = 0; at < body.length; at = part.lastIndex) {
    const match = part.exec(body)
    const factor = match === null ? undefined : units.get(match[2]!)
    if (match === null || factor === undefined || factor >= previousFactor) return undefined
    if (match[2] === '' && (at > 0 || part.lastIndex < body.length)) return undefined
    sum += Number(match[1]) * factor
    previousFactor = factor
  }
  return Math.round(sum)
}
