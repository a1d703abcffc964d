import type { Command, Option } from 'commander'
import { catalog, groupSummaries } from '../catalog.ts'
import type { AnyCommand } from '../command.ts'
import { helpTopics } from '../help-topics/index.ts'
import { wrapText } from './wrap-text.ts'

const MAX_WIDTH = 80

/** Lines of a command's help: examples first, then its own options, then those of all commands. At most 80 columns. */
export function commandHelp(command: Command, spec: AnyCommand, columns = MAX_WIDTH): string[] {
  const width = Math.max(40, Math.min(columns, MAX_WIDTH))
  const options = command.createHelp().visibleOptions(command)
  const isGlobal = (option: Option) => option.helpGroupHeading === 'Global options' || option.long === '--help'
  return [
    ...wrapText(`${command.name()} ${spec.usage}`, width),
    `  ${command.description()}.`,
    '',
    'Examples',
    ...pairs(spec.examples, width),
    ...section(
      'Options',
      options.filter((option) => !isGlobal(option)),
      width,
    ),
    ...section('Global options', options.filter(isGlobal), width),
  ]
}

function section(title: string, options: readonly Option[], width: number): string[] {
  if (options.length === 0) return []
  return [
    '',
    title,
    ...pairs(
      options.map((option) => [indentLong(option), option.description]),
      width,
    ),
  ]
}

/** `--json` stands under `--brokers` of `-b, --brokers`. */
function indentLong(option: Option): string {
  return option.short === undefined ? `    ${option.flags}` : option.flags
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
    '  Kafka in one package: broker, producer, consumer and command line.',
    '',
    'Examples',
    ...pairs(firstSteps, width),
    '',
    'Commands',
    ...pairs(
      catalog.map((entry) => [entry.path.join(' '), entry.summary]),
      width,
    ),
    '',
    `rafka help COMMAND tells more; so does rafka help ${helpTopics.map(({ name }) => name).join('|')}.`,
  ]
}

const MAX_LEFT = 38

/** Two columns; the right one is wrapped, and goes to the next line when the left one is long. */
export function pairs(rows: ReadonlyArray<readonly [string, string]>, width: number): string[] {
  const left = Math.min(MAX_LEFT, Math.max(...rows.map(([text]) => text.length)))
  return rows.flatMap(([text, meaning]) => {
    const wrapped = wrapText(meaning, width - left - 4)
    const head = text.length > left ? [`  ${text}`] : []
    const lines = head.length > 0 ? wrapped : wrapped.slice(1)
    const first = head.length > 0 ? head : [`  ${text.padEnd(left)}  ${wrapped[0]}`.trimEnd()]
    return [...first, ...lines.map((line) => `${' '.repeat(left + 4)}${line}`.trimEnd())]
  })
}
