import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseOffsets } from '../../../commands/consume/parse-offsets.ts'
import { isRafkaError } from '../../../src/index.ts'

const now = Date.UTC(2026, 0, 31, 12)
const hour = 3_600_000

describe('a place', () => {
  test.each([
    ['start', 'start'],
    ['earliest', 'start'],
    ['oldest', 'start'],
    ['beginning', 'start'],
    ['end', 'end'],
    ['latest', 'end'],
    ['newest', 'end'],
    ['0', 0],
    ['42', 42],
    ['=42', 42],
    ['-10', { fromEnd: 10 }],
    ['=-5', { fromEnd: 5 }],
    ['+5', { fromStart: 5 }],
    ['start+5', { fromStart: 5 }],
    ['end-5', { fromEnd: 5 }],
    ['@now', { timestamp: now }],
    ['@-1h', { timestamp: now - hour }],
    ['@-1h30m', { timestamp: now - 1.5 * hour }],
    ['@+5m', { timestamp: now + 300_000 }],
    ['@1767225600', { timestamp: 1_767_225_600_000 }],
    ['@1767225600000', { timestamp: 1_767_225_600_000 }],
    ['@1767225600000000000', { timestamp: 1_767_225_600_000 }],
    ['@2026-01-01T00:00Z', { timestamp: 1_767_225_600_000 }],
    ['@2026-01-01T02:00:00.500+02:00', { timestamp: 1_767_225_600_500 }],
    ['@2026-01-01T10:30', { timestamp: new Date(2026, 0, 1, 10, 30).getTime() }],
    ['@2026-01-01', { timestamp: new Date(2026, 0, 1).getTime() }],
  ])('%s', (spec, from) => {
    expect(parseOffsets(spec, now)).toMatchObject({ from })
  })
})

test('tells of a time that has no zone', () => {
  const local = (spec: string) => parseOffsets(spec, now).localTime
  expect(['@2026-01-01', '@2026-01-01T10:30:2026-01-01T11:30Z', '@:2026-01-01', '5:@2026-01-01'].map(local)).toEqual([
    true,
    true,
    true,
    true,
  ])
  expect(['@2026-01-01T10:30Z', '@-1h:now', '@1767225600', '@2026-01-01T10:30+02:00', '5'].map(local)).toEqual(
    Array(5).fill(undefined),
  )
})

describe('a range', () => {
  test.each([
    [':end', 'start', 'end'],
    [':100', 'start', 100],
    ['10:20', 10, 20],
    ['10:10', 10, 10],
    ['10:+5', 10, 15],
    ['+10:+5', { fromStart: 10 }, { fromStart: 15 }],
    ['-10:end', { fromEnd: 10 }, 'end'],
    ['-10:-5', { fromEnd: 10 }, { fromEnd: 5 }],
    ['start:end-1', 'start', { fromEnd: 1 }],
    ['@-1h:now', { timestamp: now - hour }, { timestamp: now }],
    ['@-1h:end', { timestamp: now - hour }, 'end'],
    ['@:-1h', 'start', { timestamp: now - hour }],
    ['@2026-01-01T10:30Z:2026-01-01T11:30Z', { timestamp: 1_767_263_400_000 }, { timestamp: 1_767_267_000_000 }],
    ['@2026-01-01T10:30Z:@2026-01-01T11:30Z', { timestamp: 1_767_263_400_000 }, { timestamp: 1_767_267_000_000 }],
    ['10:@now', 10, { timestamp: now }],
  ])('%s', (spec, from, to) => {
    expect(parseOffsets(spec, now)).toEqual({ from, to })
  })

  test('that is open follows', () => {
    expect(parseOffsets('5:', now)).toEqual({ from: 5 })
    expect(parseOffsets('@-1h:', now)).toEqual({ from: { timestamp: now - hour } })
  })

  test('ends so long after a time that stands alone, and so long after now otherwise', () => {
    const start = 1_767_225_600_000
    expect(parseOffsets(`@${start}:+1h`, now)).toEqual({ from: { timestamp: start }, to: { timestamp: start + hour } })
    expect(parseOffsets('@-2h:-1h', now)).toEqual({
      from: { timestamp: now - 2 * hour },
      to: { timestamp: now - hour },
    })
  })
})

describe('refused with examples is', () => {
  test.each([
    '',
    ':',
    '@',
    '@:',
    'x',
    'stored',
    '20:10',
    '1.5',
    '--5',
    '@x',
    '@12345',
    '@2026-02-30',
    '@2026-01-01T25:00',
    '@-1h:-2h',
    '1:2:3',
    '99999999999999999999',
  ])('%j', (spec) => {
    const parse = () => parseOffsets(spec, now)
    expect(parse).toThrow(/--offset/)
    try {
      parse()
    } catch (error) {
      expect(isRafkaError(error, 'INVALID_ARGUMENT') && error.details.hint).toContain('@-1h')
    }
  })
})

test('any text is a range or a clear refusal', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[@+:-]?[0-9]{0,4}[:hms+-]?[0-9a-z]{0,4}$/)), (spec) => {
      try {
        expect(parseOffsets(spec, now)).toHaveProperty('from')
      } catch (error) {
        expect(isRafkaError(error, 'INVALID_ARGUMENT')).toBe(true)
      }
    }),
  )
})
