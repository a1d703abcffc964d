import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()

const values = async (topic: string) => (await bench.run(['consume', topic, '-e', '-f', 'raw'])).stdout
const records = async (topic: string) => {
  const { out } = await bench.run(['consume', topic, '-e', '-f', 'json'])
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('lines of stdin become records', () => {
  test('and a pipe is told nothing', async () => {
    const { code, out, err } = await bench.run(['produce', 't'], { stdin: ['a\nb\n', 'c\n'] })
    expect({ code, out, err }).toEqual({ code: 0, out: '', err: '' })
    expect((await values('t')).toString()).toBe('a\nb\nc\n')
  })

  test('also the last one without its line break, and empty ones', async () => {
    await bench.run(['produce', 't'], { stdin: ['a\n\nb\n', '\nlast'] })
    expect((await records('t')).map(({ value }) => value)).toEqual(['a', '', 'b', '', 'last'])
  })

  test('byte for byte, be they UTF-8 or not', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0x0d, 0x0a, 0xc3, 0x28, 0x0a])
    await bench.run(['produce', 't'], { stdin: [bytes] })
    expect(await values('t')).toEqual(bytes)
  })

  test('but empty ones not, when they are to be skipped', async () => {
    await bench.run(['produce', 't', '--skip-empty'], { stdin: ['\na\n\n\nb\n'] })
    expect((await values('t')).toString()).toBe('a\nb\n')
  })

  test('cut at another delimiter', async () => {
    await bench.run(['produce', 't', '-D', '\\0'], { stdin: ['a\nb\0c'] })
    expect((await records('t')).map(({ value }) => value)).toEqual(['a\nb', 'c'])
  })

  test('with a key in each, and null where the value is empty', async () => {
    await bench.run(['produce', 't', '-K', '--', '-Z'], { stdin: ['k1--v--1\nk2--\n--v\n'] })
    expect(await records('t')).toMatchObject([
      { key: 'k1', value: 'v--1' },
      { key: 'k2', value: null },
      { key: '', value: 'v' },
    ])
  })

  test('with one time for all', async () => {
    const time = '2026-01-31T12:00:00.500Z'
    await bench.run(['produce', 't', '--timestamp', time], { stdin: ['a\nb\n'] })
    await bench.run(['produce', 't', '--timestamp', '-1d', '-f', 'json'], { stdin: ['{"value":"c"}\n'] })
    const shown = (await bench.run(['consume', 't', '-e', '-f', '%d{iso} %v\n'])).out.split('\n')
    expect(shown.slice(0, 2)).toEqual([`${time} a`, `${time} b`])
    const ageMs = Date.now() - Date.parse(shown[2]!.split(' ')[0]!)
    expect(ageMs / 86_400_000).toBeCloseTo(1, 2)
    for (const flags of [['now!'], ['now', '-f', '%d %v\n'], ['now', '-f', 'json', '--keep', 'timestamp']]) {
      expect(await bench.run(['produce', 't', '--timestamp', ...flags])).toMatchObject({ code: 2 })
    }
  })

  test('with one key, headers and a partition for all', async () => {
    await bench.run(['topics', 'create', 't', '-p', '3'])
    const flags = ['-k', 'käy', '-H', 'a=1', '-H', 'b:2=3', '-H', 'n', '-p', '2']
    await bench.run(['produce', 't', ...flags], { stdin: ['x\ny\n'] })
    const headers = [
      { key: 'a', value: '1' },
      { key: 'b', value: '2=3' },
      { key: 'n', value: null },
    ]
    expect(await records('t')).toMatchObject([
      { partition: 2, key: 'käy', value: 'x', headers },
      { partition: 2, key: 'käy', value: 'y', headers },
    ])
  })

  test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('compressed with %s', async (codec) => {
    const { code } = await bench.run(['produce', 't', '-z', codec], { stdin: ['a\n'.repeat(1000)] })
    expect(code).toBe(0)
    expect((await values('t')).toString()).toBe('a\n'.repeat(1000))
  })

  test('without waiting for an answer', async () => {
    const { code } = await bench.run(['produce', 't', '--acks', '0'], { stdin: ['a\n'] })
    expect(code).toBe(0)
    expect((await values('t')).toString()).toBe('a\n')
  })
})

