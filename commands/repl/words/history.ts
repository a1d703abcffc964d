import { exitCodes } from '../../exit-code.ts'
import { escapeText } from '../../output/escape-text.ts'
import { onlyOnTerminal } from './only-on-terminal.ts'
import type { ReplWord } from './repl-word.ts'
import { requireCount, wrongUse } from './require-count.ts'

const DEFAULT_LINES = 20

/** `history [N]`. */
export const history: ReplWord = {
  names: ['history'],
  usage: '[N]',
  summary: 'the last lines that were typed, 20 of them; Ctrl-R searches',
  async run({ conversation, args, context }) {
    requireCount(this, args, 0, 1)
    const { history: typed } = conversation.stage
    if (typed === undefined) throw onlyOnTerminal('history')
    const wanted = args[0] ?? String(DEFAULT_LINES)
    if (!/^\d{1,6}$/.test(wanted)) throw wrongUse(this, `${JSON.stringify(wanted)} is no number`)
    const count = Number(wanted)
    for (const entry of count === 0 ? [] : typed.entries.slice(-count)) {
      context.terminal.print(entry.split('\n').map(escapeText).join('\n'))
    }
    return exitCodes.done
  },
}
