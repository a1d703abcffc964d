import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openReplIn } from '../support/open-repl.ts'
import { hasTerminals, TestTerminal } from '../support/terminal.ts'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()
const openRepl = (line?: string) => openReplIn(bench.env, line)

describe.skipIf(!hasTerminals)(`lines that are typed${hasTerminals ? '' : ' (skipped: tmux is not installed)'}`, () => {
  test('what was typed before a question neither answers it nor runs', async () => {
    await bench.run(['topics', 'create', 'orders'])
    const terminal = await openRepl()
    await terminal.write('topics delete orders')
    await terminal.press('Enter', 'y', 'Enter')
    await terminal.shows(/Delete orders: .*\(y\/N\) *$/m)
    await terminal.type('y')
    expect(await terminal.shows(/deleted orders\nrafka local> *$/m)).not.toContain('error')
  })

  test('SQL is a line like any other', async () => {
    await bench.run(['produce', 't', '{"n": 1}', '{"n": 2}'])
    const terminal = await openRepl()
    await terminal.type("select sum(value ->> '$.n') as total from t")
    await terminal.shows(/^total\n +3$/m)
    await terminal.type("select value from t order by offset | sed 's/n/m/'")
    await terminal.shows(/^\{"m": 1\}\n\{"m": 2\}$/m)
  })

  test('clear empties the screen', async () => {
    const terminal = await openRepl()
    await terminal.type('profile list')
    await terminal.shows(/profile list\n[\s\S]*rafka local> *$/m)
    await terminal.type('clear')
    expect(await terminal.shows(/^\s*rafka local>\s*$/)).not.toContain('profile')
  })

  test('edit changes the line before in an editor, and runs it', async () => {
    await bench.run(['topics', 'create', 'orders'])
    const editor = join(bench.folder, 'editor.sh')
    writeFileSync(editor, '#!/bin/sh\nsed -i "s/lst/list/" "$1"\n', { mode: 0o755 })
    const terminal = await openRepl(`EDITOR=${editor} rafka`)
    await terminal.type('topics lst')
    await terminal.shows(/unknown command[\s\S]*rafka local> *$/m)
    await terminal.type('edit')
    await terminal.shows(/> edit\ntopics list\nNAME .*\norders .*\nrafka local> *$/m)
    await terminal.press('Up')
    await terminal.shows(/rafka local> topics list$/m)
    await terminal.press('C-u')
    await terminal.type('exit')
    const failing = await openRepl('EDITOR=false rafka')
    await failing.type('edit')
    await failing.shows('error: false ended with 1; nothing was run')
  })

  test('show tells all of a record that was printed', async () => {
    await bench.run(['produce', 't', '-k', 'k1', '-H', 'trace=abc', '{"a":{"b":[1]}}', 'plain'])
    const terminal = await openRepl()
    await terminal.type('consume t -e')
    await terminal.shows('reached end')
    await terminal.type('show 1')
    await terminal.shows(
      /topic {5}t\/0 @0\n[\s\S]*key {7}k1 \(2 bytes\)\nheader trace abc \(3 bytes\)\nvalue {5}\(15 bytes\)\n\{\n {2}"a": \{/,
    )
    await terminal.type('show')
    await terminal.shows('plain (5 bytes)')
    await terminal.type('show 3')
    await terminal.shows('error: there is no record 3: 2 records printed')
  })

  test('a terminal that is dumb is asked for lines too', async () => {
    const terminal = await TestTerminal.open(bench.env)
    await terminal.type('TERM=dumb rafka; echo "rc=$?"')
    await terminal.shows(/^rafka> *$/m)
    await terminal.type('topics create orders')
    await terminal.shows(/created orders .*\nrafka> *$/m)
    await terminal.type('nonsense')
    await terminal.shows(/error: .*unknown command[\s\S]*rafka> *$/m)
    await terminal.press('C-d')
    await terminal.shows(/rc=\d/)
  })
})
