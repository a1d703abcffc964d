import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePrinter } from '../../../../commands/format/print/compile-printer.ts'
import { compileInput, type InputOptions } from '../../../../commands/format/read/compile-input.ts'
import type { InputRecord } from '../../../../commands/format/read/input-record.ts'
import { isRafkaError } from '../../../../src/index.ts'
import { rendered } from '../../support/rendered.ts'

/** What was read, as text of one character a byte; what a record does not have is left out. */
function shown(record: InputRecord) {
  const slice = (bytes: Buffer, start: number, end: number) => (start < 0 ? null : bytes.toString('latin1', start, end))
  const { topic, partition, timestamp, headers } = record
  const found = {
    key: slice(record.keySource, record.keyStart, record.keyEnd),
    value: slice(record.valueSource, record.valueStart, record.valueEnd),
    topic,
    partition,
    timestamp,
    headers:
      headers.length === 0 ? undefined : headers.map(({ key, value }) => `${key}=${value?.toString('latin1') ?? null}`),
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined && value !== null))
}

/** All records of the input, which comes in chunks of so many bytes. */
function readAll(format: string, input: string | Buffer, chunkBytes = 1 << 20, options: Partial<InputOptions> = {}) {
  const bytes = typeof input === 'string' ? Buffer.from(input, 'latin1') : input
  const framer = compileInput(format, { flag: '--format', ...options }).open()
  const records: ReturnType<typeof shown>[] = []
  const take = () => {
    framer.read()
    records.push(shown(framer.record))
  }
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    // The memory of a chunk is used again for the next one.
    const chunk = Buffer.from(bytes.subarray(at, at + chunkBytes))
    framer.push(chunk)
    while (framer.next()) take()
    chunk.fill(0xee)
  }
  if (framer.last()) take()
  return records
}

