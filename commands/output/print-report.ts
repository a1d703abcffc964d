import { escapeText, jsonText } from './escape-text.ts'
import type { Report, Table } from './report.ts'
import { formatTable, tabSeparated } from './table.ts'
import type { Terminal } from './terminal.ts'

/** The forms in which a report may be wanted; `schema` prints what `json` looks like in place of a report. */
export const outputForms = ['table', 'wide', 'json', 'yaml', 'tsv', 'schema'] as const

export type OutputForm = (typeof outputForms)[number]

/** Whether a form is for programs that read documents: errors then take the same form, on stdout. */
export function isDocumentForm(form: OutputForm): form is 'json' | 'yaml' | 'schema' {
  return form === 'json' || form === 'yaml' || form === 'schema'
}

/** Prints a report, with what went wrong on stderr unless the document tells it. @returns the exit code */
export async function printReport(terminal: Terminal, form: OutputForm, report: Report): Promise<number> {
  for (const line of await reportLines(terminal, form, report)) terminal.print(line)
  if (!isDocumentForm(form)) {
    if (report.note !== undefined) terminal.note(report.note)
    for (const { message, hint } of report.problems ?? []) await terminal.error(message, hint)
  }
  return report.exitCode ?? 0
}

/** The lines of a report on stdout. */
export async function reportLines(terminal: Terminal, form: OutputForm, report: Report): Promise<string[]> {
  if (isDocumentForm(form)) return await documentLines(terminal, form, report.document)
  if (form === 'tsv') return tabSeparated(report.table)
  const paint = await terminal.paint()
  const layout = { wide: form === 'wide', width: terminal.columns, paintHead: paint.bold }
  const blocks: ReadonlyArray<string | Table> = report.view ?? (report.table.rows.length === 0 ? [] : [report.table])
  return blocks.flatMap((block) => (typeof block === 'string' ? [escapeText(block)] : formatTable(block, layout)))
}

/** JSON is indented for a terminal, else on one line. */
export async function documentLines(terminal: Terminal, form: OutputForm, document: unknown): Promise<string[]> {
  if (form === 'yaml') return [(await import('./yaml-text.ts')).yamlText(document)]
  return [jsonText(document, terminal.isTerminal ? 2 : 0)]
}
