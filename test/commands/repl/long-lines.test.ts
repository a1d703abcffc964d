import { describe, expect, test } from 'vitest'
import { openReplIn } from '../support/open-repl.ts'
import { hasTerminals } from '../support/terminal.ts'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()
const openRepl = (line?: string, columns?: number) => openReplIn(bench.env, line, columns)

describe.skipIf(!hasTerminals)(
  `long lines in the REPL${hasTerminals ? '' : ' (skipped: tmux is not installed)'}`,
  () => {
    test('a long line goes wholly when the terminal gets wider', async () => {
      const terminal = await openRepl('rafka', 40)
      await terminal.write(`produce t ${'0123456789'.repeat(9)}`)
      await terminal.shows(/\n789012345678901234567890123456789$/m)
      await terminal.resize(120)
      const screen = await terminal.shows(/^rafka local> produce t (0123456789){9}$/m)
      expect(screen.match(/produce t/g)).toHaveLength(1)
    })

    test('a line that fills its row leaves no empty one below', async () => {
      const terminal = await openRepl('rafka', 40)
      await terminal.type(`version${' '.repeat(40 - 'rafka local> version'.length)}`)
      await terminal.shows(/rafka local> version *\nrafka \d/)
    })

    test('long lines wrap, and are edited as one', async () => {
      const terminal = await openRepl('rafka', 40)
      await terminal.write(`produce t ${'0123456789'.repeat(6)}`)
      await terminal.shows(/7890123456789012345678901234567890123456\n789/)
      await terminal.press('C-a')
      await terminal.write('2 ')
      await terminal.press('C-e')
      await terminal.press('BSpace')
      await terminal.press('Enter')
      await terminal.shows(/produced 1 record to t {2}p0 @1/)
      expect((await bench.run(['consume', 't', '-e'])).out).toBe(`${'0123456789'.repeat(6).slice(0, -1)}\n`.repeat(2))
    })
  },
)
