import { escapeText } from '../../output/escape-text.ts'
import { cutMiddle, textWidth } from '../../output/text-width.ts'

const MOST = 100
const GAP = '  '
/** Of the terminal: one long name is not to make a single column of all the others. */
const WIDEST_PARTS = [1, 1 / 2, 1 / 3]
/** None is cut to less than this, unless the terminal is narrower. */
const NARROWEST = 16

/** Lines of candidates in columns, as a shell lists them: at most `rows`, the last of which then tells how many are left out. */
export function listCandidates(candidates: readonly string[], columns: number, rows: number): string[] {
  const shown = candidates.slice(0, MOST).map(escapeText)
  const layouts = WIDEST_PARTS.map((part) => {
    const widest = Math.max(NARROWEST, Math.floor(columns * part) - GAP.length)
    return cellsWithin(shown, Math.max(1, Math.min(widest, columns - GAP.length)))
  })
  const { cells, width } = layouts.find((layout) => linesOf(layout, columns) < rows) ?? layouts.at(-1)!
  const perRow = perRowOf(width, columns)
  const kept = cells.slice(0, perRow * Math.max(1, rows - 1))
  const lines = inColumns(kept, width, Math.ceil(kept.length / perRow))
  return candidates.length > kept.length ? [...lines, `… and ${candidates.length - kept.length} more`] : lines
}

interface Cells {
  readonly cells: readonly string[]
  readonly width: number
}

function cellsWithin(texts: readonly string[], widest: number): Cells {
  const cells = texts.map((text) => cutMiddle(text, widest))
  return { cells, width: Math.max(...cells.map(textWidth)) }
}

function linesOf({ cells, width }: Cells, columns: number): number {
  return Math.ceil(cells.length / perRowOf(width, columns))
}

function perRowOf(width: number, columns: number): number {
  return Math.max(1, Math.floor(columns / (width + GAP.length)))
}

function inColumns(cells: readonly string[], width: number, rows: number): string[] {
  return Array.from({ length: rows }, (_, row) =>
    cells
      .filter((_cell, index) => index % rows === row)
      .map((cell) => cell + ' '.repeat(width - textWidth(cell)))
      .join(GAP)
      .trimEnd(),
  )
}

/** The longest text that all begin with. */
export function commonPrefix(texts: readonly string[]): string {
  let prefix = texts[0] ?? ''
  for (const text of texts) while (!text.startsWith(prefix)) prefix = prefix.slice(0, -1)
  return prefix
}
