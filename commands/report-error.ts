import { isRafkaError } from '../src/index.ts'
import type { CommandContext } from './context.ts'
import { hintFor } from './hints.ts'
import { documentLines, isDocumentForm } from './output/print-report.ts'

/** Tells what went wrong: `error:` and `hint:` on stderr, or one document on stdout where documents are wanted, unless stdout is for records alone. */
export async function reportError(error: unknown, context: CommandContext, stdoutIsForRecords = false): Promise<void> {
  const hint = await hintFor(error, await context.openedSession())
  if (wantsDocument(context) && !stdoutIsForRecords) {
    const document = { ok: false, error: errorObject(error, hint) }
    for (const line of await documentLines(context.terminal, context.form, document)) context.terminal.print(line)
  } else {
    await context.terminal.error(messageOf(error), hint)
  }
  if (context.flags.debug === true && error instanceof Error) context.terminal.warn(error.stack ?? '')
}

function wantsDocument({ form, wantsJson }: CommandContext): boolean {
  return wantsJson || isDocumentForm(form)
}

/** How an error stands in JSON. */
export function errorObject(error: unknown, hint: string | undefined): Record<string, unknown> {
  const { hint: _, ...details } = isRafkaError(error) ? error.details : {}
  const code = isRafkaError(error) ? error.code : 'INTERNAL'
  return { ...details, code, message: messageOf(error), hint: hint ?? null }
}

/** The message of an error; what Rafka did not foresee is said to be that. */
function messageOf(error: unknown): string {
  if (isRafkaError(error)) return error.message
  return `unexpected: ${error instanceof Error ? error.message : String(error)} (--debug shows where)`
}
