import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { catalog } from '../../commands/catalog.ts'
import { mismatches } from './support/mismatches.ts'
import { useWorkbench } from './support/with-directory.ts'

const bench = useWorkbench()

/** What makes each command succeed, on a directory with a topic `t` of two records. */
const good: ReadonlyMap<string, readonly string[]> = new Map([
  ['produce', ['t', 'x']],
  ['consume', ['t', '-e']],
  ['tail', ['t', '-e']],
  ['sql', ['select * from t']],
  ['topics list', []],
  ['topics create', ['n']],
  ['topics describe', ['t']],
  ['topics alter', ['t', '--set', 'retention.ms=1']],
  ['topics delete', ['t', '--yes']],
  ['topics trim', ['t', '-o', '1', '--yes']],
  ['topics add-partitions', ['t', '-n', '1']],
  ['topics copy', ['t', 'n']],
  ['groups list', []],
  ['groups describe', ['g']],
  ['groups seek', ['g', '--to', 'end', '--yes']],
  ['groups delete', ['g', '--yes']],
  ['groups delete-offsets', ['g', '--topics', 't', '--yes']],
  ['users list', []],
  ['users create', ['v', '--password-file', 'secret']],
  ['users alter', ['u', '--password-file', 'secret']],
  ['users delete', ['u', '--yes']],
  ['top', ['-n', '2', '-s', '100ms']],
  ['cluster info', []],
  ['cluster health', []],
  ['cluster config list', ['-a']],
  ['cluster config get', ['num.partitions']],
  ['cluster config set', ['log.retention.ms=1000']],
  ['bench produce', ['-n', '10']],
  ['bench consume', ['t']],
  ['storage inspect', []],
  ['storage dump', []],
  ['storage verify', []],
  ['storage compact', ['c']],
  ['config show', []],
  ['config check', []],
  ['profile list', []],
  ['profile create', ['p', '-b', 'h:1']],
  ['profile use', ['q']],
  ['profile show', ['q']],
  ['profile rename', ['q', 'r']],
  ['profile delete', ['q']],
  ['profile prompt', []],
  ['repl', ['-c', 'topics list']],
  ['completion', ['bash']],
  ['demo', []],
  ['version', []],
])

/** Those that do not open a data directory. */
const withoutSession = /^(config|profile|completion|demo$|version$)/

/** Those that serve, or need somebody who does, or a terminal: tested as processes. */
const served = ['broker start', 'broker status', 'broker stop', 'broker run', 'profile edit']

/**
 * A directory with a topic `t` of two records, a group `g` that stands at its start, none called `n`, and a profile `q`, none called `p` or `r`. For
 * commands about storage a topic `c` that is compacted; for those about users a user `u`, none called `v`, and a file with a password.
 */
async function prepare(about?: string): Promise<void> {
  if (about === 'users') {
    writeFileSync(join(bench.folder, 'secret'), 'pass\n')
    await bench.run(['users', 'delete', 'v', 'u', '--yes', '--if-exists'])
    await bench.run(['users', 'create', 'u', '--password-file', 'secret'])
    return
  }
  await bench.run(['topics', 'delete', 'n', 't', '--yes', '--if-exists'])
  await bench.run(['produce', 't', 'a', 'b'])
  if (about === 'storage') await bench.run(['topics', 'create', 'c', '-c', 'cleanup.policy=compact', '--if-not-exists'])
  await bench.run(['groups', 'seek', 'g', '--to', 'start', '--topics', 't', '--yes'])
  const file = join(bench.folder, '.config', 'rafka', 'config.yaml')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, 'profiles: { q: { producer.acks: 1 } }\n')
}

test('every command is covered here', () => {
  const names = catalog.map(({ path }) => path.join(' '))
  expect([...good.keys(), ...served].filter((name) => names.includes(name)).sort()).toEqual([...names].sort())
})

