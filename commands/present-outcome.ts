import type { AnyCommand, Outcome } from './command.ts'
import type { CommandContext } from './context.ts'
import { exitCodes } from './exit-code.ts'
import { printReport } from './output/print-report.ts'

/** Prints what a command handed over, in the form that was asked for. @returns the exit code */
export async function presentOutcome(context: CommandContext, outcome: Outcome<unknown>): Promise<number> {
  const { terminal, form } = context
  if ('rows' in outcome) return await (await import('./output/print-rows.ts')).printRows(terminal, form, outcome)
  if ('reports' in outcome) return await (await import('./present-live.ts')).presentLive(context, outcome)
  return await printReport(terminal, form, outcome)
}

/** Prints the JSON Schema of what the command's `--json` gives. */
export async function presentShape({ terminal }: CommandContext, { shape }: AnyCommand): Promise<number> {
  terminal.json({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...shape!.schema })
  return exitCodes.done
}
