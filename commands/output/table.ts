import { escapeText } from './escape-text.ts'

/** One column of a table. */
export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
}

const GAP = '  '

/**
 * Lines of a table with a head: columns as wide as their widest cell, two spaces between them. `width` cuts lines for a terminal,
 * with `…`; without it nothing is ever cut.
 */
export function formatTable(
  columns: readonly Column[],
  rows: ReadonlyArray<readonly string[]>,
  width?: number,
): string[] {
  const cells = [columns.map((column) => column.title), ...rows.map((row) => row.map(escapeText))]
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index]!.length)))
  return cells.map((row) => {
    const line = row.map((cell, index) => pad(cell, widths[index]!, columns[index]!.align)).join(GAP)
    return cut(line.trimEnd(), width)
  })
}

function pad(cell: string, width: number, align: Column['align']): string {
  return align === 'right' ? cell.padStart(width) : cell.padEnd(width)
}

function cut(line: string, width: number | undefined): string {
  return width === undefined || line.length <= width ? line : `${line.slice(0, Math.max(1, width - 1))}…`
}
