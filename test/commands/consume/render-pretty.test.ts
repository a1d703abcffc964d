import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { renderPretty } from '../../../commands/consume/render-pretty.ts'
import { rendered } from '../support/rendered.ts'

const record = {
  key: Buffer.from('k1'),
  value: Buffer.from('{"a":1}'),
  headers: [
    { key: 'h', value: Buffer.from('1') },
    { key: 'n', value: null },
  ],
  offset: 42,
}

describe('the pretty form', () => {
  const same = (text: string) => text
  const paint = { red: same, cyan: same, dim: same, bold: same, green: same, yellow: same } as never
  const time = new Date(2026, 0, 31, 12, 0, 1, 123)
  const pretty = renderPretty(paint, time)

  test('has place, time, key, value and headers', async () => {
    const output = await rendered(pretty, { ...record, timestamp: time.getTime() })
    expect(output.toString()).toBe('orders/2 @42  12:00:01.123  k1  {"a":1}\n                h=1 n\n')
  })

  test('tells null from empty, and another day from today', async () => {
    const yesterday = new Date(2026, 0, 30, 1, 2, 3, 4).getTime()
    expect((await rendered(pretty, { timestamp: yesterday })).toString()).toBe(
      'orders/2 @0  2026-01-30 01:02:03.004  -  (tombstone)\n',
    )
    const empty = { key: Buffer.alloc(0), value: Buffer.alloc(0), timestamp: -1 }
    expect((await rendered(pretty, empty)).toString()).toBe('orders/2 @0  -  (empty)  (empty)\n')
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
