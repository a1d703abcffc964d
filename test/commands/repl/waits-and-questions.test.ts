import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startTestBroker } from '../../../src/testing.ts'
import { openReplIn } from '../support/open-repl.ts'
import { hasTerminals } from '../support/terminal.ts'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()
const openRepl = () => openReplIn(bench.env)

describe.skipIf(!hasTerminals)(
  `what the REPL waits for and asks${hasTerminals ? '' : ' (skipped: tmux is not installed)'}`,
  () => {
    test('what waits for a broker is given up at Ctrl-C, with all that tells of it', async () => {
      const silent = createServer(() => {})
      silent.listen(0, '127.0.0.1')
      onTestFinished(() => void silent.close())
      await once(silent, 'listening')
      const address = `127.0.0.1:${(silent.address() as AddressInfo).port}`
      const terminal = await openRepl()
      for (const done of [1, 2]) {
        await terminal.type(`connect ${address}`)
        await terminal.shows(`connecting to ${address}`)
        await terminal.press('C-c')
        const screen = await terminal.shows(new RegExp(`(connect \\S+\\ngiven up\\nrafka .*> *\\n?){${done}}`))
        expect(screen).not.toContain('connecting')
      }
    })

    test('connect stays where it was when the other place lets nobody in', async () => {
      await using broker = await startTestBroker({ users: { alice: 'secret' } })
      const terminal = await openRepl()
      await terminal.type(`connect ${broker.brokers}`)
      await terminal.shows(/error: .*wants SASL[\s\S]*\nrafka local> *$/m)
    })

    test('records are typed behind one prompt each, also of a topic that was picked', async () => {
      await bench.run(['topics', 'create', 'orders'])
      const terminal = await openRepl()
      await terminal.type('produce')
      await terminal.shows('❯ orders')
      await terminal.press('Enter')
      await terminal.shows(/Ctrl-D to finish\norders> *$/m)
      await terminal.type('one')
      await terminal.shows(/^orders> one\np0 @0\norders> *$/m)
      await terminal.press('C-d')
      await terminal.shows(/p0 @0\norders> *\nproduced 1 record to orders[^\n]*\nrafka local> *$/m)
    })

    test('Ctrl-D at a question is no answer, and nothing else is asked', async () => {
      const terminal = await openRepl()
      await terminal.type('users create alice')
      await terminal.shows('New password of alice')
      await terminal.press('C-d')
      await terminal.shows(/New password of alice[^\n]*\nerror: no answer was given\nrafka local> *$/m)
    })
  },
)
