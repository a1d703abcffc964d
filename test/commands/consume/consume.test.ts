import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()

const fill = (topic: string, count: number) =>
  bench.run(['produce', topic], { stdin: Array.from({ length: count }, (_, at) => `${at}\n`) })
const consumed = async (...flags: string[]) => (await bench.run(['consume', 't', ...flags])).out.replaceAll('\n', ' ')

describe('what is consumed', () => {
  test.each([
    ['everything there is', ['-e'], '0 1 2 3 4 5 6 7 8 9 '],
    ['so many', ['-n', '3'], '0 1 2 '],
    ['from an offset', ['-o', '7', '-e'], '7 8 9 '],
    ['the last ones', ['-o', '-2', '-e'], '8 9 '],
    ['so far from the start', ['-o', '+8', '-e'], '8 9 '],
    ['a range', ['-o', '2:4'], '2 3 '],
    ['so many from an offset', ['-o', '2:+3'], '2 3 4 '],
    ['up to an offset', ['-o', ':2'], '0 1 '],
    ['all but the last', ['-o', ':end-8'], '0 1 '],
    ['up to now', ['-o', '@-1h:now'], '0 1 2 3 4 5 6 7 8 9 '],
    ['nothing before a time', ['-o', '@:-1h'], ''],
    ['nothing from a time to come', ['-o', '@+1h', '-e'], ''],
    ['nothing at the end', ['-o', 'end', '-e'], ''],
    ['until nothing comes any more', ['--timeout', '50ms'], '0 1 2 3 4 5 6 7 8 9 '],
  ])('%s', async (_, flags, expected) => {
    await fill('t', 10)
    expect(await consumed(...flags)).toBe(expected)
  })

  test('counts from the start of a trimmed topic', async () => {
    await fill('t', 10)
    await bench.run(['topics', 'trim', 't', '-o', '5', '--yes'])
    expect(await consumed('-e')).toBe('5 6 7 8 9 ')
    expect(await consumed('-o', '+2', '-e')).toBe('7 8 9 ')
    expect(await consumed('-o', ':+2')).toBe('5 6 ')
  })

  test('some partitions alone, of several topics', async () => {
    await bench.run(['topics', 'create', 'a', 'b', '-p', '3'])
    for (const topic of ['a', 'b']) {
      for (const partition of ['0', '1', '2'])
        await bench.run(['produce', topic, `${topic}${partition}`, '-p', partition])
    }
    const { out } = await bench.run(['consume', 'a', 'b', 'a', '-e', '-p', '0,2'])
    expect(out.split('\n').sort()).toEqual(['', 'a0', 'a2', 'b0', 'b2'])
  })

  test('an empty topic ends at once', async () => {
    await bench.run(['topics', 'create', 't', '-p', '2'])
    expect(await bench.run(['consume', 't', '-e'])).toMatchObject({ code: 0, out: '', err: '' })
  })
})