describe('other ways in', () => {
  test('values are records, and stdin is left alone', async () => {
    await bench.run(['produce', 't', 'one', 'two\nlines'], { stdin: ['not this\n'] })
    expect((await records('t')).map(({ value }) => value)).toEqual(['one', 'two\nlines'])
  })

  test('files one after the other, each with its own last line', async () => {
    writeFileSync(join(bench.folder, 'a.txt'), 'a1\na2')
    writeFileSync(join(bench.folder, 'b.txt'), 'b1\n')
    await bench.run(['produce', 't', '--file', 'a.txt', '--file', '-', '--file', 'b.txt'], { stdin: ['mid\n'] })
    expect((await values('t')).toString()).toBe('a1\na2\nmid\nb1\n')
  })

  test('a large file keeps every byte', async () => {
    const lines = Array.from({ length: 60_000 }, (_, at) => `${at} ${'x'.repeat(at % 50)}\n`).join('')
    writeFileSync(join(bench.folder, 'large.txt'), lines)
    await bench.run(['produce', 't', '--file', 'large.txt'])
    expect((await values('t')).equals(Buffer.from(lines))).toBe(true)
  })

  test('JSON as consume gives it is the same record in another topic', async () => {
    await bench.run(['topics', 'create', 'copy', '-p', '2'])
    await bench.run(['produce', 'a', '-k', 'k', '-H', 'h=1', '-H', 'h=2'], { stdin: [Buffer.from([0xff, 0x0a])] })
    const json = await bench.run(['consume', 'a', '-ef', 'json'])
    const flags = ['-f', 'json', '--keep', 'timestamp', '-p', '1', '-H', 'more=x']
    const { code } = await bench.run(['produce', 'copy', ...flags], { stdin: [json.stdout] })
    expect(code).toBe(0)
    const [original] = await records('a')
    const headers = [...(original!.headers as object[]), { key: 'more', value: 'x' }]
    expect(await records('copy')).toEqual([{ ...original, topic: 'copy', partition: 1, headers }])
  })
})

describe('what became of them is told', () => {
  test('as JSON', async () => {
    const ran = await bench.run(['produce', 't', '--json'], { stdin: ['aa\nb\n'] })
    expect(ran.json()).toEqual({
      ok: true,
      topic: 't',
      produced: 2,
      failed: 0,
      bytes: 3,
      partitions: [{ partition: 0, first_offset: 0, last_offset: 1 }],
      elapsed_ms: expect.any(Number),
    })
  })

  test('in a line on a terminal', async () => {
    const { out, err } = await bench.run(['produce', 't'], { stdin: ['a\nb\n'], terminals: ['stderr'] })
    expect(out).toBe('')
    expect(err).toMatch(/^produced 2 records to t {2}p0 @0-1 {2}\(\d+ ms\)\n$/)
  })

  test('with a word before to who types', async () => {
    const stdin = ['a\n', 'b\n']
    const { err } = await bench.run(['produce', 't', '--no-color'], { stdin, terminals: ['stdin', 'stderr'] })
    expect(err).toMatch(/^t: one record per line, Ctrl-D to finish\nt> p0 @0\nt> p0 @1\nt> \nproduced 2 records/)
  })
})

