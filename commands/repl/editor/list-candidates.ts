import { escapeText } from '../../output/escape-text.ts'
import { cutMiddle, textWidth } from '../../output/text-width.ts'

const MOST = 100
const GAP = '  '
/** Of the terminal: long names are not to take the room of all the others. */
const WIDEST_PARTS = [1, 1 / 2, 1 / 3]
/** None is cut to less than this, unless the terminal is narrower. */
const NARROWEST = 16

/** Lines of candidates in columns, as a shell lists them: at most `rows`, the last of which then tells how many are left out. */
export function listCandidates(candidates: readonly string[], columns: number, rows: number): string[] {
  const shown = candidates.slice(0, MOST).map(escapeText)
  const most = Math.max(1, rows - 1)
  let lines: string[] | undefined
  let cells: readonly string[] = shown
  for (const part of WIDEST_PARTS) {
    const widest = Math.max(NARROWEST, Math.floor(columns * part) - GAP.length)
    cells = shown.map((text) => cutMiddle(text, Math.max(1, Math.min(widest, columns - GAP.length))))
    lines = inColumns(cells, columns, most)
    if (lines !== undefined) break
  }
  while (lines === undefined) {
    cells = cells.slice(0, -1)
    lines = inColumns(cells, columns, most)
  }
  return candidates.length > cells.length ? [...lines, `… and ${candidates.length - cells.length} more`] : lines
}

/** In as few lines as they fit in; undefined: not in so many. */
function inColumns(cells: readonly string[], columns: number, most: number): string[] | undefined {
  for (let rows = 1; rows <= most; rows += 1) {
    const table = Array.from({ length: Math.ceil(cells.length / rows) }, (_, column) =>
      cells.slice(column * rows, (column + 1) * rows),
    )
    const widths = table.map((column) => Math.max(...column.map(textWidth)))
    const width = widths.reduce((sum, each) => sum + each + GAP.length, -GAP.length)
    if (width > columns) continue
    return Array.from({ length: table[0]?.length ?? 0 }, (_, row) =>
      table
        .flatMap((column, index) =>
          column[row] === undefined ? [] : column[row] + ' '.repeat(widths[index]! - textWidth(column[row])),
        )
        .join(GAP)
        .trimEnd(),
    )
  }
  return undefined
}

/** The longest text that all begin with. */
export function commonPrefix(texts: readonly string[]): string {
  let prefix = texts[0] ?? ''
  for (const text of texts) while (!text.startsWith(prefix)) prefix = prefix.slice(0, -1)
  return prefix
}
