import { runScript } from '../run-script.ts'
import { readScript } from '../script-lines.ts'
import type { ReplWord } from './repl-word.ts'
import { requireCount } from './require-count.ts'

/** `source FILE`. */
export const source: ReplWord = {
  names: ['source'],
  usage: 'FILE',
  summary: 'run the lines of a file, up to the first error',
  async run({ conversation, args, context }) {
    requireCount(this, args, 1)
    const script = await readScript(context.io, args[0]!)
    return await conversation.nested(() => runScript(conversation, script, true))
  },
}
