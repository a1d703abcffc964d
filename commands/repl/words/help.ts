import { catalog } from '../../catalog.ts'
import { exitCodes } from '../../exit-code.ts'
import { printPaged } from '../../output/pager.ts'
import { pairs } from '../../output/two-columns.ts'
import type { ReplWord, WordCall } from './repl-word.ts'

/** `help`, and `help COMMAND`. */
export const help: ReplWord = {
  names: ['help', '?'],
  usage: '[COMMAND]',
  summary: 'this, or how a command is used',
  async run(call) {
    const { args, conversation, surroundings, context } = call
    const word = args.length === 1 ? conversation.words.find(({ names }) => names.includes(args[0]!)) : undefined
    if (word !== undefined) {
      context.terminal.print(`${word.names.join(', ')} ${word.usage}`.trimEnd())
      context.terminal.print(`  ${word.summary}.`)
      return exitCodes.done
    }
    if (args.length > 0) return await conversation.runLine(['help', ...args], surroundings)
    await printPaged(context.terminal, overview(call))
    return exitCodes.done
  },
}

const MAX_WIDTH = 80

const ways = [
  ['tail -d TOPIC', 'in the background; its records stand above the prompt'],
  ['N COMMAND', 'run it N times'],
  ['COMMAND | sort', 'into a command of the shell'],
  ['COMMAND > file', 'into a file; >> appends, < reads'],
  ['!ls', 'a command of the shell'],
  ['select … | less', 'SQL: bits of a number, a | b, stand in parentheses'],
  ['select …; > file', 'into a file: behind the ";", for > compares'],
  ['{"a": 1}', 'JSON needs no quotes'],
] as const

function overview({ conversation, context }: WordCall): string[] {
  const width = Math.max(40, Math.min(context.terminal.columns ?? MAX_WIDTH, MAX_WIDTH))
  const words = conversation.words.map(
    ({ names, usage, summary }) => [`${names[0]} ${usage}`.trimEnd(), summary] as const,
  )
  const commands = catalog.map(({ path, summary }) => [path.join(' '), summary] as const)
  return [
    'Commands',
    ...pairs(commands, width),
    '',
    'Words of the REPL',
    ...pairs(words, width),
    '',
    'Ways to run them',
    ...pairs(ways, width),
  ]
}
