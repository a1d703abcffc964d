import type { Option } from 'commander'
import { wrapText } from './wrap-text.ts'

/** No help is wider. */
export const MAX_WIDTH = 80

/** Options and what each does, in two columns. */
export function optionLines(options: readonly Option[], width = MAX_WIDTH): string[] {
  return pairs(
    options.map((option) => [indentLong(option), option.description]),
    width,
  )
}

/** `--json` stands under `--brokers` of `-b, --brokers`. */
function indentLong(option: Option): string {
  return option.short === undefined ? `    ${option.flags}` : option.flags
}

const MAX_LEFT = 44
const NARROW = 72
const NARROW_LEFT = 30
/** Where less than this is left for the right column, it stands below the left one. */
const MIN_RIGHT = 24
const BELOW = 6

/** Two columns; the right one is wrapped, and goes to the next line when the left one is long. */
export function pairs(rows: ReadonlyArray<readonly [string, string]>, width: number): string[] {
  const left = Math.min(width < NARROW ? NARROW_LEFT : MAX_LEFT, Math.max(...rows.map(([text]) => text.length)))
  if (width - left - 4 < MIN_RIGHT) return rows.flatMap((row) => stacked(row, width))
  return rows.flatMap(([text, meaning]) => {
    const wrapped = wrapText(meaning, width - left - 4)
    const head = text.length > left ? [`  ${text}`] : []
    const lines = head.length > 0 ? wrapped : wrapped.slice(1)
    const first = head.length > 0 ? head : [`  ${text.padEnd(left)}  ${wrapped[0]}`.trimEnd()]
    return [...first, ...lines.map((line) => `${' '.repeat(left + 4)}${line}`.trimEnd())]
  })
}

function stacked([text, meaning]: readonly [string, string], width: number): string[] {
  return [`  ${text.trimStart()}`, ...wrapText(meaning, width - BELOW).map((line) => `${' '.repeat(BELOW)}${line}`)]
}
