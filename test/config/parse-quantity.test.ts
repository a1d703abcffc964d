import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDuration, parseSize } from '../../config/parse-quantity.ts'

describe('a duration', () => {
  test.each([
    ['250', 250],
    ['250ms', 250],
    ['1.5s', 1500],
    ['5m', 300_000],
    ['7d', 604_800_000],
    ['1h30m', 5_400_000],
    ['1H', 3_600_000],
    ['-1', -1],
    ['-1h30m', -5_400_000],
    [' 2s ', 2000],
    ['0', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  test.each(['', ' ', '-', 'x', '5x', '1h30', '30m1h', '1m1m', 's', '1 s', '1,5s', '0x10', '1e3', '9'.repeat(50)])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toBeUndefined()
    },
  )

  test("Java's largest long, which means no limit, is the largest safe number", () => {
    expect(parseDuration('9223372036854775807')).toBe(Number.MAX_SAFE_INTEGER)
  })

  test('any text is a safe number or none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^-?[0-9.]{0,8}[a-z]{0,2}[0-9]{0,3}[hms]?$/)), (text) => {
        const ms = parseDuration(text)
        expect(ms === undefined || Number.isSafeInteger(ms)).toBe(true)
      }),
    )
  })
})

describe('a size', () => {
  test.each([
    ['0', 0],
    ['65536', 65_536],
    ['64k', 65_536],
    ['1.5m', 1_572_864],
    ['1g', 1_073_741_824],
    ['10b', 10],
    ['1G', 1_073_741_824],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes)
  })

  test.each(['', '1s', '7d', 'k', '1kb', '1 k'])('%j is none', (text) => {
    expect(parseSize(text)).toBeUndefined()
  })
})