describe('how it is shown', () => {
  test('bytes to a pipe, escaped and pretty to a terminal', async () => {
    const evil = Buffer.from('a\u001b[31mb\u202e')
    await bench.run(['produce', 't', '-k', 'k', evil.toString()])
    expect((await bench.run(['consume', 't', '-e'])).stdout).toEqual(Buffer.concat([evil, Buffer.from('\n')]))
    const { out } = await bench.run(['consume', 't', '-e', '--no-color'], { terminals: ['stdout'] })
    expect(out).toMatch(/^t\/0 @0 {2}[\d:.]+ {2}k {2}a\\x1b\[31mb\\u202e\n$/)
  })

  test('a named form beats the terminal', async () => {
    await bench.run(['produce', 't', '\u001b[31m'])
    const shown = async (...flags: string[]) =>
      (await bench.run(['consume', 't', '-e', ...flags], { terminals: ['stdout'] })).out
    expect(await shown('-f', 'raw')).toBe('\u001b[31m\n')
    expect(await shown('-f', 'value')).toBe('\\x1b[31m\n')
    expect(await shown('-f', '%o %v\\n')).toBe('0 \\x1b[31m\n')
    expect(JSON.parse(await shown('--json'))).toMatchObject({ value: '\u001b[31m' })
  })

  test('in colour to a terminal that has them, unless they are not wanted', async () => {
    await bench.run(['produce', 't', 'x'])
    const escapes = async (flags: readonly string[], env: Record<string, string>) =>
      (await bench.run(['consume', 't', '-e', ...flags], { terminals: ['stdout'], env })).out.includes('\u001b')
    expect(await escapes([], {})).toBe(true)
    expect(await escapes(['--no-color'], {})).toBe(false)
    expect(await escapes(['--color', 'never'], {})).toBe(false)
    expect(await escapes([], { RAFKA_NO_COLOR: '1' })).toBe(false)
  })

  test('with a summary for a person', async () => {
    await fill('t', 3)
    const { err } = await bench.run(['consume', 't', '-e'], { terminals: ['stderr'] })
    expect(err).toBe('reached end of 1 partition, 3 records\n')
    await bench.run(['topics', 'create', 'two', '-p', '2'])
    for (const form of ['-e', '--latest-per-key', '--last=3']) {
      const empty = await bench.run(['consume', 'two', form], { terminals: ['stderr'] })
      expect(empty.err).toBe('reached end of 2 partitions, 0 records\n')
    }
    expect((await bench.run(['consume', 't', '-n', '2'], { terminals: ['stderr'] })).err).toBe('2 records\n')
    expect((await bench.run(['consume', 't', '-n', '2', '-q'], { terminals: ['stderr'] })).err).toBe('')
    expect((await bench.run(['consume', 't', '-n', '2', '-v'])).err).toBe('2 records\n')
  })
})

describe('a topic that does not exist', () => {
  test('is an error when there is an end to reach, with the name that is near', async () => {
    await bench.run(['topics', 'create', 'orders'])
    const { code, out, err } = await bench.run(['consume', 'ordres', '-e'])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^error: topic "ordres" does not exist\nhint: did you mean "orders"\?/)
  })

  test('that is nearly one that there is, is waited for with that name', async () => {
    await bench.run(['topics', 'create', 'orders'])
    const { err } = await bench.run(['consume', 'ordres', '--timeout', '1s'], { terminals: ['stderr'] })
    expect(err).toMatch(/^waiting for topic "ordres" to be created… Ctrl-C to stop; did you mean "orders"\?\n/)
  })

  test('is waited for by who follows, who says so on a terminal', async () => {
    const stderr: string[] = []
    const waiting = bench.run(['consume', 'later', '-n', '1'], { terminals: ['stderr'] })
    const { code } = await bench.run(['produce', 'later', 'x'])
    expect(code).toBe(0)
    const { out, err } = await waiting
    stderr.push(err)
    expect(out).toBe('x\n')
    expect((await bench.run(['topics', 'list', '--json'])).json()).toMatchObject({
      topics: [{ name: 'later', records: 1 }],
    })
  })
})

test('tail begins ten records before the end', async () => {
  await fill('t', 25)
  const { out } = await bench.run(['tail', 't', '-n', '10'])
  expect(out.split('\n')[0]).toBe('15')
})

test('a reader that has enough ends it quietly', async () => {
  await fill('t', 50_000)
  const stdin = new PassThrough()
  stdin.end()
  const ran = await bench.run(['consume', 't', '-n', '40000'], { stdin })
  expect(ran.out.split('\n')).toHaveLength(40_001)
})

describe('wrong usage ends with 2', () => {
  test.each([
    [['consume'], /no topic was named\nhint: rafka consume TOPIC/],
    [['consume', 't', '-o', 'x'], /--offset: "x" is not a place/],
    [['consume', 't', '-o', '1:2', '-e'], /has an end already/],
    [['consume', 't', '-n', '0'], /whole number of 1 or more/],
    [['consume', 't', '-p', 'a'], /partitions such as 0 or 0,2/],
    [['consume', 't', '-f', '%s'], /unknown verb %s\nhint: kcat's %s is %v here/],
    [['consume', 't', '--timeout', 'soon'], /duration/],
    [['consume', 't', '--exit-at-edn'], /did you mean --exit-at-end/],
    [['consume', 't', '--color', 'pink'], /auto, always, never/],
  ])('%j', async (words, message) => {
    const { code, out, err } = await bench.run(words)
    expect(err).toMatch(message)
    expect({ code, out }).toEqual({ code: 2, out: '' })
  })
})
