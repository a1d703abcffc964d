import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startRafka } from './support/rafka-process.ts'
import { hasTerminals, TestTerminal } from './support/terminal.ts'
import { useWorkbench } from './support/with-directory.ts'

const bench = useWorkbench()

describe('in a pipe', () => {
  test('--watch prints one after the other until SIGINT, which is its end', async () => {
    await bench.run(['topics', 'create', 'a'])
    const rafka = startRafka(['topics', 'list', '--watch=100ms', '--json'], bench.env)
    await rafka.until(() => rafka.out.split('\n').length > 3)
    rafka.child.kill('SIGINT')
    const { code, out, err } = await rafka.finish()
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const lines = out.trimEnd().split('\n')
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ topics: [{ name: 'a' }] })
  })

  test.each(['0', '10ms', 'x', '-1'])('--watch=%s is refused', async (interval) => {
    expect(await bench.run(['topics', 'list', `--watch=${interval}`])).toMatchObject({ code: 2, out: '' })
  })
})

describe.skipIf(!hasTerminals)(`on a terminal${hasTerminals ? '' : ' (skipped: tmux is not installed)'}`, () => {
  test('--watch draws over what it drew, and q ends it and leaves the last of it', async () => {
    await bench.run(['topics', 'create', 'first'])
    const terminal = await TestTerminal.open(bench.env)
    await terminal.type('rafka topics list -w 0.1; echo "rc=$?"')
    await terminal.shows('first')
    await bench.run(['topics', 'create', 'second'])
    const screen = await terminal.shows('second')
    expect(screen.match(/first/g)).toHaveLength(1)
    await terminal.press('q')
    expect(await terminal.shows('rc=0')).toMatch(/first[\s\S]*second[\s\S]*rc=0/)
    await terminal.type('echo typed-$((1+1))')
    await terminal.shows('typed-2')
  })

  test('--watch tells how much has no room, and shows lines whole that are as wide as the screen', async () => {
    await bench.run([
      'topics',
      'create',
      ...Array.from({ length: 40 }, (_, index) => `topic-${index}`),
      'x'.repeat(120),
    ])
    const terminal = await TestTerminal.open(bench.env)
    await terminal.type('rafka topics list --watch=60')
    const screen = await terminal.shows('… 13 more')
    expect(screen).toMatch(/^NAME .*SIZE$/m)
    expect(screen).toMatch(/^topic-0 .*0 B$/m)
    await terminal.press('q')
  })

  test('top keeps the last letter of its last line, and cuts what is too wide', async () => {
    await bench.run(['topics', 'create', 'a'.repeat(60), 'b'.repeat(60)])
    const terminal = await TestTerminal.open(bench.env, 40)
    await terminal.type('rafka top -s 60')
    await terminal.shows(/^1 broker, 2 topics {2}rates come with the…$/m)
    await terminal.press('q')
    await terminal.type('clear; rafka topics list --watch=60')
    await terminal.shows(/^b+….* 0 B$/m)
    await terminal.press('q')
  })

  test('top ends with Ctrl-C', async () => {
    await bench.run(['produce', 'a', 'x'])
    const terminal = await TestTerminal.open(bench.env)
    await terminal.type('rafka top -s 0.1; echo "rc=$?"')
    await terminal.shows(/IN\/S[\s\S]*a +0 +0 B +- +- +1 /)
    await terminal.press('C-c')
    await terminal.shows('rc=0')
  })

  test('help that is longer than the screen goes through the pager, unless that is not wanted', async () => {
    const terminal = await TestTerminal.open({ ...bench.env, PAGER: "sed 's/^/paged: /'" })
    await terminal.type('rafka help; echo "rc=$?"')
    await terminal.shows(/paged: [\s\S]*rc=0/)
    await terminal.type('clear; rafka help --no-pager; echo "plain=$?"')
    expect(await terminal.shows('plain=0')).not.toContain('paged: ')
    await terminal.type('clear; rafka help exit-codes; echo "short=$?"')
    expect(await terminal.shows('short=0')).not.toContain('paged: ')
  })

  test('a less that nobody has set up shows colours, and goes where all fits', async () => {
    const terminal = await TestTerminal.open({ ...bench.env, PAGER: 'cat > /dev/null; echo "[$LESS]"' })
    await terminal.type('unset LESS; rafka help')
    await terminal.shows('[FIRX]')
    await terminal.type('clear; export LESS=R; rafka help')
    await terminal.shows('[R]')
  })

  test('several deletions are confirmed by how many they are', async () => {
    await bench.run(['topics', 'create', 'a', 'b', 'c'])
    const terminal = await TestTerminal.open(bench.env)
    await terminal.type('rafka topics delete -r \'[ab]\'; echo "rc=$?"')
    await terminal.shows(/TOPIC +PARTITIONS +RECORDS[\s\S]*Delete 2 topics: 2 partitions, 0 records\? Type 2 to do it:/)
    await terminal.type('y')
    expect(await terminal.shows('rc=1')).toContain('that is not it; nothing was changed')
    await terminal.type('clear; rafka topics delete -r \'[ab]\'; echo "rc=$?"')
    await terminal.shows('Type 2 to do it:')
    await terminal.type('2')
    expect(await terminal.shows('rc=0')).toMatch(/deleted a\s+deleted b/)
  })

  test('a protected one is confirmed by its name', async () => {
    await bench.run(['topics', 'create', 'orders'])
    const terminal = await TestTerminal.open({ ...bench.env, RAFKA_PROTECT: 'true' })
    await terminal.type('rafka topics delete orders; echo "rc=$?"')
    await terminal.shows('Type orders to do it:')
    await terminal.type('orders')
    expect(await terminal.shows('rc=0')).toContain('deleted orders')
  })

  test('profiles are edited in an editor, and what is wrong changes nothing', async () => {
    const file = join(bench.folder, '.config/rafka/config.yaml')
    const editor = join(bench.folder, 'editor.sh')
    writeFileSync(editor, '#!/bin/sh\nsed -i "s/^profiles:.*/profiles: { $NAME: { brokers: [k:$PORT] } }/" "$1"\n')
    chmodSync(editor, 0o755)
    const terminal = await TestTerminal.open({ ...bench.env, EDITOR: editor })
    await terminal.type('NAME=prod PORT=1 rafka profile edit; echo "rc=$?"')
    expect(await terminal.shows('rc=0')).toContain('changed')
    expect((await bench.run(['profile', 'list', '--format', 'tsv'])).out).toMatch(/^prod\t-\tk:1\t/)
    const before = readFileSync(file, 'utf8')
    await terminal.type('clear; NAME=prod PORT=wrong rafka profile edit; echo "rc=$?"')
    expect(await terminal.shows('rc=2')).toContain('nothing was changed; what you wrote is in')
    expect(readFileSync(file, 'utf8')).toBe(before)
  })
})
