import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { useWorkbench } from '../support/with-directory.ts'

const bench = useWorkbench()

const shown = async (topic: string, format: string) =>
  (await bench.run(['consume', topic, '-e', '-f', format])).out.split('\n').slice(0, -1)

describe('a format of verbs', () => {
  test('gives each record its key, headers, partition and timestamp', async () => {
    await bench.run(['topics', 'create', 't', '-p', '3'])
    const stdin = ['1 1700 a one|x=1,y=2,\n2 ', '1701 b two|\n']
    const format = '%p %d %k %v|%h{%k=%v,}\\n'
    const { code, err } = await bench.run(['produce', 't', '-f', format, '-H', 'c=3'], { stdin })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect((await shown('t', '%p %d %k %v %h\\n')).sort()).toEqual(['1 1700 a one x=1,y=2,c=3', '2 1701 b two c=3'])
  })

  test('reads sizes, across chunks, whatever bytes there are', async () => {
    const record = Buffer.from('\x00\x00\x00\x02k\n\x00\x00\x00\x03\n\x00\xff', 'latin1')
    const all = Buffer.concat(Array<Buffer>(500).fill(record))
    const chunks = Array.from({ length: Math.ceil(all.length / 7) }, (_, at) => all.subarray(at * 7, at * 7 + 7))
    await bench.run(['produce', 't', '-f', '%K{big32}%k%V{big32}%v'], { stdin: chunks })
    const { stdout } = await bench.run(['consume', 't', '-e', '-f', '%K{big32}%k%V{big32}%v'])
    expect(stdout.equals(all)).toBe(true)
  })

  test('names the record that the input ends in', async () => {
    const { code, err } = await bench.run(['produce', 't', '-f', '%V:%v'], { stdin: ['1:a1:b9:c'] })
    expect(code).toBe(1)
    expect(err).toBe('error: input record 3: it ends within %v\n2 of 3 records were produced (last acked line 2)\n')
  })

  test('never reads beyond the end of a line', async () => {
    const { err } = await bench.run(['produce', 't', '-f', '%k:%v\\n'], { stdin: ['x:1\ny\nz:3\n'] })
    expect(err).toContain('error: input line 2: no ":" after %k\n')
    expect(await shown('t', '%k=%v\\n')).toEqual(['x=1'])
  })

  test('names topics where none is named', async () => {
    const { code, err } = await bench.run(['produce', '-f', '%t %v\\n', '--json'], { stdin: ['a 1\nb 2\na 3\n'] })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(await shown('a', '%v\\n')).toEqual(['1', '3'])
    expect(await shown('b', '%v\\n')).toEqual(['2'])
    await bench.run(['produce', 'c', '-f', '%t %v\\n'], { stdin: ['a 1\nb 2\n'] })
    expect(await shown('c', '%v\\n')).toEqual(['1', '2'])
  })

  test('has values as records too', async () => {
    await bench.run(['produce', 't', '-f', '%k:%v\\n', 'a:1', 'b:2'])
    expect(await shown('t', '%k=%v\\n')).toEqual(['a=1', 'b=2'])
    const { code, err } = await bench.run(['produce', 't', '-f', '%k:%v\\n', 'a:1', 'b2'])
    expect(code).toBe(1)
    expect(err).toMatch(/^error: value 2: no ":" after %k\n/)
  })
})

