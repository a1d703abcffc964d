import { type ItemResult, RafkaError } from '../src/index.ts'
import type { CommandContext } from './context.ts'
import { exitCodes } from './exit-code.ts'
import { hintFor } from './hints.ts'
import type { Problem, Report } from './output/report.ts'
import { flag, list, nullable, object, type Shape, text } from './output/shape.ts'

/** What became of one of the things that were to be changed. */
export interface MutationResult {
  readonly name: string
  /** `created`, `deleted`, …, `unchanged` or `failed`. */
  readonly status: string
  readonly error: ItemResult['error']
  /** What to tell a person when it went well; the status and the name when left out. */
  readonly text?: string
}

/** What every command prints that changes topics, profiles and the like; `Noun` names the field that says which. */
export interface Mutations<Noun extends string> {
  readonly ok: boolean
  readonly results: ReadonlyArray<
    { readonly [Name in Noun]: string } & {
      readonly status: string
      readonly error: string | null
      readonly message: string | null
    }
  >
}

/** The shape of `Mutations`. */
export function mutationsOf<const Noun extends string>(noun: Noun): Shape<Mutations<Noun>> {
  const row = object({ [noun]: text, status: text, error: nullable(text), message: nullable(text) })
  return { schema: object({ ok: flag, results: list(row) }).schema }
}

/** What became of each; failed when any of them did. */
export async function mutationReport<const Noun extends string>(
  context: CommandContext,
  noun: Noun,
  results: readonly MutationResult[],
): Promise<Report<Mutations<Noun>>> {
  const ok = results.every(({ error }) => error === null)
  const rows = results.map(({ name, status, error }) => ({
    ...({ [noun]: name } as { readonly [Name in Noun]: string }),
    status,
    error: error?.code ?? null,
    message: error?.message ?? null,
  }))
  const problems: Problem[] = []
  for (const one of results) if (one.error !== null) problems.push(await problemOf(context, noun, one.name, one.error))
  return {
    document: { ok, results: rows },
    table: {
      columns: [noun.toUpperCase(), 'STATUS', 'ERROR', 'MESSAGE'].map((title) => ({ title })),
      rows: results.map(({ name, status, error }) => [name, status, error?.code ?? null, error?.message ?? null]),
    },
    view: results.flatMap(({ name, status, error, text }) => (error === null ? [text ?? `${status} ${name}`] : [])),
    problems,
    exitCode: ok ? exitCodes.done : exitCodes.failed,
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
