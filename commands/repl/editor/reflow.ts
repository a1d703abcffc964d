import { takeWidth, textWidth } from '../../output/text-width.ts'
import type { Frame } from './frame.ts'

/**
 * Whether the terminal breaks its lines anew when it gets another width. Most do; of those that do not, it is known by their variables.
 */
export function reflows({ TERM = '', STY, TMUX, XTERM_VERSION }: NodeJS.ProcessEnv): boolean {
  return (
    STY === undefined && (XTERM_VERSION === undefined || TMUX !== undefined) && !/^(?:linux|vt\d|st(?:-|$))/.test(TERM)
  )
}

/** How many rows the cursor is below the first row of the frame on a terminal that has broken it anew for so many columns. */
export function cursorRowAfter({ rows, cursor }: Frame, columns: number): number {
  const row = cursor?.row ?? rows.length - 1
  const above = rows.slice(0, row).reduce((sum, { plain }) => sum + rowsOf(plain, columns), 0)
  const before = takeWidth(rows[row]!.plain, cursor?.column ?? Number.POSITIVE_INFINITY)
  return above + rowsOf(before, columns) - 1
}

/** Rows that a line takes: one at least. */
function rowsOf(line: string, columns: number): number {
  let rows = 1
  let used = 0
  for (const character of line) {
    const width = textWidth(character)
    if (used + width > columns) {
      rows += 1
      used = 0
    }
    used += width
  }
  return rows
}
