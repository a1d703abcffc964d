import { escapeText, jsonText } from './escape-text.ts'
import type { Paint } from './paint.ts'
import type { Heading, Line, Report, Table } from './report.ts'
import { formatTable, GAP, tabSeparated } from './table.ts'
import type { Terminal } from './terminal.ts'
import { textWidth } from './text-width.ts'
import { wrapText } from './wrap-text.ts'

/** The forms in which a report may be wanted; `schema` prints what `json` looks like in place of a report. */
export const outputForms = ['table', 'wide', 'json', 'yaml', 'tsv', 'schema'] as const

export type OutputForm = (typeof outputForms)[number]

/** Whether a form is for programs that read documents: errors then take the same form, on stdout. */
export function isDocumentForm(form: OutputForm): form is 'json' | 'yaml' | 'schema' {
  return form === 'json' || form === 'yaml' || form === 'schema'
}

/** Prints a report, with what went wrong on stderr unless the document tells it. @returns the exit code */
export async function printReport(terminal: Terminal, form: OutputForm, report: Report): Promise<number> {
  const lines = await reportLines(terminal, form, report)
  if (report.paged === true && lines.length > 0) await (await import('./pager.ts')).printPaged(terminal, lines)
  else for (const line of lines) terminal.print(line)
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
  // Who asks for all of it wants it whole.
  const width = form === 'wide' ? undefined : terminal.columns
  const layout = { wide: form === 'wide', width, paintHead: paint.bold }
  const blocks: ReadonlyArray<Line | Table> = report.view ?? (report.table.rows.length === 0 ? [] : [report.table])
  return blocks.flatMap((block) => {
    if (typeof block === 'string') return [escapeText(block)]
    if ('heading' in block) return headingLines(block, paint, width)
    if ('columns' in block) return formatTable(block, layout)
    return wrapText(escapeText(block.text), width).map((line) => paint[block.paint](line))
  })
}

function headingLines({ heading, facts }: Heading, paint: Paint, width = Number.POSITIVE_INFINITY): string[] {
  const name = escapeText(heading)
  const fits = textWidth(name) + GAP.length + textWidth(facts) <= width
  if (fits) return [`${paint.bold(name)}${GAP}${facts}`]
  return [paint.bold(name), ...wrapText(facts, width - GAP.length).map((line) => `${GAP}${line}`)]
}

/** JSON is indented for a terminal, else on one line. */
export async function documentLines(terminal: Terminal, form: OutputForm, document: unknown): Promise<string[]> {
  if (form === 'yaml') return [(await import('./yaml-text.ts')).yamlText(document)]
  return [jsonText(document, terminal.isTerminal ? 2 : 0)]
}
