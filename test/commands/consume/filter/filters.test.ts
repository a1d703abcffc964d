import { describe, expect, test } from 'vitest'
import { compileGrep } from '../../../../commands/consume/filter/grep.ts'
import { compileMatcher } from '../../../../commands/consume/filter/text-matcher.ts'
import { compileWhere } from '../../../../commands/consume/filter/where/compile-where.ts'
import { isRafkaError } from '../../../../src/index.ts'
import { cursorOn, type FakeRecord } from '../../support/fake-cursor.ts'

const now = Date.UTC(2026, 0, 31, 12)
const source = { topic: 'orders', partition: 2 }
const record: FakeRecord = {
  key: Buffer.from('{"user":"ann","n":7}'),
  value: Buffer.from('{"a":{"b":3},"s":"tw\\u006f","t":true,"f":false,"z":null,"l":[1,"x"],"big":1e3}'),
  headers: [
    { key: 'trace', value: Buffer.from('old') },
    { key: 'trace', value: Buffer.from('abc') },
    { key: 'x-y', value: null },
  ],
  offset: 42,
  timestamp: now,
}
const matches = (text: string, bytes: string) =>
  compileMatcher('--grep', text)(Buffer.from(`>${bytes}<`), 1, 1 + Buffer.byteLength(bytes))

describe('a matcher', () => {
  test.each([
    ['abc', 'xabcx', true],
    ['abc', 'xab', false],
    ['<', 'a', false],
    ['^a.c$', 'aéc', true],
    ['^a{30}$', 'a'.repeat(30), true],
    ['(?=a)b', 'ab', false],
    ['(a)\\1', 'aa', true],
    ['', '', true],
    ['a|b', 'b', true],
  ])('%s in %s: %s', (pattern, text, expected) => expect(matches(pattern, text)).toBe(expected))

  test.each(['^(a+)+$', '^(a|aa)+$', '^(([a-z])+.)+[A-Z]([a-z])+$'])('is not held up by %s', (pattern) => {
    expect(matches(pattern, `${'a'.repeat(5_000)}!`)).toBe(false)
  })

  test('gives up what only the usual engine can do and takes for ever', () => {
    expect(() => matches('^(?=a)(a+)+$', `${'a'.repeat(100)}!`)).toThrow(
      /takes longer than 1 s for a text of 101 bytes/,
    )
  })

  test('refuses what is no expression', () => expect(() => compileMatcher('--grep', '(')).toThrow(/^--grep: Invalid/))
})

describe('grep', () => {
  test.each([
    ['k:ann', true],
    ['v:^\\{"a"', true],
    ['v:ann', false],
    ['!v:ann', true],
    ['hk:^x-', true],
    ['hv:ab', true],
    ['hv:zz', false],
    ['h:trace=^old$', true],
    ['h:trace=^abc$', true],
    ['h:trace=x', false],
    ['h:x-y=', false],
    ['!h:x-y=', true],
    ['t:^ord', true],
    ['t:^rd', false],
  ])('%s: %s', (text, expected) => {
    const filter = compileGrep(text)
    expect([filter(cursorOn(record), source), filter(cursorOn(record), source)]).toEqual([expected, expected])
  })

  test('finds nothing in null, and null by its absence', () => {
    const empty = cursorOn({})
    expect(['k:', 'v:', 'hk:', '!v:'].map((text) => compileGrep(text)(empty, source))).toEqual([
      false,
      false,
      false,
      true,
    ])
    expect(compileGrep('v:')(cursorOn({ value: Buffer.alloc(0) }), source)).toBe(true)
  })

  test.each(['error', '', 'x:y', 'h:a'])('%j does not say where to look', (text) => {
    expect(() => compileGrep(text)).toThrow(/does not say where to look/)
  })
})

describe('where', () => {
  test.each([
    ['.a.b == 3', true],
    ['.a.b != 3', false],
    ['.a.b == "3"', false],
    ['.a.b < 4 && .a.b >= 3 && .a.b <= 3 && !(.a.b > 3)', true],
    ['.s == "two"', true],
    ["value.s == 'two'", true],
    ['.s =~ "^t.o$"', true],
    ['.s !~ "^t"', false],
    ['.a =~ "3"', false],
    ['.a !~ "3"', true],
    ['.s contains "wo"', true],
    ['.l contains "x"', true],
    ['.l contains 1', true],
    ['.l contains "1"', false],
    ['.z == null && .nothing == null && .a.b.c == null', true],
    ['.a != null', true],
    ['.a == .a', false],
    ['.t && !.f && !.z && !.nothing && .a', true],
    ['.f || .t', true],
    ['.f == false', true],
    ['.s < "u"', true],
    ['.s < 5', false],
    ['.l[1] == "x" && .l[-2] == 1', true],
    ['.big == 1000', true],
    ['key.user == "ann" && key.n == 7', true],
    ['key contains "ann"', true],
    ['value =~ "true"', true],
    ['headers.trace == "abc"', true],
    ['headers["x-y"] == null && headers.none == null', true],
    ['topic == "orders" && partition == 2 && offset >= 42', true],
    ['timestamp >= @-1h && timestamp < @2026-02-01T00:00Z', true],
    ['timestamp > @now', false],
    ['size > 10', true],
    ['.s == "a\\"b" || .s == \'it\\\'s "x"\' || .s == "t\\u0077o"', true],
    ['((((.t))))', true],
    ['1 == 1', true],
  ])('%s: %s', (text, expected) => {
    expect(compileWhere(text, now)(cursorOn(record), source)).toBe(expected)
  })

  test('finds nothing where there is no JSON', () => {
    for (const value of [null, Buffer.from('text'), Buffer.from('{"a":'), Buffer.from([0xff])]) {
      expect(compileWhere('.a == null', now)(cursorOn({ value }), source)).toBe(true)
      expect(compileWhere('.a == 3', now)(cursorOn({ value }), source)).toBe(false)
    }
    expect(compileWhere('key == null && value == null', now)(cursorOn({}), source)).toBe(true)
  })

  test.each([
    ['', /a value should stand at character 1/],
    ['.a ==', /a value should stand at character 6/],
    ['.a = 3', /"= 3" is nothing that can stand at character 4/],
    ['.a == 3 .b', /"&&" or "\|\|" should stand at character 9/],
    ['(.a == 3', /"\)" should stand at character 9/],
    ['foo == 3', /unknown word "foo" .* at character 1/],
    ['key == 3', /a text and a number are compared.* at character 8/],
    ['timestamp > "2026-01-01"', /a time after @ at character 13/],
    ['.a =~ .b', /a regular expression stands in quotes at character 7/],
    ['.a =~ "("', /--where: Invalid regular expression/],
    ['offset.x == 1', /"offset" has no parts at character 1/],
    ['headers.a.b == "x"', /headers.NAME is one name/],
    ['timestamp > @soon', /@soon is no time at character 13/],
    ["'a\\q' == .a", /unknown escape/],
    ['== 3', /a value should stand where "==" stands at character 1/],
    ['!'.repeat(200), /more than 100 levels/],
    ['('.repeat(200), /more than 100 levels/],
    ['x'.repeat(10_001), /longer than 10000/],
    ['constructor.constructor("return process")()', /unknown word|nothing that can stand|has no parts/],
  ])('%s is refused', (text, message) => {
    try {
      compileWhere(text, now)
      expect.unreachable()
    } catch (error) {
      expect(isRafkaError(error, 'INVALID_ARGUMENT') && error.message).toMatch(message)
    }
  })
})