test('records keep their order, whether they can be taken as they stand or not', async () => {
  const lines = Array.from({ length: 3000 }, (_, index) => {
    if (index % 7 === 0) return `{"value":"\\u0061${index}"}\n`
    if (index % 11 === 0) return `{"key":"k","value":"${index}","headers":[{"key":"h","value":"x"}]}\n`
    return `{"value":"${index}"}\n`
  })
  const cut = lines.join('').match(/[\s\S]{1,4000}/g)!
  const { code } = await bench.run(['produce', 't', '-f', 'json'], { stdin: cut })
  expect(code).toBe(0)
  const expected = lines.map((_, index) => (index % 7 === 0 ? `a${index}\n` : `${index}\n`)).join('')
  expect((await values('t')).toString()).toBe(expected)
})

describe('a record that cannot be produced', () => {
  test('is named by its line, and those before it are acknowledged', async () => {
    const { code, out, err } = await bench.run(['produce', 't', '-K', ':'], { stdin: ['a:1\nb:2\nc3\nd:4\n'] })
    expect(code).toBe(1)
    expect(out).toBe('')
    expect(err).toBe(
      'error: input line 3: no key delimiter ":" found\n2 of 3 records were produced (last acked line 2)\n',
    )
    expect((await values('t')).toString()).toBe('1\n2\n')
  })

  test('because it is longer than a request may be, is named by its line', async () => {
    const long = 'x'.repeat(1_100_000)
    const { code, err } = await bench.run(['produce', 't'], { stdin: ['a\nb\n', long, '\nc\n'] })
    expect(code).toBe(1)
    expect(err).toMatch(/^error: input line 3: .*1048576/)
    expect(err).toContain('2 of 3 records were produced (last acked line 2)')
    expect((await values('t')).toString()).toBe('a\nb\n')
  })

  test('because it never ends, is not read to its end', async () => {
    const endless = function* () {
      yield 'a\n'
      for (;;) yield Buffer.alloc(64 * 1024, 'x')
    }
    const { code, err } = await bench.run(['produce', 't'], { stdin: endless() })
    expect(code).toBe(1)
    expect(err).toContain('error: input line 2: the record has more than 1048576 bytes')
  })

  test('because the topic takes less, is named by its line', async () => {
    await bench.run(['topics', 'create', 't', '--set', 'max.message.bytes=1000'])
    const { code, err } = await bench.run(['produce', 't'], { stdin: ['a\nb\n', `${'x'.repeat(2000)}\n`, 'c\n'] })
    expect(code).toBe(1)
    expect(err).toMatch(/^error: input line 3: /)
    expect(err).toContain('2 of 3 records were produced (last acked line 2)')
    expect((await values('t')).toString()).toBe('a\nb\n')
  })

  test('may be longer than a request is by default where the topic takes it', async () => {
    await bench.run(['topics', 'create', 't', '--set', 'max.message.bytes=4000000'])
    const { code } = await bench.run(['produce', 't'], { stdin: ['x'.repeat(3_000_000)] })
    expect(code).toBe(0)
    expect(await values('t')).toHaveLength(3_000_001)
  })

  test('because its JSON is wrong, is named by its line, in JSON too', async () => {
    const stdin = ['{"value":"x"}\n{"vlaue":"y"}\n']
    const ran = await bench.run(['produce', 't', '-f', 'json', '--json'], { stdin })
    expect(ran.code).toBe(1)
    expect(ran.json()).toMatchObject({
      ok: false,
      produced: 1,
      failed: 1,
      error: { code: 'INVALID_ARGUMENT', line: 2, message: expect.stringContaining('did you mean "value"?') },
    })
  })

  test('for it goes to a topic that cannot be, before anybody types', async () => {
    const { code, err } = await bench.run(['produce', 'a/b', '--no-color'], {
      stdin: ['x\n'],
      terminals: ['stdin', 'stderr'],
    })
    expect(code).toBe(1)
    expect(err).toMatch(/^error: "a\/b" cannot be the name of a topic\nhint: letters, digits/)
  })

  test('for it goes to a topic that nobody may create, which is nearly another', async () => {
    await bench.run(['topics', 'create', 'orders'])
    const env = { RAFKA_BROKER_AUTO_CREATE_TOPICS_ENABLE: 'false', RAFKA_PRODUCER_DELIVERY_TIMEOUT_MS: '300ms' }
    const { code, err } = await bench.run(['produce', 'ordres'], { stdin: ['x\n'], env })
    expect(code).toBe(1)
    expect(err).toContain('hint: did you mean "orders"?')
  })
})