describe('JSON', () => {
  test('names topics where none is named, and says where they are', async () => {
    const stdin = ['{"topic":"a","value":"1"}\n{"topic":"b","value":null,"key":"k"}\n']
    const ran = await bench.run(['produce', '-f', 'json', '--json'], { stdin })
    expect(ran.json()).toMatchObject({
      ok: true,
      topic: null,
      produced: 2,
      partitions: [
        { topic: 'a', partition: 0, first_offset: 0, last_offset: 0 },
        { topic: 'b', partition: 0, first_offset: 0, last_offset: 0 },
      ],
    })
    const failed = await bench.run(['produce', '-f', 'json'], { stdin: ['{"value":"x"}\n'] })
    expect(failed.err).toMatch(/^error: input line 1: it names no topic\nhint: rafka produce TOPIC/)
    expect(failed.code).toBe(1)
  })

  test('of consume is the same record again, in 1 MiB too, and with every byte there is', async () => {
    const bytes = Buffer.from(Array.from({ length: 1_000_000 }, (_, at) => at % 256))
    const file = join(bench.folder, 'bytes')
    writeFileSync(file, bytes)
    await bench.run(['produce', 'a', '--whole-file', file, '-k', 'käy\u0007', '-H', 'h=1', '-H', 'h'])
    await bench.run(['produce', 'a', '-Z', ''])
    await bench.run(['produce', 'a', '"\\\u2028\u{1f600}'])
    const json = await bench.run(['consume', 'a', '-ef', 'json'])
    expect(
      await bench.run(['produce', 'b', '-f', 'json', '--keep', 'timestamp'], { stdin: [json.stdout] }),
    ).toMatchObject({ code: 0, err: '' })
    const copied = await bench.run(['consume', 'b', '-ef', 'json'])
    expect(copied.out.replaceAll('"topic":"b"', '"topic":"a"') === json.out).toBe(true)
    expect(json.out.split('\n')).toHaveLength(4)
  })

  test('that is raw is the value, with its key from inside', async () => {
    const stdin = ['{"user":{"id":"u\\u00e91"},"n":1}\n{"user": {"id": 42}}\n{"user":{"id":null}}\n']
    const flags = ['-f', 'raw-json', '--key-from', '.user.id']
    expect(await bench.run(['produce', 't', ...flags], { stdin })).toMatchObject({ code: 0, err: '' })
    expect(await shown('t', '%k|%K|%v\\n')).toEqual([
      'ué1|4|{"user":{"id":"u\\u00e91"},"n":1}',
      '42|2|{"user": {"id": 42}}',
      '|-1|{"user":{"id":null}}',
    ])
    const failed = await bench.run(['produce', 't', ...flags], { stdin: ['{"user":{}}\n'] })
    expect(failed.err).toMatch(/^error: input line 1: no \.user\.id in the value\n/)
    const broken = await bench.run(['produce', 't', '-f', 'raw-json'], { stdin: ['{"a":1}\n{"a":}\n'] })
    expect(broken.err).toMatch(/^error: input line 2: it is not JSON: no value begins at byte 6\n/)
  })

  test('that nests is there to be looked at', async () => {
    await bench.run(['produce', 't', '-k', '7', '{"a":\n12345678901234567890}', 'text', ''])
    const { out } = await bench.run(['consume', 't', '-ef', 'json-nested'])
    expect(out.split('\n').map((line) => /"key":(.*?),"headers"/.exec(line)?.[1])).toEqual([
      '7,"value":{"a":12345678901234567890}',
      '7,"value":"text"',
      '7,"value":""',
      undefined,
    ])
  })
})

describe('a line that is wrong', () => {
  test('is skipped and told of where that is wanted, and it fails in the end', async () => {
    const stdin = ['a:1\nb\nc:3\nd\n']
    const { code, err } = await bench.run(['produce', 't', '-K', ':', '--on-error', 'skip'], { stdin })
    expect(code).toBe(1)
    expect(err).toBe(
      'skipped: input line 2: no key delimiter ":" found\nskipped: input line 4: no key delimiter ":" found\n2 of 4 records were produced\n',
    )
    expect(await shown('t', '%k=%v\\n')).toEqual(['a=1', 'c=3'])
  })

  test('is not told of for ever', async () => {
    const { err } = await bench.run(['produce', 't', '-K', ':', '--on-error', 'skip'], { stdin: ['x\n'.repeat(100)] })
    expect(err.split('\n')).toHaveLength(23)
    expect(err).toContain('skipped: 80 more records\n0 of 100 records were produced\n')
  })

  test('for it is too long is skipped to its end', async () => {
    const stdin = ['a\n', ...Array<string>(40).fill('x'.repeat(64 * 1024)), '\nb\n']
    const ran = await bench.run(['produce', 't', '--on-error', 'skip', '--json'], { stdin })
    expect(ran.code).toBe(1)
    expect(ran.json()).toMatchObject({
      ok: false,
      produced: 2,
      failed: 1,
      error: { code: 'MESSAGE_TOO_LARGE', line: 2 },
    })
    expect(await shown('t', '%v\\n')).toEqual(['a', 'b'])
  })
})

