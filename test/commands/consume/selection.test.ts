import { describe, expect, test } from 'vitest'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()

const fill = (topic: string, lines: readonly string[], ...flags: string[]) =>
  bench.run(['produce', topic, ...flags], { stdin: lines.map((line) => `${line}\n`) })
const consumed = async (...words: string[]) => (await bench.run(['consume', ...words])).out.split('\n').slice(0, -1)

describe('filters', () => {
  test('take what all of them want, and -n counts those alone', async () => {
    await fill(
      't',
      Array.from({ length: 1000 }, (_, at) => `k${at % 10}:{"n":${at}}`),
      '-K',
      ':',
    )
    expect(await consumed('t', '-e', '-G', 'k:^k3$', '-G', '!v:99', '--where', '.n >= 900')).toEqual(
      [903, 913, 923, 933, 943, 953, 963, 973, 983].map((n) => `{"n":${n}}`),
    )
    expect(await consumed('t', '--where', '.n > 500', '-n', '2')).toEqual(['{"n":501}', '{"n":502}'])
    expect(await consumed('t', '--last', '2', '-G', 'k:k5')).toEqual(['{"n":985}', '{"n":995}'])
  })
})

describe('the last of all partitions', () => {
  test('are in order of their time, and as many as were wanted', async () => {
    await bench.run(['topics', 'create', 't', '-p', '3'])
    const lines = Array.from({ length: 60 }, (_, at) => `${at % 3} ${1000 + at} ${at}`)
    await fill('t', lines, '-f', '%p %d %v\\n')
    expect(await consumed('t', '--last', '5')).toEqual(['55', '56', '57', '58', '59'])
    expect(await consumed('t', '--last', '3', '-p', '0,2')).toEqual(['56', '57', '59'])
    expect(await consumed('t', '--last', '1000', '-f', '%v\\n')).toEqual(lines.map((_, at) => String(at)))
    expect(await consumed('t', '--last', '2', '-f', '%i %t/%p@%o %d %k|%v\\n')).toEqual([
      '1 t/1@19 1058 |58',
      '2 t/2@19 1059 |59',
    ])
  })

  test('of nothing are none', async () => {
    await bench.run(['topics', 'create', 't', '-p', '2'])
    expect(await bench.run(['consume', 't', '--last', '3'])).toMatchObject({ code: 0, out: '', err: '' })
    expect((await bench.run(['consume', 'none', '--last', '3'])).err).toContain('topic "none" does not exist')
  })
})

describe('the latest of each key', () => {
  test('is what compaction would leave', async () => {
    await bench.run(['topics', 'create', 't', '-p', '2'])
    const lines = ['a:1', 'b:1', 'c:1', 'a:2', 'b:', 'd:', 'd:4', 'c:3']
    await fill('t', lines, '-K', ':', '-Z')
    await fill('t', ['no key'])
    expect((await consumed('t', '--latest-per-key', '-f', '%k=%v\\n')).sort()).toEqual(['a=2', 'c=3', 'd=4'])
    expect(await consumed('t', '--latest-per-key', '-G', 'k:a')).toEqual(['2'])
    const { err } = await bench.run(['consume', 't', '--latest-per-key', '-v'])
    expect(err).toMatch(/3 records; 1 record without a key left out\n$/)
  })

  test('of nothing is none', async () => {
    await bench.run(['topics', 'create', 't'])
    expect(await bench.run(['consume', 't', '--latest-per-key'])).toMatchObject({ code: 0, out: '', err: '' })
  })
})

describe('topics', () => {
  test('by regular expressions of whole names, and by flag', async () => {
    for (const topic of ['logs-a', 'logs-b', 'my-logs-c']) await fill(topic, [topic])
    expect((await consumed('-r', 'logs-.', '-e')).sort()).toEqual(['logs-a', 'logs-b'])
    expect((await consumed('-t', 'logs-a,my-logs-c', 'logs-a', '-e')).sort()).toEqual(['logs-a', 'my-logs-c'])
    const { code, err } = await bench.run(['consume', '-r', 'x.*', '-e'])
    expect({ code, err: err.split('\n')[0] }).toEqual({ code: 1, err: 'error: no topic matches "x.*"' })
  })
})

