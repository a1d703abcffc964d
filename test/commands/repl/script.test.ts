import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()

function script(...lines: string[]) {
  return bench.run([], { stdin: [lines.map((line) => `${line}\n`).join('')] })
}

describe('lines on stdin', () => {
  test('run one after the other on one session, without prompt or banner', async () => {
    const ran = await script(
      'topics create orders',
      '',
      '# a comment',
      'produce orders {"a": 1} b',
      'consume orders -e',
    )
    expect(ran).toMatchObject({ code: 0, err: '', out: 'created orders  1 partition, 1 replica\n{"a": 1}\nb\n' })
  })

  test('stop at the first error, which is told with its line, with code 1', async () => {
    const ran = await script('topics create t', '', 'topics lsit', 'produce t x')
    expect(ran).toMatchObject({ code: 1, out: 'created t  1 partition, 1 replica\n' })
    expect(ran.err).toBe('error: stdin:3: unknown command "topics lsit"\nhint: did you mean: topics list\n')
    expect((await bench.run(['consume', 't', '-e'])).out).toBe('')
  })

  test.each([
    ['topics list --nonsense', /^error: stdin:2: unknown option "--nonsense"/],
    ['topics describe none', /^error: stdin:2: topic "none" does not exist|stdin:2: .*none/],
    ['topics delete t', /^error: stdin:2: .*Nobody is here to confirm it/],
    ['produce t {"a":', /^error: stdin:2: the line ends within a quote or a bracket/],
    ['topics list |', /^error: stdin:2: a command of the shell must follow "\|"/],
    ['consume t > /nowhere/file', /^error: stdin:2: cannot write to "\/nowhere\/file"/],
    ['produce t < nowhere', /^error: stdin:2: cannot read "nowhere"/],
    ['use none', /^error: stdin:2: topic "none" does not exist/],
    ['set colour blue', /^error: stdin:2: set knows no "colour"\nhint: known are format/],
    ['set timing onn', /^error: stdin:2: timing cannot be "onn"\nhint: did you mean on\?/],
    ['use a b', /^error: stdin:2: use: "b" is too much\nhint: use \[TOPIC\]/],
    ['source none', /^error: stdin:2: cannot read "none"/],
    ['repl', /^error: stdin:2: this is the REPL already/],
    ['3', /^error: stdin:2: what is to be run 3 times is missing/],
    ['watch', /^error: stdin:2: watch: a command is missing/],
  ])('an error of %s has its line', async (line, message) => {
    const ran = await script('topics create t', line, 'topics create never')
    expect(ran.code).toBe(1)
    expect(ran.err).toMatch(message)
    expect((await bench.run(['topics', 'list', '--json'])).json()).toMatchObject({ topics: [{ name: 't' }] })
  })

  test('may belong together', async () => {
    const ran = await script('produce \\', '  t {', '  "a": 1', '}', 'consume t -e', 'nonsense')
    expect(ran.out).toBe('{\n  "a": 1\n}\n')
    expect(ran.err).toContain('stdin:6:')
  })

  test('have no stdin of their own', async () => {
    expect(await script('produce t', 'consume t -e --timeout 10ms')).toMatchObject({ code: 1 })
    expect(await script('topics create u', 'produce u', 'consume u -e')).toMatchObject({
      code: 0,
      out: expect.not.stringContaining('consume'),
    })
  })

  test('end at exit, whatever follows', async () => {
    for (const word of ['exit', 'quit', '\\q', '.exit']) {
      expect(await script(`"${word.replace('\\', '\\\\')}"`, 'nonsense')).toMatchObject({ code: 0, err: '' })
    }
  })

  test('of an empty stdin are asked for: usage, code 2', async () => {
    expect(await script()).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Examples') })
  })
})

describe('lines given otherwise', () => {
  test('come as arguments and from files, in this order', async () => {
    writeFileSync(join(bench.folder, 'more.rafka'), 'produce t two\r\nconsume t -e\r\n')
    const ran = await bench.run(['repl', '-f', 'more.rafka', '-c', 'topics create t', '-c', 'produce t one'])
    expect(ran).toMatchObject({ code: 0, out: expect.stringMatching(/one\ntwo\n$/) })
  })

  test('leave stdin to the commands', async () => {
    const ran = await bench.run(['repl', '-c', 'produce t', '-c', 'consume t -e'], { stdin: ['a\nb\n'] })
    expect(ran).toMatchObject({ code: 0, out: 'a\nb\n' })
  })

  test('name file or argument in their errors, and go on with --no-bail', async () => {
    writeFileSync(join(bench.folder, 'x.rafka'), '\nnonsense\n')
    const ran = await bench.run(['repl', '--no-bail', '-c', 'nonsense', '-c', 'topics create t', '-f', 'x.rafka'])
    expect(ran.code).toBe(1)
    expect(ran.out).toContain('created t')
    expect(ran.err).toMatch(/error: command 1: unknown[\s\S]*error: x\.rafka:2: unknown/)
  })

  test('source others, but not themselves for ever', async () => {
    writeFileSync(join(bench.folder, 'inner'), 'topics create inner\nnonsense\n')
    writeFileSync(join(bench.folder, 'endless'), 'source endless\n')
    const ran = await script('source inner', 'topics create never')
    expect(ran).toMatchObject({ code: 1, out: 'created inner  1 partition, 1 replica\n' })
    expect(ran.err).toMatch(/^error: inner:2: unknown command "nonsense"/)
    const endless = await script('source endless')
    expect(endless.code).toBe(1)
    expect(endless.err).toMatch(/^error: endless:1: \d+ lines call each other/)
  })
})

