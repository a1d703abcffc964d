import { exitCodes } from '../../exit-code.ts'
import type { ReplWord } from './repl-word.ts'
import { requireCount } from './require-count.ts'

/** `exit`. */
export const exit: ReplWord = {
  names: ['exit', 'quit', '\\q', '.exit'],
  usage: '',
  summary: 'leave, as Ctrl-D does',
  async run({ conversation, args }) {
    requireCount(this, args, 0)
    conversation.ended = true
    return exitCodes.done
  },
}