describe('the end', () => {
  test('is counted from the start of each partition', async () => {
    await bench.run(['topics', 'create', 't', '-p', '2'])
    for (const partition of ['0', '1'])
      await fill(
        't',
        ['a', 'b', 'c', 'd'].map((text) => text + partition),
        '-p',
        partition,
      )
    await bench.run(['topics', 'trim', 't', '-o', '2', '-p', '0', '--yes'])
    expect((await consumed('t', '-o', ':+1')).sort()).toEqual(['a1', 'c0'])
    expect((await consumed('t', '-o', '+1:+1')).sort()).toEqual(['b1', 'd0'])
  })

  test('is reached in a log that compaction made gaps in', async () => {
    await bench.run([
      'topics',
      'create',
      't',
      '--set',
      'cleanup.policy=compact',
      '--set',
      'segment.bytes=2048',
      '--set',
      'min.cleanable.dirty.ratio=0.01',
    ])
    for (let round = 0; round < 5; round++) {
      await fill(
        't',
        Array.from({ length: 300 }, (_, at) => `k${at % 7}:${round}-${at}`),
        '-K',
        ':',
      )
    }
    await bench.run(['storage', 'compact', 't'])
    const all = await consumed('t', '-e', '-f', '%k %o\\n')
    expect(all.length).toBeGreaterThan(6)
    expect(all.at(-1)).toBe('k5 1499')
    expect(await consumed('t', '--last', '3', '-f', '%o\\n')).toEqual(['1497', '1498', '1499'])
    expect(await consumed('t', '-o', '0:1400', '-n', '100000')).toHaveLength(
      all.filter((line) => Number(line.split(' ')[1]) < 1400).length,
    )
    expect((await consumed('t', '--latest-per-key', '-f', '%k\\n')).sort()).toEqual([
      'k0',
      'k1',
      'k2',
      'k3',
      'k4',
      'k5',
      'k6',
    ])
  })

  test.each([
    ['commits', '"c"', 0],
    ['aborts', 'no JSON', 1],
  ])('is reached where the marker of a transaction that %s is the last in the log', async (_, line, code) => {
    await bench.run(['topics', 'create', 't', '-p', '2'])
    await fill('t', ['a'], '-p', '0')
    const long = `"${'b'.repeat(3000)}"`
    const sent = ['produce', 't', '-p', '0', '-f', 'raw-json', '--batch-bytes', '1k', '--transaction']
    expect((await bench.run(sent, { stdin: [Buffer.from(`${long}\n${line}\n`)] })).code).toBe(code)
    const committed = code === 0 ? ['a', long, line] : ['a']
    for (const range of [['-e'], ['-o', ':end'], ['-o', '@-1h:end'], ['--last', '9'], ['-e', '-p', '0,1']]) {
      expect(await consumed('t', ...range, '--isolation', 'read_committed')).toEqual(committed)
    }
    expect((await consumed('t', '-e')).slice(0, 2)).toEqual(['a', long])
    expect(await consumed('t', '-o', '-1', '-e')).toEqual([])
  })

  test('is one that was expected, or a failure', async () => {
    await fill('t', ['a', 'b'])
    expect(await bench.run(['consume', 't', '-e', '--expect', '2'])).toMatchObject({ code: 0, err: '' })
    expect(await bench.run(['consume', 't', '-e', '--expect', '3'])).toMatchObject({
      code: 1,
      out: 'a\nb\n',
      err: 'error: 3 records were expected, 2 came\n',
    })
    expect(await bench.run(['consume', 't', '--timeout', '50ms', '--expect', '3'])).toMatchObject({ code: 1 })
  })

  test('is told of in local time', async () => {
    await fill('t', ['a'])
    expect((await bench.run(['consume', 't', '-v', '-o', '@2020-01-01:now'])).err).toMatch(
      /^--offset: a time without a zone is local time, UTC[+-]\d\d:\d\d\n/,
    )
    expect((await bench.run(['consume', 't', '-o', '@2020-01-01:now'])).err).toBe('')
  })
})

describe('null', () => {
  test('may be told from what is empty', async () => {
    await bench.run(['produce', 't', '-Z', ''])
    await bench.run(['produce', 't', '-k', 'k', ''])
    expect(await consumed('t', '-e', '-f', '%k:%v\\n', '--null', 'NULL')).toEqual(['NULL:NULL', 'k:'])
    expect(await consumed('t', '-e', '--null', '<null>')).toEqual(['<null>', ''])
  })
})

test('flags of other tools mean the same', async () => {
  await fill('t', ['a', 'b', 'c'])
  for (const words of [['-c', '2'], ['--count=2'], ['--max-messages', '2'], ['-n', '2', '--partitions', '0']]) {
    expect(await consumed('t', ...words)).toEqual(['a', 'b'])
  }
  const servers = await bench.run(['topics', 'list', '--bootstrap-servers=127.0.0.1:1'])
  expect(servers).toMatchObject({ code: 3, err: expect.stringContaining('127.0.0.1:1') })
})

describe('wrong usage ends with 2', () => {
  test.each([
    [['consume', 't', '-G', 'error'], /does not say where to look\nhint: v:error/],
    [['consume', 't', '--where', '.a ='], /at character 4/],
    [['consume', 't', '--last', '3', '-o', '5'], /leave out --offset/],
    [['consume', 't', '--last', '3', '-n', '5'], /leave out --num/],
    [['consume', 't', '--last', '3', '--latest-per-key'], /exclude each other/],
    [['consume', 't', '-o', 'stored'], /name it with --group/],
    [['consume', 't', '--from', 'start'], /goes with --group/],
    [['consume', 't', '-g', 'g', '--from', 'start', '-o', '3'], /without --offset/],
    [['consume', 't', '-g', 'g', '-p', '0'], /leave out --partition/],
    [['consume', 't', '-g', 'g', '--last', '1'], /leave it out/],
    [['consume', 't', '-f', 'jsno'], /did you mean "json"/],
    [['consume', 't', '--null', '\\q'], /--null: unknown escape/],
    [['consume', '(', '-r'], /--regex: Invalid regular expression/],
  ])('%j', async (words, message) => {
    const { code, out, err } = await bench.run(words)
    expect(err).toMatch(message)
    expect({ code, out }).toEqual({ code: 2, out: '' })
  })
})