describe('words of the REPL', () => {
  test('use: produce sends all its words to the topic, others are about it', async () => {
    const ran = await script(
      'topics create orders',
      'use orders',
      'produce a b',
      'consume -e',
      'topics describe',
      'use',
      'consume -e',
    )
    expect(ran.code).toBe(1)
    expect(ran.out).toMatch(/\na\nb\norders {2}1 partition/)
    expect(ran.err).toMatch(/^error: stdin:7: no topic was named/)
  })

  test('use: nothing is deleted that was not named', async () => {
    const ran = await script('topics create orders', 'use orders', 'topics delete --yes')
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('no topic was named') })
  })

  test('connect: to another directory and back', async () => {
    const ran = await script(
      'produce t here',
      `connect ${bench.folder}/other`,
      'produce t there',
      'consume t -e',
      'connect',
      'consume t -e',
    )
    expect(ran).toMatchObject({ code: 0, out: 'there\nhere\n' })
  })

  test('connect: stays where it was when nobody answers', async () => {
    const ran = await bench.run([
      'repl',
      '--no-bail',
      '-c',
      'produce t x',
      '-c',
      'connect 127.0.0.1:1',
      '-c',
      'consume t -e',
    ])
    expect(ran).toMatchObject({ code: 1, out: 'x\n', err: expect.stringContaining('127.0.0.1:1') })
  })

  test('N repeats, up to an error', async () => {
    expect(await script('3 produce t x', 'consume t -e')).toMatchObject({ code: 0, out: 'x\nx\nx\n' })
    const ran = await script('3 nonsense')
    expect(ran.err.match(/unknown/g)).toHaveLength(1)
  })

  test('set format leaves help as it is', async () => {
    const ran = await script('set format json', 'help topics list', 'topics list --help', 'help topics')
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(ran.out).toMatch(/^(rafka topics list \[options\]\n[\s\S]*){2}rafka topics COMMAND\n/)
    expect((await script('topics list --help --json')).json()).toMatchObject({ path: ['topics', 'list'] })
  })

  test('set format json holds until it is changed, and for the errors', async () => {
    const ran = await script('topics create t', 'set format json', 'topics list', 'set format table', 'topics list')
    const [, json, ...table] = ran.out.split('\n')
    expect(JSON.parse(json!)).toMatchObject({ topics: [{ name: 't' }] })
    expect(table[0]).toMatch(/^NAME/)
  })

  test('help tells of commands and of the words themselves', async () => {
    const ran = await script('help', 'help watch', 'help topics list', '?')
    expect(ran.code).toBe(0)
    expect(ran.out).toMatch(
      /topics list[\s\S]*use \[TOPIC\][\s\S]*watch \[SECONDS\] COMMAND\n[\s\S]*rafka topics list \[/,
    )
  })

  test('what is meant by a wrong word is said', async () => {
    const hints = async (line: string) => (await script('topics create orders --if-not-exists', line)).err
    expect(await hints('orders')).toContain('use orders')
    expect(await hints('ordres')).toContain('did you mean: use orders')
    expect(await hints('consme orders')).toContain('did you mean: consume')
    expect(await hints('describe')).toContain('did you mean: topics describe')
    expect(await hints('wacth topics list')).toContain('did you mean: watch')
  })
})

describe('files and pipes', () => {
  test('take the output, and give the input', async () => {
    writeFileSync(join(bench.folder, 'in'), 'b\na\n')
    const ran = await script(
      'produce t < in',
      'consume t -e > out',
      'consume t -e >> out',
      'consume t -e | sort | tr ab AB',
    )
    expect(ran).toMatchObject({ code: 0, err: '', out: 'A\nB\n' })
    expect(readFileSync(join(bench.folder, 'out'), 'utf8')).toBe('b\na\nb\na\n')
  })

  test('that had enough end the command quietly; those that fail end the script', async () => {
    expect(await script('3 produce t x', 'consume t -e | head -1', 'topics list | cat')).toMatchObject({
      code: 0,
      err: '',
    })
    expect((await script('topics list | false', 'topics create never')).out).toBe('')
  })

  test('a command of the shell runs, and its code counts', async () => {
    const ran = await script('!echo $((6 * 7))', '!exit 3', 'topics create never')
    expect(ran).toMatchObject({ code: 1, out: '42\n' })
  })
})

test('a line with a broker of its own does not touch the session that is kept', async () => {
  const ran = await bench.run([
    'repl',
    '--no-bail',
    '-c',
    'produce t x',
    '-c',
    'topics list -b 127.0.0.1:1',
    '-c',
    'consume t -e',
  ])
  expect(ran).toMatchObject({ code: 1, out: 'x\n', err: expect.stringMatching(/^error: command 2: .*127\.0\.0\.1:1/) })
})
