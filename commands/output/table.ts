import { escapeText } from './escape-text.ts'
import { formatCount, formatSize } from './quantities.ts'
import type { Cell, CellKind, Column, Table } from './report.ts'
import { cutToWidth, textWidth } from './text-width.ts'

/** How a table is laid out. */
export interface TableLayout {
  /** With the columns that are only for `wide`. */
  readonly wide?: boolean
  /** Columns of the terminal; left out in a pipe, where nothing is ever cut. */
  readonly width?: number | undefined
  /** Paints the head. */
  readonly paintHead?: (line: string) => string
}

/** Between two columns. */
export const GAP = '  '
/** A column is not made narrower than this, or than its title. */
const NARROWEST = 8

/** Lines of a table with a head: columns as wide as their widest cell, two spaces between them. */
export function formatTable(table: Table, layout: TableLayout = {}): string[] {
  const { width, paintHead = (line: string) => line } = layout
  const shown = table.columns.flatMap((column, index) => (column.wide && !layout.wide ? [] : [index]))
  const columns = shown.map((index) => table.columns[index]!)
  const rows = table.rows.map((row) => shown.map((index, at) => formatCell(row[index]!, columns[at]!.kind)))
  const widths = fitted(columns, rows, width)
  const lines = [columns.map(({ title }) => title), ...rows].map((row) => {
    const cells = row.map((cell, at) => aligned(cutToWidth(cell, widths[at]!), widths[at]!, columns[at]!.kind))
    const line = cells.join(GAP).trimEnd()
    return width === undefined ? line : cutToWidth(line, width)
  })
  return [paintHead(lines[0]!), ...lines.slice(1)]
}

/** A cell as people read it. */
function formatCell(cell: Cell, kind: CellKind = 'text'): string {
  if (cell === null) return '-'
  if (typeof cell === 'object') return `~${formatCount(cell.about)}`
  if (typeof cell !== 'number') return escapeText(String(cell))
  if (kind === 'count') return formatCount(cell)
  if (kind === 'size') return formatSize(cell)
  return kind === 'time' ? formatTime(cell) : String(cell)
}

function formatTime(ms: number): string {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString()
}

/** Lines of a table without a head: a tab between cells, `-` for nothing, values as they are. */
export function tabSeparated({ rows }: Table): string[] {
  return rows.map((row) => row.map(tabSeparatedCell).join('\t'))
}

function tabSeparatedCell(cell: Cell): string {
  if (cell === null || cell === '') return '-'
  return escapeText(String(typeof cell === 'object' ? cell.about : cell))
}

/** Takes from the widest columns of text what the terminal has not; numbers are never cut. */
export function fitted(
  columns: readonly Column[],
  rows: readonly string[][],
  width = Number.POSITIVE_INFINITY,
): number[] {
  const widths = columns.map(({ title }, at) =>
    rows.reduce((widest, row) => Math.max(widest, textWidth(row[at]!)), title.length),
  )
  let excess = widths.reduce((sum, one) => sum + one, GAP.length * (columns.length - 1)) - width
  while (excess > 0) {
    const widest = columns.reduce((best, column, at) => {
      const mayShrink = isText(column.kind) && widths[at]! > Math.max(NARROWEST, column.title.length)
      return mayShrink && (best === -1 || widths[at]! > widths[best]!) ? at : best
    }, -1)
    if (widest === -1) break
    widths[widest]! -= 1
    excess -= 1
  }
  return widths
}

/** A cell as wide as its column: numbers to the right. */
export function aligned(cell: string, width: number, kind: CellKind | undefined): string {
  const missing = ' '.repeat(Math.max(0, width - textWidth(cell)))
  return isText(kind) ? cell + missing : missing + cell
}

function isText(kind: CellKind = 'text'): boolean {
  return kind === 'text' || kind === 'time'
}
