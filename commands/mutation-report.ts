import { type ItemResult, RafkaError } from '../src/index.ts'
import type { CommandContext } from './context.ts'
import { exitCodes } from './exit-code.ts'
import { hintFor } from './hints.ts'
import type { Problem, Report } from './output/report.ts'
import { type DocumentOf, flag, list, nullable, object, text } from './output/shape.ts'

/** What became of one of the things that were to be changed. */
export interface MutationResult {
  readonly name: string
  /** `created`, `deleted`, …, `unchanged` or `failed`. */
  readonly status: string
  readonly error: ItemResult['error']
  /** What to tell a person when it went well; the status and the name when left out. */
  readonly text?: string
}

const result = { status: text, error: nullable(text), message: nullable(text) }

/** What every command prints that changes topics. */
export const topicResults = object({ ok: flag, results: list(object({ topic: text, ...result })) })

export type TopicResults = DocumentOf<typeof topicResults>

/** What became of each topic; failed when any of them did. */
export async function topicReport(
  context: CommandContext,
  results: readonly MutationResult[],
): Promise<Report<TopicResults>> {
  const rows = results.map(({ name, status, error }) => ({ topic: name, ...outcomeOf(status, error) }))
  return { document: { ok: allDone(results), results: rows }, ...(await told(context, 'topic', results)) }
}

function outcomeOf(status: string, error: ItemResult['error']) {
  return { status, error: error?.code ?? null, message: error?.message ?? null }
}

function allDone(results: readonly MutationResult[]): boolean {
  return results.every(({ error }) => error === null)
}

/** All of a report but its document. */
async function told(
  context: CommandContext,
  noun: string,
  results: readonly MutationResult[],
): Promise<Omit<Report, 'document'>> {
  const problems: Problem[] = []
  for (const one of results) if (one.error !== null) problems.push(await problemOf(context, noun, one.name, one.error))
  return {
    table: {
      columns: [noun.toUpperCase(), 'STATUS', 'ERROR', 'MESSAGE'].map((title) => ({ title })),
      rows: results.map(({ name, status, error }) => [name, status, error?.code ?? null, error?.message ?? null]),
    },
    view: results.flatMap(({ name, status, error, text }) => (error === null ? [text ?? `${status} ${name}`] : [])),
    problems,
    exitCode: allDone(results) ? exitCodes.done : exitCodes.failed,
  }
}

async function problemOf(
  context: CommandContext,
  noun: string,
  name: string,
  { code, message }: NonNullable<ItemResult['error']>,
): Promise<Problem> {
  const error = new RafkaError(code, message, { details: { [noun]: name } })
  const hint = await hintFor(error, await context.openedSession())
  return { message: message.includes(name) ? message : `${noun} "${name}": ${message}`, hint }
}
