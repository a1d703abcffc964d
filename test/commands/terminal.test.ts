import { describe, expect, test } from 'vitest'
import { hasTerminals, TestTerminal } from './support/terminal.ts'
import { useWorkbench } from './support/with-directory.ts'

const bench = useWorkbench()

describe.skipIf(!hasTerminals)(`on a terminal${hasTerminals ? '' : ' (skipped: tmux is not installed)'}`, () => {
  test('a deletion is asked for; no is the default, and yes does it', async () => {
    await bench.run(['produce', 'orders', 'x', 'y'])
    const terminal = await TestTerminal.open(bench.env)
    await terminal.type('rafka topics delete orders; echo "rc=$?"')
    await terminal.shows(/Delete orders: 1 partition, 2 records, \d+ B\? \(y\/N\)/)
    await terminal.press('Enter')
    expect(await terminal.shows('rc=1')).toContain('error: nothing was changed')
    expect((await bench.run(['consume', 'orders', '-e'])).out).toBe('x\ny\n')

    await terminal.type('clear; rafka topics delete orders; echo "rc=$?"')
    await terminal.shows(/Delete orders.*\(y\/N\)/)
    await terminal.type('y')
    expect(await terminal.shows('rc=0')).toContain('deleted orders')
    expect((await bench.run(['topics', 'list', '--json'])).json()).toEqual({ topics: [] })
  })

  test('Ctrl-C at a question changes nothing, and the question is not part of what is piped', async () => {
    await bench.run(['topics', 'create', 'orders'])
    const terminal = await TestTerminal.open(bench.env)
    await terminal.type(
      'rafka topics delete orders > "$RAFKA_DATA_DIR/out"; echo "rc=$? $(wc -c < "$RAFKA_DATA_DIR/out")"',
    )
    await terminal.shows(/Delete orders.*\(y\/N\)/)
    await terminal.press('C-c')
    expect(await terminal.shows(/rc=\d+ \d+/)).toMatch(/nothing was changed\nrc=130 0/)
    expect((await bench.run(['topics', 'list', '--json'])).json()).toMatchObject({ topics: [{ name: 'orders' }] })
  })

  test('a topic that was not named is picked from a list', async () => {
    await bench.run(['produce', 'apples', 'red'])
    await bench.run(['produce', 'pears', 'green'])
    const terminal = await TestTerminal.open(bench.env)
    await terminal.type('rafka consume -e; echo "rc=$?"')
    await terminal.shows(/apples[\s\S]*pears/)
    await terminal.press('Down')
    await terminal.press('Enter')
    expect(await terminal.shows('rc=0')).toMatch(/pears\/0 @0 {2}[\d:.]+ {2}- {2}green/)
  })

  test.each(['C-c', 'C-d'])('%s at a list ends what only reads', async (key) => {
    await bench.run(['topics', 'create', 'apples', 'a-name-that-is-longer-than-the-terminal-is-wide'])
    const terminal = await TestTerminal.open(bench.env, 40)
    await terminal.type('rafka consume; echo "rc=$?"')
    await terminal.shows(
      /^❯ a-name-that-is-longer-tha…-terminal-is-wide\n {2}apples|^❯ a-name\S{1,18}…\S+\n {2}apples/m,
    )
    await terminal.press(key)
    expect(await terminal.shows('rc=130')).toMatch(/error: no answer was given\nrc/)
  })

  test('what Ctrl-C ends tells of it on a line of its own', async () => {
    await bench.run(['produce', 'orders', 'x'])
    const terminal = await TestTerminal.open(bench.env)
    await terminal.type('rafka consume orders; echo "rc=$?"')
    await terminal.shows(/ x$/m)
    await terminal.press('C-c')
    await terminal.shows(/ x\n\^C\nstopped after 1 record\nrc=0/m)
    await terminal.type('clear; yes | rafka produce orders')
    await terminal.shows(/ MiB {2}[\d,]+\/s$/m)
    await terminal.press('C-c')
    expect(await terminal.shows(/^produced [\d,]+ records/m)).not.toContain('/s')
    await terminal.type('clear; rafka produce orders; echo "rc=$?"')
    await terminal.shows(/^orders> *$/m)
    await terminal.press('C-c')
    await terminal.shows(/^orders> \^C\nproduced 0 records[^\n]*\nrc=130/m)
  })

  test('lines are typed until Ctrl-D, and what came of them is told', async () => {
    const terminal = await TestTerminal.open(bench.env)
    await terminal.type('rafka produce typed; echo "rc=$?"')
    await terminal.shows('typed: one record per line, Ctrl-D to finish')
    await terminal.type('first')
    await terminal.type('second')
    await terminal.press('C-d')
    expect(await terminal.shows('rc=0')).toMatch(/produced 2 records to typed {2}p0 @0-1/)
  })

  test('a record cannot act on it', async () => {
    await bench.run(['produce', 't', '\u001b]0;title\u0007\u001b[2Jcleared\u009b31m\u202eevil'])
    const terminal = await TestTerminal.open(bench.env)
    await terminal.type('rafka consume t -e; echo "rc=$?"')
    const screen = await terminal.shows('rc=0')
    expect(screen).toContain('\\x1b]0;title\\x07\\x1b[2Jcleared\\x9b31m\\u202eevil')
    expect(screen).toContain('reached end of 1 partition, 1 record')
  })

  test('a follow tells that it waits, and Ctrl-C ends it with 0', async () => {
    const terminal = await TestTerminal.open(bench.env)
    await terminal.type('rafka consume later; echo "rc=$?"')
    await terminal.shows('waiting for topic "later" to be created')
    await bench.run(['produce', 'later', 'here'])
    await terminal.shows(/later\/0 @0 .* here/)
    await terminal.press('C-c')
    expect(await terminal.shows('rc=0')).toContain('1 record')
  })
  test('one that ran in the background leaves the terminal as it is', async () => {
    const terminal = await TestTerminal.open(bench.env)
    await terminal.type('rafka consume later &')
    await terminal.shows('waiting for topic "later" to be created')
    await terminal.type('kill %1; wait; clear; stty -a; echo "rc=$?"')
    const modes = await terminal.shows('rc=0')
    expect(modes).toMatch(/[^-]icanon/)
    expect(modes).toMatch(/[^-]echo /)
  })
})
