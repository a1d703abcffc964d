import { describe, expect, test } from 'vitest'
import { open } from '../../../src/open.ts'
import { openReplIn } from '../support/open-repl.ts'
import { hasTerminals, TestTerminal } from '../support/terminal.ts'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()
const password = 'canary 4711'

/** A broker whose listener knows `alice`. */
async function listener() {
  const rafka = await open({ storage: { type: 'memory' } })
  await rafka.admin().setCredentials([{ user: 'alice', mechanism: 'SCRAM-SHA-256', password }])
  const { port } = await rafka.listen({ port: 0, sasl: ['SCRAM-SHA-256'] })
  const env = { ...bench.env, RAFKA_BROKERS: `127.0.0.1:${port}`, RAFKA_SASL_USERNAME: 'alice' }
  return { env, [Symbol.asyncDispose]: () => rafka.close() }
}

describe.skipIf(!hasTerminals)(`on a terminal${hasTerminals ? '' : ' (skipped: tmux is not installed)'}`, () => {
  test('a new password is typed twice and not shown', async () => {
    const terminal = await TestTerminal.open(bench.env)
    await terminal.type('rafka users create bob; echo "rc=$?"')
    await terminal.shows(/New password of bob/)
    await terminal.press('Enter')
    await terminal.shows('it must not be empty')
    await terminal.type(password)
    await terminal.shows(/The same again/)
    await terminal.type(password)
    const screen = await terminal.shows('rc=0')
    expect(screen).toContain('created bob  SCRAM-SHA-256, SCRAM-SHA-512')
    expect(screen).not.toContain('4711')
  })

  test('two that differ change nothing, and neither does Ctrl-C', async () => {
    const terminal = await TestTerminal.open(bench.env)
    await terminal.type('rafka users create bob; echo "rc=$?"')
    await terminal.shows(/New password of bob/)
    await terminal.type(password)
    await terminal.shows(/The same again/)
    await terminal.type('something else')
    expect(await terminal.shows('rc=2')).toContain('the two are not the same; nothing was changed')
    await terminal.type('clear; rafka users create bob; echo "rc=$?"')
    await terminal.shows(/New password of bob/)
    await terminal.press('C-c')
    await terminal.shows('rc=1')
    expect((await bench.run(['users', 'list', '--json'])).json()).toEqual({ users: [] })
  })

  test('a command asks for the password that nothing names', async () => {
    await using broker = await listener()
    const terminal = await TestTerminal.open(broker.env)
    await terminal.type('rafka topics create orders; echo "rc=$?"')
    await terminal.shows(/Password of alice/)
    await terminal.type(password)
    const screen = await terminal.shows('rc=0')
    expect(screen).toContain('created orders')
    expect(screen).not.toContain('4711')
    await terminal.type('clear; rafka topics list; echo "rc=$?"')
    await terminal.shows(/Password of alice/)
    await terminal.type('wrong')
    await terminal.shows('rc=3')
  })

  test('the REPL asks once, and again only after a wrong one', async () => {
    await using broker = await listener()
    const terminal = await TestTerminal.open(broker.env)
    await terminal.type('rafka')
    await terminal.shows(/Password of alice/)
    await terminal.type('wrong')
    await terminal.shows(/does not let the user "alice" in[\s\S]*^rafka.*> *$/m)
    await terminal.type('topics create orders')
    await terminal.shows(/Password of alice[\s\S]*Password of alice/)
    await terminal.type(password)
    await terminal.shows('created orders')
    await terminal.type('produce orders x')
    await terminal.type('consume orders -e')
    const screen = await terminal.shows(/orders\/0 @0[\s\S]*reached end/)
    expect(screen.match(/Password of alice/g)).toHaveLength(2)
    expect(screen).not.toContain('4711')
  })

  test('completion in the background asks nobody', async () => {
    await using broker = await listener()
    const looking = bench.run(['__look', '--', 'topics', 'list'], {
      env: broker.env,
      terminals: ['stdin', 'stdout', 'stderr'],
    })
    await expect(looking).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  test('names of users complete', async () => {
    await bench.run(['users', 'create', 'alice', '--password-file', '-'], { stdin: [password] })
    const terminal = await openReplIn(bench.env)
    await terminal.type('users list')
    await terminal.shows(/alice +SCRAM-SHA-512/)
    await terminal.write('users delete al')
    await terminal.press('Tab')
    await terminal.shows(/users delete alice/)
  })
})
