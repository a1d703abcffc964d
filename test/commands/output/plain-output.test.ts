import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { narrowLines } from '../../../commands/output/narrow-lines.ts'
import { countOf, formatCount, formatElapsed, formatSize } from '../../../commands/output/quantities.ts'
import { reindentJson } from '../../../commands/output/reindent-json.ts'
import type { Cell, Column } from '../../../commands/output/report.ts'
import { fitted, formatTable, type TableLayout, tabSeparated } from '../../../commands/output/table.ts'
import { besideLabel, wrapText } from '../../../commands/output/wrap-text.ts'
import { yamlText } from '../../../commands/output/yaml-text.ts'
import { anyText } from '../support/any-text.ts'

describe('a table', () => {
  const columns: readonly Column[] = [{ title: 'NAME' }, { title: 'SIZE', kind: 'count' }, { title: 'ID', wide: true }]
  const formatRows = (rows: ReadonlyArray<readonly Cell[]>, layout?: TableLayout) =>
    formatTable({ columns, rows }, layout)

  test('is aligned, without spaces at the end of a line', () => {
    const rows = [
      ['a', 1, 'x'],
      ['longer', 1000, 'y'],
    ]
    expect(formatRows(rows)).toEqual(['NAME     SIZE', 'a           1', 'longer  1,000'])
    expect(formatRows(rows, { wide: true })).toEqual(['NAME     SIZE  ID', 'a           1  x', 'longer  1,000  y'])
  })

  test('takes what a terminal has not from its widest texts, never from a number, and nothing in a pipe', () => {
    const rows = [['x'.repeat(50), 123456, '']]
    expect(formatRows(rows, { width: 20 })).toEqual([
      'NAME            SIZE',
      `${'x'.repeat(7)}…${'x'.repeat(3)}  123,456`,
    ])
    expect(formatRows(rows)[1]).toContain('x'.repeat(50))
    expect(formatRows(rows, { width: 5 })).toEqual(['NAME…', 'xxxx…'])
  })

  test('shows both ends of the name that a row is about', () => {
    const rows = [['payments.settled.v1', 1, '']]
    expect(formatRows(rows, { width: 18 })[1]).toBe('payments….v1     1')
    expect(formatRows(rows, { width: 18 })[1]!.length).toBe(18)
  })

  test('leaves out columns that have no room, and says so: a cut number would be another one', () => {
    const wider: readonly Column[] = [...columns.slice(0, 2), { title: 'RECORDS', kind: 'count' }]
    const rows = [['orders.by.customer', 12, 1234567]]
    expect(formatTable({ columns: wider, rows }, { width: 22 })).toEqual([
      'NAME            SIZE …',
      'orders.by…omer    12',
    ])
  })

  test('cuts what a row is about last, and leaves out what may be left out where it is narrow', () => {
    const about: readonly Column[] = [{ title: 'KEY' }, { title: 'VALUE' }, { title: 'FROM', optional: true }]
    const rows = [['k'.repeat(30), 'v'.repeat(40), 'somewhere']]
    const [, row] = formatTable({ columns: about, rows }, { width: 63 })
    expect(row).toBe(`${'k'.repeat(30)}  ${'v'.repeat(19)}…  somewhere`)
    expect(formatTable({ columns: about, rows }, { width: 28 })[1]).toBe('kkkkk…kk  vvvvvvv…  somewhe…')
    expect(formatTable({ columns: about, rows }, { width: 27 })).toEqual([
      `KEY${' '.repeat(11)}VALUE`,
      `${'k'.repeat(8)}…${'k'.repeat(3)}  ${'v'.repeat(12)}…`,
    ])
  })

  test('cuts no time, but leaves it out where it may', () => {
    const timed: readonly Column[] = [{ title: 'NAME' }, { title: 'AT', kind: 'time', optional: true }]
    const rows = [['x'.repeat(30), 0]]
    expect(formatTable({ columns: timed, rows }, { width: 40 })[1]).toBe(
      `${'x'.repeat(9)}…${'x'.repeat(4)}  1970-01-01T00:00:00.000Z`,
    )
    expect(formatTable({ columns: timed, rows }, { width: 30 })).toEqual(['NAME', 'x'.repeat(30)])
  })

  test('keeps what is vital longest', () => {
    const lags: readonly Column[] = [
      { title: 'TOPIC' },
      { title: 'OFFSET', kind: 'number' },
      { title: 'LAG', kind: 'count', vital: true },
      { title: 'MEMBER' },
      { title: 'HOST', optional: true },
    ]
    const rows = [['orders', 123456, 1234, 'member-of-a-group', 'localhost']]
    expect(formatTable({ columns: lags, rows }, { width: 33 })).toEqual([
      'TOPIC   OFFSET    LAG  MEMBER',
      'orders  123456  1,234  member-of…',
    ])
    expect(formatTable({ columns: lags, rows }, { width: 24 })).toEqual([
      'TOPIC   OFFSET    LAG …',
      'orders  123456  1,234',
    ])
    expect(formatTable({ columns: lags, rows }, { width: 20 })).toEqual(['TOPIC     LAG …', 'orders  1,234'])
  })

  test('puts rows below names that would no longer tell, where it may', () => {
    const settings: readonly Column[] = [
      { title: 'KEY' },
      { title: 'VALUE' },
      { title: 'FROM' },
      { title: 'ID', wide: true },
    ]
    const rows = [
      ['group.consumer.max.heartbeat.interval.ms', '15000', 'default', 1],
      ['group.consumer.min.heartbeat.interval.ms', 'x'.repeat(40), 'default', 2],
    ]
    expect(formatTable({ columns: settings, rows, stacks: true }, { width: 36 })).toEqual([
      'KEY',
      '  VALUE                      FROM',
      'group.consumer.max.heart…interval.ms',
      '  15000                      default',
      'group.consumer.min.heart…interval.ms',
      `  ${'x'.repeat(16)}…${'x'.repeat(8)}  default`,
    ])
    expect(formatTable({ columns: settings, rows, stacks: true }, { width: 72 })[1]).toBe(
      'group.consumer.max.heartbeat.interval.ms  15000                  default',
    )
    const [name] = rows
    expect(formatTable({ columns: settings, rows: [['a', ...name!.slice(1)]], stacks: true }, { width: 19 })[0]).toBe(
      'KEY  VALUE  FROM',
    )
  })

  test('of an expression cuts its title rather than cells', () => {
    const sums: readonly Column[] = [{ title: 'sum(value ->> total)', kind: 'number' }, { title: 'city of it' }]
    const cut = fitted(sums, [['123456789012', 'Oslo']], 24, { titles: true })
    expect(cut).toEqual([12, 10])
    expect(fitted(sums, [['123456789012', 'Oslo']], 10, { titles: true })).toEqual([12, 8])
    expect(fitted(sums, [['123456789012', 'Oslo']], 10)).toEqual([20, 10])
  })

  test('counts the columns of wide and of combining characters', () => {
    expect(
      formatRows([
        ['日本', 1, ''],
        ['e\u0301', 2, ''],
      ]),
    ).toEqual(['NAME  SIZE', '日本     1', 'e\u0301        2'])
    expect(formatRows([['日本日本日本日本', 1, '']], { width: 14 })[1]).toBe('日本…本      1')
    expect(formatRows(['✅', '⚡', '🧪', '한', '☎', '🌡'].map((text) => [text, 1, ''])).slice(1)).toEqual([
      '✅       1',
      '⚡       1',
      '🧪       1',
      '한       1',
      '☎        1',
      '🌡        1',
    ])
  })

  test('has no cell that acts on a terminal', () => {
    expect(formatRows([['\u001b]52;c;x\u0007', null, '']])[1]).toBe('\\x1b]52;c;x\\x07     -')
  })

  test('as values between tabs has every column, no head, and "-" for nothing', () => {
    expect(
      tabSeparated({
        columns,
        rows: [
          ['a\tb', 12345, ''],
          ['', null, 'x'],
        ],
      }),
    ).toEqual(['a\\tb\t12345\t-', '-\t-\tx'])
  })
})