describe('wrong usage ends with 2 before anything is opened', () => {
  test.each([
    [['produce'], /no topic was named/],
    [['produce', 't', '--kye', 'x'], /unknown option "--kye"\nhint: did you mean --key\?/],
    [['produce', 't', '-k', 'a', '-K', ':'], /--key and --key-delim exclude each other/],
    [['produce', 't', 'x', '--file', 'y'], /values and --file exclude each other/],
    [['produce', 't', '-f', 'xml'], /--format: "xml" is none of value, json, raw-json, and has no verb/],
    [['produce', 't', '-f', 'json', '-k', 'x'], /leave out --key/],
    [['produce', 't', '--keep', 'offset', '-f', 'json'], /"offset" is neither partition nor timestamp/],
    [['produce', 't', '-D', '\\q'], /--delim: unknown escape in/],
    [['produce', 't', '-D', ''], /no delimiter/],
    [['produce', 't', '-f', 'jsno'], /did you mean "json"/],
    [['produce', 't', '-f', '%s\\n'], /kcat's %s is %v here/],
    [['produce', 't', '-f', '%k:%v\\n', '-k', 'x'], /--key and %k exclude each other/],
    [['produce', 't', '-f', '%k:%v\\n', '--key-from', '.x'], /--key-from and %k exclude each other/],
    [['produce', 't', '-f', '%p %v\\n', '-p', '1'], /--partition and %p exclude each other/],
    [['produce', 't', '-f', '%v\\n', '-D', '\\t'], /leave out --delim/],
    [['produce', 't', '-K', ':', '-f', 'raw-json'], /--key-delim goes with --format value alone/],
    [['produce', 't', '--key-from', 'id'], /--key-from: "id" is no path/],
    [['produce', 't', '--key-from', '.id x'], /is no path/],
    [['produce', 't', '--key-from', '.id', '-k', 'x'], /--key and --key-from exclude each other/],
    [['produce', 't', '--on-error', 'ignore'], /neither stop nor skip/],
    [['produce', 't', '--rate', 'fast'], /records a second/],
    [['produce', 't', '--rate', '0'], /records a second/],
    [['produce', 't', '--repeat', '0'], /whole number/],
    [['produce', 't', '-o', 'jsn'], /--output-format: "jsn" is none of json/],
    [['produce', 't', '-o', '%z'], /--output-format: unknown verb %z/],
    [['produce', 't', 'x', '--whole-file', 'y'], /values and --whole-file exclude/],
    [['produce', 't', '--whole-file', 'missing'], /cannot read "missing"/],
    [['produce', 't', '--batch-bytes', '5x'], /--batch-bytes/],
    [['produce', 't', '-p', '-1'], /whole number/],
    [['produce', 't', '-H', '=x'], /has no name/],
    [['produce', 't', '-z', 'brotli'], /--compression: expected one of none, gzip/],
    [['produce', 't', '--linger', '5x'], /duration/],
    [['produce', 't', '--file', 'missing.txt'], /cannot read "missing.txt": no such file or directory\n/],
    [['produce', 't', '--file', '.'], /directory/],
  ])('%j', async (words, message) => {
    mkdirSync(join(bench.folder, 'x'), { recursive: true })
    const { code, out, err } = await bench.run(words, { stdin: ['x\n'] })
    expect(err).toMatch(message)
    expect(err).toMatch(/^error: /)
    expect(out).toBe('')
    expect(code).toBe(2)
    expect((await bench.run(['broker', 'status', '--json'])).json()).toMatchObject({ exists: false })
  })
})
