import type { Command, Option } from 'commander'
import { catalog, groupSummaries } from '../catalog.ts'
import type { AnyCommand } from '../command.ts'
import { helpTopics } from '../help-topics/index.ts'
import { MAX_WIDTH, optionLines, pairs } from './two-columns.ts'
import { wrapText } from './wrap-text.ts'

/** Lines of a command's help: examples first, then its own options, then those of all commands. At most 80 columns. */
export function commandHelp(command: Command, spec: AnyCommand, columns = MAX_WIDTH): string[] {
  const width = Math.max(40, Math.min(columns, MAX_WIDTH))
  const options = command.createHelp().visibleOptions(command)
  const isGlobal = (option: Option) => option.helpGroupHeading === 'Global options' || option.long === '--help'
  return [
    ...wrapText(`${command.name()} ${spec.usage}`, width),
    ...indented(`${command.description()}.`, width),
    '',
    'Examples',
    ...pairs(spec.examples, width),
    ...section(
      'Options',
      options.filter((option) => !isGlobal(option)),
      width,
    ),
    '',
    'Global options (rafka help global)',
    ...wrapText(options.filter(isGlobal).map(flagsOf).join('  '), width - 2).map(
      (line) => `  ${line.replaceAll('\u00a0', ' ')}`,
    ),
  ]
}

function indented(sentence: string, width: number): string[] {
  return wrapText(sentence, width - 2).map((line) => `  ${line}`)
}

/** `-b, --brokers`, without what follows; no line is broken inside. */
function flagsOf({ short, long }: Option): string {
  return [short, long].filter((flag) => flag !== undefined).join(',\u00a0')
}

function section(title: string, options: readonly Option[], width: number): string[] {
  if (options.length === 0) return []
  return ['', title, ...optionLines(options, width)]
}

/** Lines of the help of `rafka` or of a group like `rafka topics`. */
export function groupHelp(path: readonly string[], columns = MAX_WIDTH): string[] {
  const width = Math.max(40, Math.min(columns, MAX_WIDTH))
  if (path.length === 0) return rootHelp(width)
  const entries = catalog.filter((entry) => path.every((word, at) => entry.path[at] === word))
  const name = path.join(' ')
  return [
    `rafka ${name} COMMAND`,
    `  ${groupSummaries.get(name)}.`,
    '',
    'Commands',
    ...pairs(
      entries.map((entry) => [`rafka ${entry.path.join(' ')}`, entry.summary]),
      width,
    ),
    '',
    `rafka help ${name} COMMAND tells more.`,
  ]
}

const firstSteps = [
  ['seq 1 1000000 | rafka produce numbers', 'no server, nothing to configure'],
  ['rafka consume numbers -e | tail -1', 'read them back'],
  ['tail -f app.log | rafka produce logs', 'live, line by line'],
  ['rafka consume logs | grep error', 'in another terminal'],
  ['rafka broker start', 'serve Kafka clients on port 9092'],
  ['rafka consume logs -b host:9092', 'talk to any Kafka'],
] as const

function rootHelp(width: number): string[] {
  return [
    'rafka COMMAND [options]',
    ...indented('Kafka in one package: broker, producer, consumer and command line.', width),
    '',
    'Examples',
    ...pairs(firstSteps, width),
    '',
    'Commands',
    ...pairs(commandsByGroup(), width),
    '',
    'More',
    ...pairs(
      helpTopics.map(({ name, summary }) => [`help ${name}`, summary]),
      width,
    ),
    '',
    'rafka help COMMAND tells more of each.',
  ]
}

/** A line for each command that stands alone, and one for each group. */
function commandsByGroup(): Array<readonly [string, string]> {
  const words = [...new Set(catalog.map(({ path }) => path[0]!))]
  return words.map((word) => {
    const entries = catalog.filter(({ path }) => path[0] === word)
    if (entries.length === 1 && entries[0]!.path.length === 1) return [word, entries[0]!.summary]
    const below = [...new Set(entries.map(({ path }) => path[1]!))]
    return [word, `${groupSummaries.get(word)}: ${below.join(', ')}`]
  })
}