describe.each(catalog.map(({ path }) => path).filter((path) => good.has(path.join(' '))))('%s %s', (...path) => {
  const words = [...path.filter((word) => typeof word === 'string'), ...(good.get(path.join(' ').trim()) ?? [])]

  test('gives JSON when it succeeds', async () => {
    await prepare(path[0])
    const { code, out, err } = await bench.run([...words, '--json'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    for (const line of out.trimEnd().split('\n')) expect(typeof JSON.parse(line)).toBe('object')
  })

  const spec = catalog.find((entry) => entry.path.join(' ') === path.join(' ').trim())!.load()

  test('gives JSON when it fails', async ({ skip }) => {
    if (withoutSession.test(path.join(' ').trim())) skip('it opens no data directory')
    const { code, out, err } = await bench.run([...words, '--json', '--data-dir', '/proc/nope'])
    expect(code).toBe(1)
    if ((await spec).streams)
      return expect({ out, err }).toMatchObject({ out: '', err: expect.stringMatching(/^error: /) })
    const { ok, error, problems } = JSON.parse(out) as Record<string, unknown>
    expect({ ok, err, named: typeof error === 'object' || Array.isArray(problems) }).toEqual({
      ok: false,
      err: '',
      named: true,
    })
  })

  test('gives what its schema says, in every form that there is', async ({ skip }) => {
    if ((await spec).shape === undefined) skip('it prints by itself')
    const schema = await bench.run([...words, '--format', 'schema'])
    expect(schema).toMatchObject({ code: 0, err: '' })
    for (const form of ['json', 'yaml', 'tsv', 'wide', 'table']) {
      // Each change once: the one before would make the next one fail.
      await prepare(path[0])
      const { code, out, err } = await bench.run([...words, '--format', form])
      expect({ form, code, err }).toEqual({ form, code: 0, err: '' })
      const documents =
        form === 'json'
          ? out
              .trimEnd()
              .split('\n')
              .map((line) => JSON.parse(line))
          : []
      for (const document of form === 'yaml' ? parseAllDocuments(out).map((one) => one.toJS()) : documents) {
        expect(mismatches(schema.json(), document)).toEqual([])
      }
      if (form === 'tsv') for (const line of out.split('\n').slice(0, -1)) expect(line).toMatch(/^[^\t]+(\t[^\t]+)*$/)
    }
  })

  test('has no escape sequence in a pipe, whatever the environment asks for', async () => {
    await prepare(path[0])
    const { code, out, err } = await bench.run(words, { env: { TERM: 'xterm-256color', COLORTERM: 'truecolor' } })
    expect(code).toBe(0)
    expect(out + err).not.toContain('\u001b')
    expect(out + err).not.toContain('\r')
  })

  test('has no colour on a terminal when that is not wanted', async () => {
    for (const [flags, env] of [
      [['--no-color'], {}],
      [['--color', 'never'], {}],
      [[], { NO_COLOR: '1' }],
    ] as const) {
      await prepare(path[0])
      const { out, err } = await bench.run([...words, ...flags], { env, terminals: ['stdout', 'stderr'] })
      expect(out + err).not.toMatch(/\u001b\[[\d;]*m/)
    }
  })

  test('has no escape sequence at all on a terminal that is dumb', async () => {
    await prepare(path[0])
    const { out, err } = await bench.run(words, { env: { TERM: 'dumb' }, terminals: ['stdout', 'stderr'] })
    expect(out + err).not.toContain('\u001b')
  })
})

describe('an error', () => {
  const failing = [
    [['topics', 'describe', 'none'], 1],
    [['topics', 'delete', 't'], 2],
    [['topics', 'create'], 2],
    [['nonsense'], 2],
    [['topics', 'list', '-b', ''], 2],
    [['topics', 'list', '--data-dir='], 2],
    [['topics', 'nonsense'], 2],
    [['consume', 't', '--nonsense'], 2],
    [['topics', 'list', '--data-dir', '/proc/nope'], 1],
    [['storage', 'compact', 'none'], 1],
  ] as const

  test.each(failing)('of %j is two lines on stderr and code %d', async (words, code) => {
    await prepare()
    const ran = await bench.run(words)
    expect(ran.code).toBe(code)
    expect(ran.out).toBe('')
    expect(ran.err).toMatch(/^error: [^\n]+\n(hint: [^\n]+\n)?(0 of 1 record was produced\n)?$/)
  })

  test.each(failing)('of %j is one JSON object on stdout too, and the same code', async (words, code) => {
    await prepare()
    const ran = await bench.run([...words, '--json'])
    expect(ran.code).toBe(code)
    // Where stdout is for records alone, errors stay on stderr.
    if (words[0] === 'consume') return expect(ran).toMatchObject({ out: '', err: expect.stringMatching(/^error: /) })
    expect(ran.err).toBe('')
    expect(ran.json()).toMatchObject({ ok: false, error: { code: expect.any(String), message: expect.any(String) } })
  })

  test('ends with 3 where no broker is reached', async () => {
    const unreachable = ['-b', '127.0.0.1:1']
    const [list, produce, json] = await Promise.all([
      bench.run(['topics', 'list', ...unreachable]),
      bench.run(['produce', 't', 'x', '--bootstrap-server', '127.0.0.1:1']),
      bench.run(['consume', 't', '--json', ...unreachable]),
    ])
    for (const ran of [list, produce, json]) {
      expect(ran).toMatchObject({ code: 3, out: '' })
      expect(ran.err).toMatch(/^error: .*127\.0\.0\.1:1.*\nhint: is it running/)
    }
  })

  test('is in colour on a terminal alone', async () => {
    expect((await bench.run(['nonsense'], { terminals: ['stderr'] })).err).toContain('\u001b[31merror:\u001b[39m')
    expect((await bench.run(['nonsense'])).err).toMatch(/^error: unknown command "nonsense"/)
  })

  test('names the flag that was wrong, and all brokers by that name', async () => {
    await prepare()
    const place = await bench.run(['groups', 'seek', 'g', '--to', 'nowhere'])
    expect(place.err).toMatch(/^error: --to: "nowhere" is not a place in a partition\nhint: start, end, /)
    const config = await bench.run(['cluster', 'config', 'set', 'nope=1'])
    expect(config.err).toMatch(/^error: configs of all brokers: unknown config "nope"/)
  })

  test.each([
    [['topics', 'create', 't', '-p', 'x'], '--partitions: expected a whole number from 1 to 2147483647, not "x"'],
    [['topics', 'create', 't', '-p'], '--partitions needs a value'],
    [['groups', 'describe', 'g', '--by', 'grup'], '--by: expected one of partition, topic, member, group, not "grup"'],
    [['completion', 'tcsh'], 'expected one of bash, zsh, fish, not "tcsh"'],
    [
      ['topics', 'list', '--watch', "it's"],
      '--watch: expected a number of seconds or a duration, at least 100ms, not "it\'s"',
    ],
  ])('of %j says what was expected', async (words, message) => {
    const { code, err } = await bench.run(words)
    expect({ code, message: err.split('\n')[0] }).toEqual({ code: 2, message: `error: ${message}` })
  })

  test('is broken between words on a terminal, never in a pipe', async () => {
    const words = ['topics', 'create', 't', '-p', 'x']
    expect((await bench.run(words, { terminals: ['stderr'], columns: 40, env: { NO_COLOR: '1' } })).err).toBe(
      'error: --partitions: expected a whole\n       number from 1 to 2147483647, not\n       "x"\nhint: rafka topics create --help\n',
    )
    expect((await bench.run(words, { columns: 40 })).err).toMatch(/^error: .*"x"\nhint: .*\n$/)
  })

  test('cannot act on a terminal through what it quotes', async () => {
    const { err } = await bench.run(['topics', 'describe', '\u001b]0;evil\u0007'])
    expect(err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  })
})

describe('help', () => {
  test('is asked for in many ways', async () => {
    for (const words of [['--help'], ['-h'], ['help']]) {
      expect(await bench.run(words)).toMatchObject({ code: 0, err: '', out: expect.stringContaining('Examples') })
    }
    for (const words of [
      ['help', 'topics', 'create'],
      ['topics', 'create', '--help'],
      ['topic', 'create', '-h'],
    ]) {
      expect((await bench.run(words)).out).toMatch(/^rafka topics create NAME/)
    }
    expect((await bench.run(['help', 'topics'])).out).toMatch(/^rafka topics COMMAND/)
  })

  test('goes to stderr, with code 2, where a command is missing', async () => {
    expect(await bench.run([])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Examples') })
    expect(await bench.run(['topics'])).toMatchObject({ code: 2, out: '' })
  })
})

test('the version is told in three ways', async () => {
  for (const words of [['version'], ['--version'], ['-V']]) {
    expect(await bench.run(words)).toMatchObject({ code: 0, out: expect.stringMatching(/^rafka \d+\.\d+\.\d+ /) })
  }
})