describe('YAML', () => {
  test('says what it was given', () => {
    fc.assert(
      fc.property(fc.oneof(fc.dictionary(fc.string(), anyText.filter(isWellFormed)), fc.jsonValue()), (value) => {
        const text = yamlText(value)
        // JSON knows no -0.
        expect(JSON.parse(JSON.stringify(parse(text)))).toEqual(JSON.parse(JSON.stringify(value)))
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
      }),
    )
  })
})

test('sizes, counts and times are short', () => {
  expect([0, 1023, 1024, 8294, 1024 ** 2 - 1, 1024 ** 3].map(formatSize)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KiB',
    '8.1 KiB',
    '1.0 MiB',
    '1.0 GiB',
  ])
  expect([0, 999, 1000, 1234567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567'])
  expect([countOf(1, 'record'), countOf(2, 'record')]).toEqual(['1 record', '2 records'])
  expect([14, 1234, 200_000].map(formatElapsed)).toEqual(['14 ms', '1.2 s', '3 min 20 s'])
})

test('wrapped text keeps its words and its width', () => {
  expect(wrapText('a bb ccc dddd', 6)).toEqual(['a bb', 'ccc', 'dddd'])
  expect(wrapText('averyveryverylongword x', 6)).toEqual(['averyveryverylongword', 'x'])
  expect(wrapText('日本 日本 日', 9)).toEqual(['日本 日本', '日'])
  expect(wrapText('  in ', 5)).toEqual(['  in '])
  expect(wrapText('two  spaces', 5)).toEqual(['two', 'spaces'])
})

test('text beside a label is wrapped beside it; lines of its own stay as they are', () => {
  expect(besideLabel('error:', 'a bb ccc\n  select every thing there is', 12)).toEqual([
    'error: a bb',
    '       ccc',
    '  select every thing there is',
  ])
  expect(besideLabel('hint:', 'a bb ccc')).toEqual(['hint: a bb ccc'])
  expect(besideLabel('hint:', 'a wordthatislong c', 12)).toEqual(['hint: a wordthatislong c'])
})

test('lines for 80 columns stand below each other in the parts that a narrower terminal has no room for', () => {
  const lines = [
    'Places',
    '  start   the first',
    '  -10     ten before the end,',
    '          or fewer',
    '',
    'Times',
    '  now     now',
  ]
  expect(narrowLines(lines, 24)).toEqual([
    'Places',
    '  start',
    '      the first',
    '  -10',
    '      ten before the',
    '      end, or fewer',
    '',
    'Times',
    '  now     now',
  ])
  expect(narrowLines(lines, 40)).toEqual(lines)
  expect(narrowLines(['  %t   topic     %T   its size'], 20)).toEqual(['  %t', '      topic', '  %T', '      its size'])
})

describe('indented JSON', () => {
  test('keeps numbers and strings as they were written', () => {
    expect(reindentJson('{"a":[1.10,12345678901234567890,{}],"b":[],"c":"x,\\"{y"}')).toBe(
      '{\n  "a": [\n    1.10,\n    12345678901234567890,\n    {}\n  ],\n  "b": [],\n  "c": "x,\\"{y"\n}',
    )
  })

  test('is what JSON.stringify makes of it', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(reindentJson(json)).toBe(JSON.stringify(JSON.parse(json), null, 2))
      }),
    )
  })
})

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}
