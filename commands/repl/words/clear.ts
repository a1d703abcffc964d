import { exitCodes } from '../../exit-code.ts'
import { onlyOnTerminal } from './only-on-terminal.ts'
import type { ReplWord } from './repl-word.ts'
import { requireCount } from './require-count.ts'

const HOME_AND_ERASE = '\u001b[H\u001b[2J'

/** `clear`, as Ctrl-L does. */
export const clear: ReplWord = {
  names: ['clear'],
  usage: '',
  summary: 'empty the screen, as Ctrl-L',
  async run({ conversation, args, context }) {
    requireCount(this, args, 0)
    if (conversation.stage.tails === undefined) throw onlyOnTerminal('clear')
    context.io.stdout.write(HOME_AND_ERASE)
    return exitCodes.done
  },
}