describe('a format of input with delimiters', () => {
  test.each<[string, string, object[]]>([
    ['%v\\n', 'a\n\nb', [{ value: 'a' }, { value: '' }, { value: 'b' }]],
    ['%v', 'a\nb\n', [{ value: 'a' }, { value: 'b' }]],
    [
      '%k:%v\\n',
      'a:1\nb:\n:c:d',
      [
        { key: 'a', value: '1' },
        { key: 'b', value: '' },
        { key: '', value: 'c:d' },
      ],
    ],
    [
      '%k --> %v;\\n',
      'a --> x;y;\nb --> z',
      [
        { key: 'a', value: 'x;y' },
        { key: 'b', value: 'z' },
      ],
    ],
    ['<%k> %v\\n', '<a> 1\n', [{ key: 'a', value: '1' }]],
    [
      '%t %p %d %k %v\\n',
      'logs 2 1700 k v w\n',
      [{ topic: 'logs', partition: 2, timestamp: 1700, key: 'k', value: 'v w' }],
    ],
    ['%v{hex},%k{base64}\\n', '6100,YQ==\n', [{ value: 'a\0', key: 'a' }]],
    ['%k{base64raw}\\n', 'YQ\n', [{ key: 'a' }]],
    ['%k{q} %v{q}\\n', '"a\\tb\\u00e9" null\nnull "x"\n', [{ key: 'a\tb\xc3\xa9' }, { value: 'x' }]],
    ['%k %v{json}\\n', 'a {"b":[1, 2]}\n', [{ key: 'a', value: '{"b":[1, 2]}' }]],
    ['%v{json} %k\\n', '{"b": 1} a\n', [{ key: 'a', value: '{"b": 1}' }]],
    ['%k{re[[[a-z]+]]}%v\\n', 'abc123\n', [{ key: 'abc', value: '123' }]],
    ['%k{re#\\d+#}-%v\\n', '12-x\n', [{ key: '12', value: 'x' }]],
    ['%k{2}%v\\n', 'abcd\n', [{ key: 'ab', value: 'cd' }]],
    ['%p{2}%v\\n', '12x\n', [{ partition: 12, value: 'x' }]],
    ['%p{hex8}%o{hex} %v\\n', '0affff x\n', [{ partition: 10, value: 'x' }]],
    ['%p{bool}%v\\n', 'true1\n', [{ partition: 1, value: '1' }]],
    ['%o %e %x %y %i %v\\n', '1 -1 2 3 4 x\n', [{ value: 'x' }]],
    ['%d{iso} %v\\n', '2026-01-01T00:00:01.123Z x\n', [{ timestamp: 1_767_225_601_123, value: 'x' }]],
    [
      '%d,%v\\n',
      '2026-01-01T00:00Z,x\n-1,y\n',
      [
        { timestamp: 1_767_225_600_000, value: 'x' },
        { timestamp: -1, value: 'y' },
      ],
    ],
    ['%v %H %h{%k=%v;}\\n', 'x 2 a=1;b=;\ny 0 \n', [{ value: 'x', headers: ['a=1', 'b='] }, { value: 'y' }]],
    ['%v%%%h{ %k=%v}\\n', 'x% a=1 b=2\ny%\n', [{ value: 'x', headers: ['a=1', 'b=2'] }, { value: 'y' }]],
    ['%H:%h{%k,}%v\\n', '2:a,b,x\n', [{ value: 'x', headers: ['a=null', 'b=null'] }]],
    ['%h{%k{q}=%v{q}}\\n', '"a"="1""b"=null\n', [{ headers: ['a=1', 'b=null'] }]],
    [
      '%k\\0\\0%v\\0\\0\\n',
      'a\0\0b\0\0\nc\0\0d',
      [
        { key: 'a', value: 'b' },
        { key: 'c', value: 'd' },
      ],
    ],
  ])('%s', (format, input, expected) => {
    for (const chunkBytes of [1, 3, 1000]) expect(readAll(format, input, chunkBytes)).toEqual(expected)
  })

  test('takes the delimiter from elsewhere when it has none, and null from a text', () => {
    expect(readAll('%k=%v', 'a=1|b=2|', 2, { delimiter: Buffer.from('|') })).toHaveLength(2)
    const nullText = Buffer.from('NULL')
    const records = readAll('%k:%v%h{,%k=%v}\\n'.replace('%v%h', '%v%%%h'), 'NULL:NULL%,a=NULL\nNULLL:%', 5, {
      nullText,
    })
    expect(records).toEqual([{ headers: ['a=null'] }, { key: 'NULLL', value: '' }])
  })

  test.each<[string, string, RegExp]>([
    ['%k:%v\\n', 'a1\n', /^no ":" after %k$/],
    ['<%v\\n', 'a\n', /^no "<" where it should stand$/],
    ['%p %v\\n', 'x y\n', /^no number for %p at "x y"$/],
    ['%p{3}%v\\n', '12\n', /^it ends within %p\{3\}$/],
    ['%v{hex}\\n', 'abc\n', /^%v\{hex\}: "abc" is not hexadecimal$/],
    ['%v{base64}\\n', '@@\n', /is not base64$/],
    ['%v{q}\\n', '"a\n', /^%v\{q\}: it is not JSON: a string has no end at byte 1$/],
    ['%v{json}\\n', '{"a":1}}\n', /^"\}" stands where the record should end$/],
    ['%v{re[x]}\\n', 'y\n', /^nothing for %v\{re\[x\]\} matches$/],
    ['%v %d\\n', 'x soon\n', /"soon" is neither ms since 1970 nor a date$/],
    ['%p{bool}%v\\n', 'maybe\n', /^no number for %p\{bool\}/],
    ['%H %h{%k;}\\n', '2 a;\n', /^no ";" after %k$/],
    ['%o %v\\n', '99999999999999999999 x\n', /beyond 2\^53$/],
  ])('%s tells what is wrong with %j, and goes on behind it', (format, input, message) => {
    const framer = compileInput(format, { flag: '-f' }).open()
    framer.push(Buffer.from(input + input))
    for (let record = 0; record < 2; record++) {
      expect(framer.next()).toBe(true)
      expect(() => framer.read()).toThrow(message)
    }
    expect(framer.next()).toBe(false)
  })
})

