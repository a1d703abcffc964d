import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openReplIn } from '../support/open-repl.ts'
import { hasTerminals, TestTerminal } from '../support/terminal.ts'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()
const openRepl = (line?: string, columns?: number) => openReplIn(bench.env, line, columns)

/** Waits until the names of topics are known, of which there must be one: then a wrong one is red. */
async function knowsNames(terminal: TestTerminal): Promise<void> {
  await terminal.write('use nope')
  await terminal.showsPainted('\u001b[31mnope')
  await terminal.press('C-u')
}

/** The history as it is stored. */
function historyPath(): string {
  return join(bench.folder, '.local', 'state', 'rafka', 'history')
}

describe.skipIf(!hasTerminals)(
  `the REPL on a terminal${hasTerminals ? '' : ' (skipped: tmux is not installed)'}`,
  () => {
    test('says where it is, runs lines on one session, and Ctrl-D leaves it', async () => {
      await bench.run(['topics', 'create', 'orders'])
      const terminal = await openRepl()
      await terminal.shows(/^rafka \d\S+ · local \S*data · 1 topic · "help" or Ctrl-D\nrafka local>/m)
      await terminal.type('use orders')
      await terminal.shows('rafka local/orders>')
      await terminal.type('produce -k u1 {"a": 1}')
      await terminal.shows('produced 1 record to orders  p0 @0')
      await terminal.type('consume -e')
      await terminal.shows(/orders\/0 @0 {2}[\d:.]+ {2}u1 {2}\{"a": 1\}\nreached end of 1 partition, 1 record/)
      await terminal.press('C-d')
      await terminal.shows('rc=0')
      expect((await bench.run(['consume', 'orders', '-e'])).out).toBe('{"a": 1}\n')
    })

    test('errors leave it where it is, and say what was meant', async () => {
      await bench.run(['topics', 'create', 'orders'])
      const terminal = await openRepl()
      await terminal.type('consme orders')
      await terminal.shows(/error: unknown command "consme"\nhint: did you mean: consume\nrafka local>/)
      await terminal.type('orders')
      await terminal.shows('hint: a topic has this name: use orders, or consume orders')
      await terminal.type('topics list --nonsense')
      await terminal.shows(/error: unknown option "--nonsense"[\s\S]*rafka local> *$/m)
      await terminal.type('exit')
      await terminal.shows('rc=0')
    })

    test('Ctrl-C ends what streams and nothing else; a status line tells of it meanwhile', async () => {
      await bench.run(['produce', 'orders', 'first'])
      const terminal = await openRepl()
      await terminal.type('tail orders')
      await terminal.shows(/@0 .* first\n── streaming orders · 1 record · Ctrl-C stop · p pause ──/)
      await bench.run(['produce', 'orders', 'second'])
      await terminal.shows(/@0 .* first\norders\/0 @1 .* second\n── streaming orders · 2 records/)
      await terminal.press('p')
      await terminal.shows('2 records · paused · p goes on')
      await bench.run(['produce', 'orders', 'third'])
      await terminal.press('p')
      await terminal.shows(/third\n── streaming orders · 3 records · Ctrl-C stop/)
      await terminal.press('C-c')
      const screen = await terminal.shows(/stopped after 3 records\nrafka local>/)
      expect(screen).not.toContain('──')
      await terminal.type('topics list')
      await terminal.shows(/orders +1 +1 +3/)
    })

    test('the status line takes the width of the terminal when that changes', async () => {
      await bench.run(['produce', 'orders', 'first'])
      const terminal = await openRepl('rafka', 40)
      await terminal.type('tail orders')
      await terminal.shows(/^── 1 record · Ctrl-C stop · p pause ──$/m)
      await terminal.resize(90)
      await terminal.shows(/^── streaming orders · 1 record · Ctrl-C stop · p pause ──$/m)
    })

    test('Ctrl-C at the prompt takes the line away; twice on an empty one it leaves', async () => {
      const terminal = await openRepl()
      await terminal.write('topics delete everything')
      await terminal.shows('delete everything')
      await terminal.press('C-c')
      await terminal.shows(/everything\nrafka local> *$/m)
      await terminal.press('C-c')
      await terminal.shows('(once more, or Ctrl-D, to leave)')
      await terminal.press('C-c')
      await terminal.shows('rc=0')
    })

    test('tails in the background print above what is typed', async () => {
      await bench.run(['topics', 'create', 'orders'])
      const terminal = await openRepl()
      await terminal.type('tail -d orders')
      await terminal.shows(/\[1\] tail orders: in the background; stop 1 ends it\nrafka local \[1 tail\]>/)
      await terminal.write('topics li')
      await terminal.shows(/\[1 tail\]> topics li$/m)
      await bench.run(['produce', 'orders', 'came meanwhile'])
      await terminal.shows(/came meanwhile\nrafka local \[1 tail\]> topics li$/m)
      await terminal.write('st')
      await terminal.press('Enter')
      await terminal.shows(/orders +1 +1 +1/)
      await terminal.type('jobs')
      await terminal.shows('[1] tail orders  1 record')
      await terminal.type('stop 1')
      await terminal.shows(/\[1\] stopped after 1 record\nrafka local>/)
      await terminal.type('stop 1')
      await terminal.shows('error: there is no tail 1')
    })

    test('questions are answered in it', async () => {
      await bench.run(['produce', 'orders', 'x'])
      const terminal = await openRepl()
      await terminal.type('topics delete orders')
      await terminal.shows(/Delete orders: 1 partition, 1 record, \d+ B\? \(y\/N\)/)
      await terminal.press('C-c')
      await terminal.shows(/nothing was changed\nrafka local>/)
      await terminal.type('consume -e')
      await terminal.shows(/Topic[\s\S]*orders/)
      await terminal.press('Enter')
      await terminal.shows('reached end of 1 partition, 1 record')
      await terminal.type('topics delete orders')
      // The first question is still on the screen.
      await terminal.shows(/\(y\/N\)[\s\S]*\(y\/N\) *$/m)
      await terminal.type('y')
      await terminal.shows(/deleted orders\nrafka local>/)
    })

    test('lines for produce are typed until Ctrl-D, which does not end the REPL', async () => {
      const terminal = await openRepl()
      await terminal.type('produce typed')
      await terminal.shows('typed: one record per line, Ctrl-D to finish')
      await terminal.type('one')
      await terminal.write('twoo')
      await terminal.press('BSpace')
      await terminal.press('Enter')
      await terminal.press('C-d')
      await terminal.shows(/produced 2 records to typed {2}p0 @0-1/)
      await terminal.type('consume typed -e')
      await terminal.shows(/ one\n.* two\nreached end/)
    })

    test('Tab completes commands, flags and live names', async () => {
      await bench.run(['topics', 'create', 'orders-eu', 'orders-us'])
      const terminal = await openRepl()
      await knowsNames(terminal)
      await terminal.write('consume ord')
      await terminal.press('Tab')
      await terminal.shows(/> consume orders-$/m)
      await terminal.press('Tab')
      await terminal.shows(/^orders-eu {2}orders-us$/m)
      await terminal.write('e')
      await terminal.press('Tab')
      await terminal.write('--exit')
      await terminal.press('Tab')
      await terminal.shows(/> consume orders-eu --exit-at-end$/m)
    })

    test('a topic that was made in it completes', async () => {
      const terminal = await openRepl()
      await terminal.type('topics create brandnew')
      await terminal.shows(/created brandnew.*\nrafka local>/)
      await knowsNames(terminal)
      await terminal.write('use br')
      await terminal.press('Tab')
      await terminal.shows(/> use brandnew$/m)
    })

    test('what cannot be right is red while it is typed', async () => {
      await bench.run(['topics', 'create', 'orders'])
      const terminal = await openRepl()
      await terminal.write('consme x')
      await terminal.showsPainted('\u001b[31mconsme')
      await terminal.press('C-u')
      await terminal.write('consume orders --nonsense')
      await terminal.showsPainted(/consume orders \u001b\[31m--nonsense/)
      await terminal.press('C-u')
      await terminal.write('consume ordrs')
      await terminal.showsPainted(/consume \u001b\[31mordrs/)
      await terminal.press('C-u')
      await terminal.write('consume -n ')
      await terminal.shows(/> consume -n <n>$/m)
    })

    test('lines are remembered, found again, and kept out where they hold secrets', async () => {
      const first = await openRepl()
      await first.type('set timing off')
      await first.type(' set timing on')
      await first.type('produce none --password hunter2')
      await first.type('set format table')
      await first.type('set format table')
      await first.press('C-d')
      await first.shows('rc=0')
      expect(readFileSync(historyPath(), 'utf8')).toBe('set timing off\nset format table\n')
      expect(statSync(historyPath()).mode & 0o777).toBe(0o600)

      const second = await openRepl()
      await second.press('Up')
      await second.shows(/> set format table$/m)
      await second.press('C-u')
      await second.press('C-r')
      await second.write('off')
      await second.shows('(search) off  set timing off')
      await second.press('Escape')
      await second.shows(/> set timing off$/m)
      await second.press('Enter')
      await second.type('history 1')
      await second.shows(/^history 1$/m)
    })

    test('an entry of several lines is one in the history', async () => {
      const terminal = await openRepl()
      await terminal.type('produce t {')
      await terminal.shows(/^\.\.\. *$/m)
      await terminal.type('"a": 1}')
      await terminal.shows('produced 1 record to t')
      await terminal.press('Up')
      await terminal.shows(/> produce t \{\n\.\.\. "a": 1\}$/m)
      await terminal.press('C-c')
      await terminal.press('C-d')
      await terminal.shows('rc=0')
      expect(readFileSync(historyPath(), 'utf8')).toBe('produce t {\\n"a": 1}\n')
    })

    test('several lines that are pasted run one after the other', async () => {
      const terminal = await openRepl()
      await terminal.paste('produce t a\nproduce t b\nconsume t -e')
      await terminal.shows('... consume t -e')
      await terminal.press('Enter')
      await terminal.shows(/ a\n.* b\nreached end of 1 partition, 2 records/)
    })

    test('no history is kept where it is not wanted', async () => {
      const terminal = await openRepl('RAFKA_HISTORY= rafka')
      await terminal.type('set timing off')
      await terminal.press('C-d')
      await terminal.shows('rc=0')
      expect(() => statSync(historyPath())).toThrow()
    })

    test('a broker that does not answer is told, and lines can still be typed', async () => {
      const terminal = await openRepl('rafka -b 127.0.0.1:1')
      await terminal.shows(/error: .*127\.0\.0\.1:1[\s\S]*rafka \(not connected\)>/)
      await terminal.type(`connect ${bench.folder}/data`)
      await terminal.shows(/^local \S*data · \d+ topics?$/m)
      await terminal.shows(/^rafka local>/m)
    })

    test('a wrong flag ends it before it begins', async () => {
      const terminal = await TestTerminal.open(bench.env)
      await terminal.type('rafka --profile none; echo "rc=$?"')
      await terminal.shows('rc=2')
      await terminal.type('clear; rafka --nonsense; echo "rc=$?"')
      await terminal.shows(/unknown option "--nonsense"[\s\S]*rc=2/)
    })

    test('a profile gives the prompt its name and its colour', async () => {
      await bench.run(['profile', 'create', 'prod', '--data-dir', join(bench.folder, 'data'), '--prompt', 'red'])
      const terminal = await openRepl('rafka --profile prod')
      await terminal.showsPainted(/rafka \u001b\[31mprod\u001b\[39m>/)
    })

    test('pipes, files and the shell have the terminal to themselves', async () => {
      await bench.run(['produce', 't', 'b', 'a'])
      const terminal = await openRepl()
      await terminal.type('consume t -e | sort')
      await terminal.shows(/^a\nb\nrafka local>/m)
      await terminal.type('!printf "name: "; read name; echo "hello $name"')
      await terminal.shows(/^name: *$/m)
      await terminal.type('ann')
      await terminal.shows('hello ann')
      await terminal.type('!echo begun; sleep 100')
      await terminal.shows(/^begun$/m)
      await terminal.press('C-c')
      await terminal.type('!echo still here')
      await terminal.shows(/^still here$/m)
    })

    test('output that ends within a line stays whole', async () => {
      await bench.run(['produce', 't', 'a', 'b'])
      const terminal = await openRepl()
      await terminal.type("consume t -e -f '<%v>'")
      await terminal.shows(/<a><b>[\s\S]*\nrafka local>/)
      await terminal.type('!printf half')
      await terminal.shows(/^half\nrafka local>/m)
    })

    test('Ctrl-Z stops it, and it goes on where it was', async () => {
      const terminal = await TestTerminal.open(bench.env)
      await terminal.type('set -m; rafka')
      await terminal.shows(/^rafka local>/m)
      await terminal.write('topics li')
      await terminal.shows(/> topics li$/m)
      await terminal.press('C-z')
      await terminal.shows(/Stopped/)
      await terminal.type('fg')
      await terminal.write('st')
      await terminal.shows(/> topics list$/m)
    })

    test('watch shows it in place until Ctrl-C', async () => {
      await bench.run(['produce', 't', 'a'])
      const terminal = await openRepl()
      await terminal.type('watch 0.2 topics list')
      await terminal.shows(/t +1 +1 +1/)
      await bench.run(['produce', 't', 'b'])
      await terminal.shows(/t +1 +1 +2/)
      await terminal.press('C-c')
      await terminal.shows(/t +1 +1 +2\b.*\nrafka local>/)
    })

    test('watch leaves to a command that is live by itself how it ends', async () => {
      await bench.run(['produce', 't', 'a'])
      const terminal = await openRepl()
      await terminal.type('watch 0.2 top')
      await terminal.shows(/t +0 +0 B/)
      await terminal.press('C-c')
      await terminal.shows(/\nrafka local>\s*$/)
      await terminal.type('version')
      await terminal.shows(/rafka local> version\nrafka \d/)
    })

    test('SIGTERM ends it in order', async () => {
      const terminal = await openRepl()
      await terminal.type('!kill -TERM $PPID')
      await terminal.shows('rc=143')
      expect((await bench.run(['topics', 'create', 'after'])).code).toBe(0)
    })
    test.each(['at its end', 'within it'])(
      'a long line with the cursor %s goes wholly when the terminal gets narrower, and nothing else does',
      async (where) => {
        const terminal = await openRepl('rafka', 80)
        const digits = '0123456789'.repeat(9)
        if (where === 'within it') {
          await terminal.write(digits)
          await terminal.press('C-a')
          await terminal.write('produce t ')
        } else {
          await terminal.write(`produce t ${digits}`)
        }
        await terminal.shows(/produce t \d{57}\n\d{33}$/m)
        await terminal.resize(50)
        // As it is drawn anew: what the terminal itself makes of the old rows ends otherwise.
        await terminal.shows(/produce t \d{27}\n\d{50}\n\d{13}$/m)
        await terminal.resize(30)
        const screen = await terminal.shows(/^rafka local> produce t 0123456\n(\d{30}\n){2}\d{23}$/m)
        expect(screen.match(/produce t/g)).toHaveLength(1)
      },
    )

    test('a program that is not there ends the line that is piped to it, and -h tells how a word is used', async () => {
      const terminal = await openRepl()
      await terminal.type('produce t x')
      await terminal.type('consume t -e | no-such-program')
      const screen = await terminal.shows(/not found[^\n]*\n(reached end of[^\n]*\n)?rafka local> *$/m)
      expect(screen).not.toContain('unexpected')
      await terminal.type('watch -h')
      await terminal.shows(/watch \[SECONDS\] COMMAND\n.*Ctrl-C\.\nrafka local>/)
    })

    test('a folder for its history that cannot be made is done without', async () => {
      mkdirSync(join(bench.folder, '.local'))
      writeFileSync(join(bench.folder, '.local', 'state'), 'a file')
      const terminal = await openRepl()
      await terminal.type('set timing off')
      await terminal.press('Up')
      await terminal.shows(/> set timing off$/m)
    })
  },
)
