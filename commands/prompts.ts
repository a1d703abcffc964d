import type { Command } from 'commander'
import { RafkaError } from '../src/index.ts'
import type { CommandContext } from './context.ts'
import { escapeText } from './output/escape-text.ts'
import type { Table } from './output/report.ts'
import { formatTable } from './output/table.ts'
import { cutMiddle } from './output/text-width.ts'

/** Something that cannot be undone. */
export interface Destruction {
  /** What is lost, as a question. */
  readonly question: string
  /** What it happens to. */
  readonly names: readonly string[]
  readonly preview?: Table | undefined
}

const UNCHANGED = '; nothing was changed'

/** The flags by which one agrees to it beforehand. */
export interface ConfirmFlags {
  readonly yes?: boolean
  readonly confirm?: string
}

/** Adds the flags of `ConfirmFlags`. */
export function declareConfirmation(command: Command): Command {
  return command
    .option('-y, --yes', 'do it without being asked')
    .option('--confirm <name>', 'the same where the profile is protected; of several: how many')
}

/**
 * Asks before something that cannot be undone; no is the default. For several things, and where the configuration says `protect`, a name or
 * number has to be typed. Where nobody can be asked, a flag must have said it.
 * @throws RafkaError `INVALID_ARGUMENT` in a pipe, `CANCELLED` when the answer is no
 */
export async function confirmOrRefuse(
  context: CommandContext,
  { question, names, preview }: Destruction,
  { yes, confirm }: ConfirmFlags,
): Promise<void> {
  const isProtected = (await context.config()).value('protect')
  const word = names.length === 1 ? names[0]! : String(names.length)
  if (confirm !== undefined) return requireWord(confirm, word)
  if (yes === true && !isProtected) return
  if (yes === true || !context.terminal.canAsk) throw refusal(context, question, isProtected ? word : undefined)
  if (preview !== undefined) await showPreview(context, preview)
  const prompts = await import('@inquirer/prompts')
  const message = escapeText(question)
  const theme = await questionTheme(context)
  if (!isProtected && names.length === 1) {
    const agreed = (on: Streams) => prompts.confirm({ message, theme, default: false }, on)
    if (await answerOf(context, agreed, UNCHANGED)) return
    throw new RafkaError('CANCELLED', 'nothing was changed')
  }
  const asked = { message: `${message} Type ${escapeText(word)} to do it:`, theme }
  const typed = await answerOf(context, (on) => prompts.input(asked, on), UNCHANGED)
  if (typed.trim() !== word) throw new RafkaError('CANCELLED', 'that is not it; nothing was changed')
}

async function showPreview({ io, terminal }: Asking, preview: Table): Promise<void> {
  const { bold } = await terminal.paint(io.stderr)
  for (const line of formatTable(preview, { width: io.stderr.columns, paintHead: bold })) terminal.warn(line)
}

function requireWord(given: string, word: string): void {
  if (given === word) return
  throw new RafkaError(
    'INVALID_ARGUMENT',
    `--confirm ${JSON.stringify(given)} is not ${JSON.stringify(word)}: nothing was changed`,
  )
}

function refusal(context: CommandContext, question: string, word: string | undefined): RafkaError {
  const profile = context.flags.profile === undefined ? '' : ` of the profile ${context.flags.profile}`
  const [message, hint] =
    word === undefined
      ? [`${question} Nobody is here to confirm it`, 'add --yes to do it without being asked']
      : [`${question} "protect"${profile} wants more than --yes`, `add --confirm ${word}`]
  return new RafkaError('INVALID_ARGUMENT', message, { details: { hint } })
}

/** Where questions are asked. */
export type Asking = Pick<CommandContext, 'io' | 'terminal'>

/**
 * Asks for a secret, of which nothing is shown.
 * @throws RafkaError `INVALID_ARGUMENT` with what `otherwise` says where nobody can be asked
 */
