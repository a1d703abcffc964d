import { escapeText } from './escape-text.ts'
import { formatCount, formatSize } from './quantities.ts'
import type { Cell, CellKind, Column, Table } from './report.ts'
import { cutMiddle, cutToWidth, textWidth } from './text-width.ts'

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
/** The first column names what a row is about: it is left whole while another one is wider than this. */
const NARROW = 20
/** Behind the head where columns had no room. */
const MORE = ' …'

/** Lines of a table with a head: columns as wide as their widest cell, two spaces between them. */
export function formatTable(table: Table, layout: TableLayout = {}): string[] {
  const { width, paintHead = (line: string) => line } = layout
  const all = table.columns.flatMap((column, index) => (column.wide && !layout.wide ? [] : [index]))
  const { columns, rows, widths, isCut } = laidOut(table, all, width)
  if (
    table.stacks === true &&
    width !== undefined &&
    isTooNarrow(widths[0]!, [columns[0]!.title, ...rows.map(([name]) => name!)])
  )
    return stacked(table, all, width, paintHead)
  const lines = [columns.map(({ title }) => title), ...rows].map((row, index) => {
    const cells = row.map((cell, at) => {
      const cut = at === 0 ? cutMiddle : cutToWidth
      return aligned(cut(cell, widths[at]!), widths[at]!, columns[at]!.kind)
    })
    const line = cells.join(GAP).trimEnd() + (isCut && index === 0 ? MORE : '')
    return width === undefined ? line : cutToWidth(line, width)
  })
  return [paintHead(lines[0]!), ...lines.slice(1)]
}

/** Names that are not cut below this can be told apart. */
const TELLING = 30

function isTooNarrow(width: number, names: readonly string[]): boolean {
  return width < Math.min(TELLING, Math.max(...names.map(textWidth)))
}

/** Each row on two lines: its first cell, and below that the others. */
function stacked(
  { columns, rows }: Table,
  places: readonly number[],
  width: number,
  paintHead: (line: string) => string,
): string[] {
  const [first = 0, ...others] = places
  const below = {
    columns: others.map((place) => columns[place]!),
    rows: rows.map((row) => others.map((place) => row[place]!)),
  }
  const [head = '', ...lines] = formatTable(below, { wide: true, width: width - GAP.length })
  const { title, kind } = columns[first]!
  return [
    paintHead(title),
    paintHead(`${GAP}${head}`),
    ...lines.flatMap((line, at) => [cutMiddle(formatCell(rows[at]![first]!, kind), width), `${GAP}${line}`]),
  ]
}

interface LaidOut {
  readonly columns: readonly Column[]
  readonly rows: readonly string[][]
  readonly widths: readonly number[]
  /** Columns that were not optional had no room. */
  readonly isCut: boolean
}

/**
 * The columns at these places; without the last one that is optional, then the last one that is not vital, then the last one at all, as long as
 * they are too wide even when they are cut: half a number would be another number.
 */
function laidOut(table: Table, places: readonly number[], width: number | undefined, isCut = false): LaidOut {
  const columns = places.map((place) => table.columns[place]!)
  const rows = table.rows.map((row) => places.map((place, at) => formatCell(row[place]!, columns[at]!.kind)))
  const room = width === undefined || !isCut ? width : width - MORE.length
  const widths = fitted(columns, rows, room)
  const total = widths.reduce((sum, one) => sum + one, GAP.length * (columns.length - 1))
  const spare = columns.findLastIndex(({ optional }) => optional === true)
  if (room === undefined || total <= room || columns.length === 1) return { columns, rows, widths, isCut }
  if (spare !== -1) return laidOut(table, places.toSpliced(spare, 1), width, isCut)
  return laidOut(
    table,
    places.toSpliced(
      columns.findLastIndex(({ vital }) => vital !== true),
      1,
    ),
    width,
    true,
  )
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

/** What may be cut beside cells of text. */
export interface Cuts {
  /** Titles, down to the widest cell below them. */
  readonly titles?: boolean
}

/** Takes from the widest columns of text what the terminal has not; numbers and times are never cut. */
export function fitted(
  columns: readonly Column[],
  rows: readonly string[][],
  width = Number.POSITIVE_INFINITY,
  { titles = false }: Cuts = {},
): number[] {
  const cells = columns.map((_, at) => rows.reduce((widest, row) => Math.max(widest, textWidth(row[at]!)), 0))
  const heads = columns.map(({ title }) => textWidth(title))
  const widths = columns.map((_, at) => Math.max(heads[at]!, cells[at]!))
  const least = columns.map(({ kind }, at) => {
    const body = (kind ?? 'text') === 'text' ? 0 : cells[at]!
    return Math.min(widths[at]!, Math.max(NARROWEST, body, titles ? 0 : heads[at]!))
  })
  let excess = widths.reduce((sum, one) => sum + one, GAP.length * (columns.length - 1)) - width
  while (excess > 0) {
    const others = widestOf(widths, least, 1)
    const widest = others !== undefined && widths[others]! > NARROW ? others : widestOf(widths, least, 0)
    if (widest === undefined) break
    widths[widest]! -= 1
    excess -= 1
  }
  return widths
}

/** Which column, from the one at `first` on, is the widest of those that may be narrower. */
function widestOf(widths: readonly number[], least: readonly number[], first: number): number | undefined {
  let widest: number | undefined
  for (let at = first; at < widths.length; at += 1) {
    if (widths[at]! <= least[at]!) continue
    if (widest === undefined || widths[at]! > widths[widest]!) widest = at
  }
  return widest
}

/** A cell as wide as its column: numbers to the right. */
export function aligned(cell: string, width: number, kind: CellKind | undefined): string {
  const missing = ' '.repeat(Math.max(0, width - textWidth(cell)))
  return isText(kind) ? cell + missing : missing + cell
}

function isText(kind: CellKind = 'text'): boolean {
  return kind === 'text' || kind === 'time'
}