describe('other flags', () => {
  test('a whole file is one record, an empty one too', async () => {
    writeFileSync(join(bench.folder, 'a'), 'line 1\nline 2\n')
    writeFileSync(join(bench.folder, 'b'), '')
    await bench.run(['produce', 't', '--whole-file', 'a', '--whole-file', 'b', '--whole-file', '-'], {
      stdin: ['from ', 'stdin\n'],
    })
    expect(await shown('t', '%v{q}\\n')).toEqual(['"line 1\\nline 2\\n"', '""', '"from stdin\\n"'])
    const { code, err } = await bench.run(['produce', 't', '--whole-file', '-'], {
      stdin: Array<string>(40).fill('x'.repeat(64 * 1024)),
    })
    expect(code).toBe(1)
    expect(err).toMatch(/^error: input: a record of \d+ bytes/)
  })

  test('each record goes so often, and so fast', async () => {
    await bench.run(['produce', 't', '--repeat', '3', '--rate', '1000/s'], { stdin: ['a\nb\n'] })
    expect(await shown('t', '%v\\n')).toEqual(['a', 'a', 'a', 'b', 'b', 'b'])
  })

  test('a topic by its flag leaves all words to be values', async () => {
    await bench.run(['produce', '-t', 't', 'a', 'b', '--batch-bytes', '2k'])
    expect(await shown('t', '%v\\n')).toEqual(['a', 'b'])
  })

  test('a text stands for null', async () => {
    await bench.run(['produce', 't', '-f', '%k:%v\\n', '--null', 'NULL'], { stdin: ['NULL:x\nk:NULL\n'] })
    expect(await shown('t', '%K %V\\n')).toEqual(['-1 1', '1 -1'])
  })
})

describe('each record is told of', () => {
  test('as JSON, in the order of the input', async () => {
    await bench.run(['topics', 'create', 't', '-p', '3'])
    const { out, err, code } = await bench.run(['produce', 't', '-K', ':', '-o', 'json'], {
      stdin: ['a:1\nb:2\nc:3\nd:4\n'],
    })
    expect({ err, code }).toEqual({ err: '', code: 0 })
    const receipts = out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const stored = await shown('t', '%k %p %o %d\\n')
    expect(
      receipts.map((each, at) => `${'abcd'[at]} ${each.partition} ${each.offset} ${each.timestamp}`).sort(),
    ).toEqual(stored.sort())
    expect(Object.keys(receipts[0]!)).toEqual(['topic', 'partition', 'offset', 'timestamp'])
  })

  test('in a format, those before an error too', async () => {
    const { out, err, code } = await bench.run(
      ['produce', 't', '-K', ':', '-H', 'h=1', '-o', '%i %t/%p@%o %k=%v %h\\n'],
      { stdin: ['a:1\nb:2\nc\n'] },
    )
    expect(out).toBe('1 t/0@0 a=1 h=1\n2 t/0@1 b=2 h=1\n')
    expect(err).toContain('2 of 3 records were produced (last acked line 2)')
    expect(code).toBe(1)
  })

  test('many of them', async () => {
    const stdin = Array.from({ length: 300 }, (_, at) => `${'x'.repeat(90)}${at}\n`.repeat(100))
    const { out } = await bench.run(['produce', 't', '-o', '%o\\n'], { stdin })
    expect(out).toBe(Array.from({ length: 30_000 }, (_, at) => `${at}\n`).join(''))
  })

  test('but not with a summary on the same stdout', async () => {
    const { out, code } = await bench.run(['produce', 't', '-o', 'json', '--json'])
    expect(out).toContain('leave out one of them')
    expect(code).toBe(2)
  })
})