export async function askPassword(
  asking: Asking,
  message: string,
  otherwise: { readonly message: string; readonly hint: string },
): Promise<string> {
  if (!asking.terminal.canAsk) throw missingArgument(otherwise.message, otherwise.hint)
  const { password } = await import('@inquirer/prompts')
  const theme = await questionTheme(asking)
  const validate = (typed: string) => typed !== '' || 'it must not be empty'
  const question = { message: escapeText(message), theme, toggleMask: false, validate }
  return await answerOf(asking, (on) => password(question, on))
}

/** The package has colours of its own, which heed no flag and no background. `ways` are told behind the keys. */
async function questionTheme({ io, terminal }: Asking, ways: readonly string[] = []) {
  const { bold, dim, red, cyan, green } = await terminal.paint(io.stderr)
  return {
    prefix: { idle: cyan('?'), done: green('✔') },
    style: {
      // They are told more than the text, and chalk would print it.
      answer: (text: string) => cyan(text),
      highlight: (text: string) => cyan(text),
      message: (text: string) => bold(text),
      defaultAnswer: (text: string) => dim(`(${text})`),
      error: (text: string) => red(`> ${text}`),
      help: (text: string) => dim(text),
      keysHelpTip: (keys: ReadonlyArray<readonly [key: string, action: string]>) =>
        dim([...keys.map(([key, action]) => `${key} ${action}`), ...ways].join(' · ')),
    },
  }
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
  return await pickName(
    context,
    'Topic',
    topics.map(({ name }) => name),
  )
}

/** Choices on the screen at a time. */
const SHOWN_CHOICES = 10
/** Columns of the mark before a choice, and one that stays free. */
const BEFORE_CHOICE = 3

/** Lets a person pick one of the names. */
export async function pickName(context: CommandContext, message: string, names: readonly string[]): Promise<string> {
  const { select } = await import('@inquirer/prompts')
  // A name of two rows would be taken for two.
  const room = Math.max(1, (context.io.stderr.columns ?? Number.POSITIVE_INFINITY) - BEFORE_CHOICE)
  const choices = names.map((value) => {
    const short = escapeText(value)
    return { name: cutMiddle(short, room), short, value }
  })
  const ways = names.length > SHOWN_CHOICES ? [`type one of ${names.length}`] : []
  const theme = await questionTheme(context, ways)
  const question = { message, choices, pageSize: SHOWN_CHOICES, loop: false, theme }
  return await answerOf(context, (on) => select(question, on))
}

/** The error of a command that was not told enough, where nobody can be asked. */
export function missingArgument(message: string, hint: string): RafkaError {
  return new RafkaError('INVALID_ARGUMENT', message, { details: { hint } })
}

/** A question is no output: it goes to stderr. */
interface Streams {
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WritableStream
  readonly signal: AbortSignal
}

/** Ctrl-C, Ctrl-D and the end of the input are no answer, which ends a command as Ctrl-C does elsewhere; `otherwise` is what comes of that. */
async function answerOf<T>({ io }: Asking, question: (streams: Streams) => Promise<T>, otherwise = ''): Promise<T> {
  const ended = new AbortController()
  const end = () => ended.abort()
  // The package does not hear of these.
  const onKey = (_: unknown, key: { readonly name?: string; readonly ctrl?: boolean }) => {
    if (key.ctrl === true && key.name === 'd') end()
  }
  io.stdin.on('keypress', onKey).on('end', end)
  try {
    return await question({ input: io.stdin as NodeJS.ReadStream, output: io.stderr, signal: ended.signal })
  } catch (error) {
    if (!(error instanceof Error) || !noAnswer.has(error.name)) throw error
    throw new RafkaError('CANCELLED', `no answer was given${otherwise}`, { details: { interrupted: true } })
  } finally {
    io.stdin.off('keypress', onKey).off('end', end)
  }
}

const noAnswer: ReadonlySet<string> = new Set(['ExitPromptError', 'AbortPromptError'])
