import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileFormat } from '../../../commands/consume/compile-format.ts'
import { renderPretty } from '../../../commands/consume/render-pretty.ts'
import { isRafkaError } from '../../../src/index.ts'
import { rendered } from '../support/rendered.ts'

const record = {
  key: Buffer.from('k1'),
  value: Buffer.from('{"a":1}'),
  headers: [
    { key: 'h', value: Buffer.from('1') },
    { key: 'n', value: null },
  ],
  offset: 42,
  timestamp: 1_767_225_600_000,
}

describe('a format', () => {
  test.each([
    ['%t/%p @%o %d\\n', 'orders/2 @42 1767225600000\n'],
    ['%k\\t%v\\n', 'k1\t{"a":1}\n'],
    ['%h', 'h=1,n='],
    ['100%%', '100%'],
    ['%k{hex}|%v{base64}', '6b31|eyJhIjoxfQ=='],
    ['%v{json}', '{\n  "a": 1\n}'],
    ['%k{json}', '"k1"'],
    ['\\x41\\\\\\r\\0', 'A\\\r\0'],
    ['ä%kö', 'äk1ö'],
    ['', ''],
  ])('%s', async (format, shown) => {
    expect((await rendered(compileFormat(format, false), record)).toString()).toBe(shown)
  })

  test('prints null as nothing', async () => {
    expect((await rendered(compileFormat('[%k][%v][%v{hex}]', false), {})).toString()).toBe('[][][]')
  })

  test('gives the bytes of a value as they are to a pipe', async () => {
    const bytes = fc.uint8Array({ maxLength: 100 }).map((array) => Buffer.from(array))
    await fc.assert(
      fc.asyncProperty(bytes, async (value) => {
        expect(await rendered(compileFormat('%v', false), { value })).toEqual(value)
      }),
    )
  })

  test('cannot make a record act on a terminal', async () => {
    const evil = Buffer.from('\u001b]52;c;eA==\u0007\u202e')
    const output = await rendered(compileFormat('%k %v %h %v{json}\\n', true), {
      key: evil,
      value: evil,
      headers: [{ key: '\u001b[2J', value: evil }],
    })
    expect(output.toString()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  })

  test.each([
    ['%s\\n', /unknown verb %s/, /kcat's %s is %v/],
    ['%x', /unknown verb %x/, /known are %t/],
    ['%', /unknown verb %/, /known are %t/],
    ['%v{xml}', /unknown modifier \{xml\}/, /hex/],
    ['%t{hex}', /%t takes no \{hex\}/, /%k and %v/],
    ['\\q', /unknown escape/, /\\n/],
  ])('%s is refused with a hint', (format, message, hint) => {
    try {
      compileFormat(format, false)
      expect.unreachable()
    } catch (error) {
      expect(isRafkaError(error, 'INVALID_ARGUMENT') && error.message).toMatch(message)
      expect(isRafkaError(error) && error.details.hint).toMatch(hint)
    }
  })
})

describe('the pretty form', () => {
  const same = (text: string) => text
  const paint = { red: same, cyan: same, dim: same, bold: same, green: same, yellow: same } as never
  const time = new Date(2026, 0, 31, 12, 0, 1, 123)
  const pretty = renderPretty(paint, time)

  test('has place, time, key, value and headers', async () => {
    const output = await rendered(pretty, { ...record, timestamp: time.getTime() })
    expect(output.toString()).toBe('orders/2 @42  12:00:01.123  k1  {"a":1}\n                h=1 n=\n')
  })

  test('tells null from empty, and another day from today', async () => {
    const yesterday = new Date(2026, 0, 30, 1, 2, 3, 4).getTime()
    expect((await rendered(pretty, { timestamp: yesterday })).toString()).toBe(
      'orders/2 @0  2026-01-30 01:02:03.004  -  (tombstone)\n',
    )
    const empty = { key: Buffer.alloc(0), value: Buffer.alloc(0), timestamp: -1 }
    expect((await rendered(pretty, empty)).toString()).toBe('orders/2 @0  -    \n')
  })

  test('lets no record act on the terminal', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
        const evil = Buffer.from(bytes)
        const headers = [{ key: evil.toString('latin1'), value: evil }]
        const output = await rendered(pretty, { key: evil, value: evil, headers })
        expect(output.toString()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e]/)
        expect(output.toString().split('\n')).toHaveLength(3)
      }),
    )
  })
})
