import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exitCodes } from '../../exit-code.ts'
import { escapeText } from '../../output/escape-text.ts'
import { runEditor } from '../../run-editor.ts'
import { readStatements } from '../script-lines.ts'
import { onlyOnTerminal } from './only-on-terminal.ts'
import type { ReplWord } from './repl-word.ts'
import { requireCount } from './require-count.ts'

/** `edit`. */
export const edit: ReplWord = {
  names: ['edit'],
  usage: '',
  summary: 'change the line before in an editor ($VISUAL, $EDITOR or vi), and run it',
  async run({ conversation, args, context }) {
    requireCount(this, args, 0, 0)
    const { history } = conversation.stage
    if (history === undefined) throw onlyOnTerminal('edit')
    const before = history.entries.findLast((entry) => entry.trim() !== 'edit') ?? ''
    // Others must not read, or change, what is about to be run.
    const folder = mkdtempSync(join(tmpdir(), 'rafka-edit-'))
    let text: string
    try {
      const file = join(folder, 'lines')
      writeFileSync(file, `${before}\n`, { mode: 0o600 })
      await runEditor(context, file, 'nothing was run')
      text = readFileSync(file, 'utf8').trim()
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    if (text === '') return exitCodes.done
    history.add(text)
    for (const line of text.split('\n')) context.terminal.print(escapeText(line))
    return await conversation.nested(async () => {
      for await (const statement of readStatements(text)) {
        const code = await conversation.run(statement)
        if (code !== exitCodes.done || conversation.ended) return code
      }
      return exitCodes.done
    })
  },
}
