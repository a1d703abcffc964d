import { type ItemResult, RafkaError } from '../../src/index.ts'
import type { CommandContext } from '../context.ts'
import { exitCodes } from '../exit-code.ts'
import { hintFor } from '../hints.ts'

/** What became of one topic. */
export interface TopicResult {
  readonly topic: string
  /** `created`, `deleted`, …, `unchanged` or `failed`. */
  readonly status: string
  readonly error: ItemResult['error']
  /** What to tell a person when it went well; the status and the name when left out. */
  readonly text?: string
}

/** Tells what became of each topic. @returns the exit code: failed when any of them did */
export async function reportResults(context: CommandContext, results: readonly TopicResult[]): Promise<number> {
  const ok = results.every(({ error }) => error === null)
  if (context.wantsJson) {
    const rows = results.map(({ topic, status, error }) => ({
      topic,
      status,
      error: error?.code ?? null,
      message: error?.message ?? null,
    }))
    context.terminal.json({ ok, results: rows })
  } else {
    for (const result of results) await tell(context, result)
  }
  return ok ? exitCodes.done : exitCodes.failed
}

async function tell(context: CommandContext, { topic, status, error, text }: TopicResult): Promise<void> {
  if (error === null) return context.terminal.print(text ?? `${status} ${topic}`)
  const { code, message } = error
  const hint = await hintFor(new RafkaError(code, message, { details: { topic } }), await context.openedSession())
  await context.terminal.error(message.includes(topic) ? message : `topic "${topic}": ${message}`, hint)
}
