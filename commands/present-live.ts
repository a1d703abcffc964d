import type { CommandContext } from './context.ts'
import { exitCodes } from './exit-code.ts'
import { onInterrupt } from './interrupts.ts'
import { jsonText } from './output/escape-text.ts'
import { LiveScreen } from './output/live-screen.ts'
import { isDocumentForm, reportLines } from './output/print-report.ts'
import type { LiveReports, Report } from './output/report.ts'

/**
 * Shows reports that follow each other, until Ctrl-C, `q` or the end of whoever reads: each in the place of the one before on a terminal; one
 * after the other in a pipe, in JSON a line each. @returns the exit code of the last one where the reports ended by themselves
 */
export async function presentLive(context: CommandContext, { reports }: LiveReports): Promise<number> {
  const { terminal, form, outputClosed } = context
  const stopped = new AbortController()
  const stop = AbortSignal.any([stopped.signal, outputClosed])
  using _ = onInterrupt(context.io.signals, () => stopped.abort())
  const onScreen = terminal.canRedraw && !isDocumentForm(form) && form !== 'tsv'
  using screen = onScreen ? new LiveScreen(context.io, () => stopped.abort()) : undefined
  let last: Report | undefined
  for await (const report of reports(stop)) {
    if (stop.aborted) break
    const lines = form === 'json' ? [jsonText(report.document)] : await reportLines(terminal, form, report)
    if (screen !== undefined) screen.show(lines)
    else printAfter(context, last, lines)
    last = report
  }
  return stop.aborted ? exitCodes.done : (last?.exitCode ?? exitCodes.done)
}

function printAfter({ terminal, form }: CommandContext, before: Report | undefined, lines: readonly string[]): void {
  if (before !== undefined && form === 'yaml') terminal.print('---')
  if (before !== undefined && (form === 'table' || form === 'wide')) terminal.print('')
  for (const line of lines) terminal.print(line)
}
