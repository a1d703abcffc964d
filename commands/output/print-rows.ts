import { jsonText } from './escape-text.ts'
import { OutputBuffer } from './output-buffer.ts'
import { isDocumentForm, type OutputForm } from './print-report.ts'
import type { Cell, RowStream } from './report.ts'
import { formatTable, tabSeparated } from './table.ts'
import type { Terminal } from './terminal.ts'

/** Rows that are laid out together: each such part of a table has its own head. */
const ROWS_AT_ONCE = 1000

/**
 * Prints rows as they come, in memory that does not grow with their number: a document a line in JSON, documents apart by `---` in YAML, tables of
 * at most a thousand rows. Waits for whoever reads. @returns the exit code
 */
export async function printRows(terminal: Terminal, form: OutputForm, stream: RowStream): Promise<number> {
  const out = new OutputBuffer(terminal.stdout)
  let held: Array<readonly Cell[]> = []
  let isEmpty = true
  const lines = await rowPrinter(terminal, form, stream)
  for await (const { document, cells } of stream.rows) {
    isEmpty = false
    if (lines.ofDocument !== undefined) out.text(`${lines.ofDocument(document)}\n`)
    else held.push(cells)
    if (held.length === ROWS_AT_ONCE) {
      for (const line of lines.ofRows(held)) out.text(`${line}\n`)
      held = []
    }
    if (out.isFull) await out.flush()
  }
  if (held.length > 0) for (const line of lines.ofRows(held)) out.text(`${line}\n`)
  await out.finish()
  if (isEmpty && !isDocumentForm(form) && stream.emptyNote !== undefined) terminal.note(stream.emptyNote)
  return stream.exitCode?.() ?? 0
}

interface RowPrinter {
  readonly ofDocument?: (document: unknown) => string
  ofRows(rows: ReadonlyArray<readonly Cell[]>): string[]
}

async function rowPrinter(terminal: Terminal, form: OutputForm, { columns }: RowStream): Promise<RowPrinter> {
  if (form === 'json') return { ofDocument: (document) => jsonText(document), ofRows: () => [] }
  if (form === 'yaml') {
    const { yamlText } = await import('./yaml-text.ts')
    return { ofDocument: (document) => `---\n${yamlText(document)}`, ofRows: () => [] }
  }
  if (form === 'tsv') return { ofRows: (rows) => tabSeparated({ columns, rows }) }
  const { bold } = await terminal.paint()
  const isWide = form === 'wide'
  const layout = { wide: isWide, width: isWide ? undefined : terminal.columns, paintHead: bold }
  return { ofRows: (rows) => formatTable({ columns, rows }, layout) }
}
