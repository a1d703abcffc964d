import type { Command } from 'commander'
import { RafkaError } from '../src/index.ts'
import type { CatalogEntry } from './catalog.ts'
import type { AnyCommand } from './command.ts'
import type { CommandContext } from './context.ts'
import { exitCodes } from './exit-code.ts'
import { helpTopics } from './help-topics/index.ts'
import { commandHelp, groupHelp } from './output/help.ts'
import { narrowLines } from './output/narrow-lines.ts'
import { printPaged } from './output/pager.ts'
import { documentLines, isDocumentForm } from './output/print-report.ts'
import type { Terminal } from './output/terminal.ts'
import { MAX_WIDTH } from './output/two-columns.ts'

/** The help of `rafka` or of a group: on stdout when it was asked for, else on stderr, because a command is missing. @returns the exit code */
export async function showGroupHelp(
  context: CommandContext,
  path: readonly string[],
  line: readonly string[],
): Promise<number> {
  const wanted = line.includes('--help') || line.includes('-h')
  if (wanted && isDocumentForm(context.form)) {
    const { commandTree } = await import('./command-tree.ts')
    return await printDocument(context, await commandTree(path))
  }
  const known = ['--help', '-h', '--json', '--no-color', '--no-pager']
  const stray = line.find((word) => word.startsWith('-') && !known.includes(word))
  if (!wanted && stray !== undefined) {
    throw new RafkaError('INVALID_ARGUMENT', `"${stray}" needs a command`, { details: { hint: 'rafka --help' } })
  }
  if (wanted) await printHelp(context.terminal, groupHelp(path, context.io.stdout.columns))
  else {
    const { bold } = await context.terminal.paint(context.io.stderr)
    for (const text of withHeadings(groupHelp(path, context.io.stderr.columns), bold)) context.terminal.warn(text)
  }
  return wanted ? exitCodes.done : exitCodes.usage
}

/** What `rafka help NAME` tells beside commands. @returns false when there is no such topic */
export async function showHelpTopic({ terminal }: CommandContext, name: string): Promise<boolean> {
  const topic = helpTopics.find((one) => one.name === name)
  if (topic === undefined) return false
  const width = Math.min(terminal.columns ?? MAX_WIDTH, MAX_WIDTH)
  await printHelp(terminal, narrowLines(await topic.load(width), width))
  return true
}

/** The help of a command. @returns the exit code */
export async function showCommandHelp(
  context: CommandContext,
  entry: CatalogEntry,
  spec: AnyCommand,
  command: Command,
): Promise<number> {
  if (isDocumentForm(context.form)) {
    const { describeCommand } = await import('./command-tree.ts')
    return await printDocument(context, describeCommand(entry, spec, command))
  }
  await printHelp(context.terminal, commandHelp(command, spec, context.io.stdout.columns))
  return exitCodes.done
}

async function printHelp(terminal: Terminal, lines: readonly string[]): Promise<void> {
  const { bold } = await terminal.paint()
  await printPaged(terminal, withHeadings(lines, bold))
}

/** Paints what stands first, and above a part: `Options`. It may take two lines of a narrow terminal. */
function withHeadings(lines: readonly string[], bold: (text: string) => string): string[] {
  let isHeading = true
  return lines.map((line, at) => {
    if (at > 0 && lines[at - 1] === '') {
      const last = lines.slice(at).findIndex((other) => !/^\S/.test(other))
      isHeading = /[^.:]$/.test(lines.slice(at, last === -1 ? undefined : at + last).at(-1) ?? '')
    }
    isHeading &&= /^\S/.test(line)
    return isHeading ? bold(line) : line
  })
}

async function printDocument({ terminal, form }: CommandContext, document: object): Promise<number> {
  for (const line of await documentLines(terminal, form, document)) terminal.print(line)
  return exitCodes.done
}
