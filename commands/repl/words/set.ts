import { exitCodes } from '../../exit-code.ts'
import type { ReplWord } from './repl-word.ts'
import { requireCount } from './require-count.ts'

/** `set NAME VALUE`, and `set` to see all. */
export const set: ReplWord = {
  names: ['set'],
  usage: '[format|timing|pager VALUE]',
  summary: 'how lines are printed; without words, what is set',
  async run({ conversation, args, context }) {
    const { settings } = conversation
    if (args.length === 0) {
      for (const { name, value, choices } of settings.all()) {
        const others = choices.filter((choice) => choice !== value)
        context.terminal.print(`${name.padEnd(7)} ${value.padEnd(6)} (or ${others.join(', ')})`)
      }
      return exitCodes.done
    }
    requireCount(this, args, 2)
    settings.set(args[0]!, args[1]!)
    return exitCodes.done
  },
}
