import { RafkaError } from '../src/index.ts'
import type { CommandContext } from './context.ts'
import { escapeText } from './output/escape-text.ts'
import type { Table } from './output/report.ts'
import { formatTable } from './output/table.ts'

/**
 * Asks before something that cannot be undone, below a table of what it is about; no is the default. Where nobody can be asked, `--yes` must
 * have been given.
 * @throws RafkaError `INVALID_ARGUMENT` in a pipe, `CANCELLED` when the answer is no
 */
export async function confirmOrRefuse(
  context: CommandContext,
  question: string,
  yes: boolean | undefined,
  preview?: Table,
): Promise<void> {
  if (yes === true) return
  if (!context.terminal.canAsk) {
    throw new RafkaError('INVALID_ARGUMENT', `${question} Nobody is here to confirm it`, {
      details: { hint: 'add --yes to do it without being asked' },
    })
  }
  if (preview !== undefined) for (const line of formatTable(preview)) context.terminal.warn(line)
  const { confirm } = await import('@inquirer/prompts')
  const { stdin, stderr } = context.io
  const answer = await answered(
    confirm({ message: escapeText(question), default: false }, { input: stdin as NodeJS.ReadStream, output: stderr }),
  )
  if (!answer) throw new RafkaError('CANCELLED', 'nothing was changed')
}

/**
 * Lets a person pick the topic that was not named.
 * @throws RafkaError `INVALID_ARGUMENT` where nobody can be asked, or when there is no topic
 */
export async function pickTopic(context: CommandContext, usage: string): Promise<string> {
  if (!context.terminal.canAsk) throw missingArgument('no topic was named', usage)
  const { rafka } = await context.session()
  const topics = (await rafka.admin().listTopics()).filter((topic) => !topic.internal)
  if (topics.length === 0) throw missingArgument('no topic was named, and there is none yet', usage)
  const { select } = await import('@inquirer/prompts')
  const choices = topics.map(({ name }) => ({ name, value: name }))
  const { stdin, stderr } = context.io
  return await answered(select({ message: 'Topic', choices }, { input: stdin as NodeJS.ReadStream, output: stderr }))
}

/** The error of a command that was not told enough, where nobody can be asked. */
export function missingArgument(message: string, hint: string): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', message, { details: { hint } })
}

/** Ctrl-C and the end of the input count as no answer. */
async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ExitPromptError') throw error
    throw new RafkaError('CANCELLED', 'no answer was given; nothing was changed')
  }
}