describe('a format of input with sizes', () => {
  test.each<[string, string, object[]]>([
    ['%V{big32}%v', '\0\0\0\x02a\n\xff\xff\xff\xff', [{ value: 'a\n' }, {}]],
    ['%K{byte}%k%V{little16}%v', '\x01a\x02\0bc\xff\0\0', [{ key: 'a', value: 'bc' }, { value: '' }]],
    ['%K:%k%V:%v\\n', '1:a2:b\n\n-1:0:\n', [{ key: 'a', value: 'b\n' }, { value: '' }]],
    ['%V{hex4}%v{hex}', '261422ff', [{ value: 'a' }, { value: '"\xff' }]],
    ['%V{3}%v', '003abc000', [{ value: 'abc' }, { value: '' }]],
    [
      '%k{2}%v{3}',
      'aabbbccddd',
      [
        { key: 'aa', value: 'bbb' },
        { key: 'cc', value: 'ddd' },
      ],
    ],
    [
      '%T{byte}%t%p{big32}%d{big64}%V{byte}%v',
      '\x01t\0\0\0\x03\0\0\0\0\0\0\x06\xa4\x01x',
      [{ topic: 't', partition: 3, timestamp: 1700, value: 'x' }],
    ],
    [
      '%H{byte}%h{%K{byte}%k%V{byte}%v}%V{byte}%v',
      '\x02\x01a\x01b\x01c\xff\x01x\0\0',
      [{ headers: ['a=b', 'c=null'], value: 'x' }, { value: '' }],
    ],
  ])('%s', (format, input, expected) => {
    for (const chunkBytes of [1, 2, 5, 1000]) expect(readAll(format, input, chunkBytes)).toEqual(expected)
  })

  test('ends with an error when the input ends within a record', () => {
    expect(() => readAll('%V{big32}%v', '\0\0\0\x05abc')).toThrow('it ends within %v')
    expect(() => readAll('%V{big32}%v', '\0\0')).toThrow('it ends within %V{big32}')
    expect(() => readAll('%V %v', '-5 abc')).toThrow('a size of -5 for %v')
    expect(() => readAll('%V{big32}%v', '\0\0\0\x05ab', 1)).toThrow('it ends within %v')
  })

  test('reads what was printed, whatever it is', async () => {
    const format = '%T{byte}%t%p{big32}%d{big64}%K{big32}%k%H{big16}%h{%K{little16}%k%V{little32}%v}%V{little64}%v'
    const bytes = fc.option(fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)))
    const header = fc.record({
      key: fc.string({ maxLength: 5 }).map((key) => Buffer.from(key).toString()),
      value: bytes,
    })
    const record = fc.record({
      key: bytes,
      value: bytes,
      headers: fc.array(header, { maxLength: 3 }),
      timestamp: fc.integer({ min: -1, max: 2 ** 50 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { maxLength: 5 }),
        fc.integer({ min: 1, max: 70 }),
        async (records, chunkBytes) => {
          const print = compilePrinter(format, { flag: '-f', safe: false })
          const printed = Buffer.concat(await Promise.all(records.map((each) => rendered(print, each))))
          const expected = records.map(({ key, value, headers, timestamp }) => ({
            topic: 'orders',
            partition: 2,
            timestamp,
            ...(key === null ? {} : { key: key.toString('latin1') }),
            ...(value === null ? {} : { value: value.toString('latin1') }),
            ...(headers.length === 0
              ? {}
              : { headers: headers.map(({ key: name, value: of }) => `${name}=${of?.toString('latin1') ?? null}`) }),
          }))
          expect(readAll(format, printed, chunkBytes)).toEqual(expected)
        },
      ),
    )
  })
})

describe('refused with a hint is', () => {
  test.each([
    ['x\\n', /it has no verb/, /%k:%v/],
    ['%s\\n', /unknown verb %s/, /kcat's %s is %v/],
    ['%[ %v\\n', /unknown verb %\[/, /%t %T/],
    ['%k%v\\n', /nothing says where %k ends/, /between two texts/],
    ['%p%v\\n', /nothing says where %p ends/, /no digit/],
    ['%K{byte}%k%v', /nothing says how long %v is/, /%V\{big32\}%v/],
    ['%V{byte}%v{json}', /nothing says how long %v\{json\} is/, /sizes/],
    ['%V{byte}%v{3}', /two sizes/, /leave out/],
    ['%p{big32}%v\\n', /%p\{big32\} can hold the bytes that end the record/, /%K\{big32\}/],
    ['%v %v\\n', /%v stands twice/, /one place/],
    ['%h %v\\n', /%h says nothing of a header's parts/, /%h\{/],
    ['%h{%k=%v }%v\\n', /nothing says how many headers/, /%H/],
    ['%H %h{%v=%k }\\n', /needs %k, and before %v/, /%h\{/],
    ['%H %h{%p }\\n', /unknown verb %p/, /within %h/],
    ['%v{unpack[b]}\\n', /unknown modifier in %v\{unpack\[b\]\}/, /re\[/],
    ['%v{re[(]}\\n', /\{re\[\(\]\}: Invalid regular expression/, /JavaScript/],
    ['%d{strftime[%F]} %v\\n', /is for output alone/, /2026/],
    ['%p{xml} %v\\n', /%p takes no \{xml\}/, /hex4/],
  ])('%s', (format, message, hint) => {
    try {
      compileInput(format, { flag: '--format' })
      expect.unreachable()
    } catch (error) {
      expect(isRafkaError(error, 'INVALID_ARGUMENT') && error.message).toMatch(message)
      expect(isRafkaError(error) && error.details.hint).toMatch(hint)
    }
  })
})

test('any format reads any input, or says what is wrong', () => {
  const pieces = fc.constantFrom(
    '%k',
    '%v',
    '%K',
    '%V{big16}',
    '%h{%k=%v }',
    '%H',
    '{hex}',
    '{3}',
    ':',
    '\\n',
    '%p',
    '%d',
    '{q}',
    '{json}',
  )
  const input = fc.array(fc.constantFrom('a', ':', '\n', '1', '"', '{', '\0', ' ', '='), { maxLength: 30 })
  fc.assert(
    fc.property(
      fc.array(pieces, { maxLength: 6 }),
      input,
      fc.integer({ min: 1, max: 9 }),
      (format, bytes, chunkBytes) => {
        try {
          readAll(format.join(''), bytes.join(''), chunkBytes)
        } catch (error) {
          expect(isRafkaError(error, 'INVALID_ARGUMENT'), String(error)).toBe(true)
        }
      },
    ),
    { numRuns: 2000 },
  )
})
