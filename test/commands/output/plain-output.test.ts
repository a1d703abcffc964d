import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countOf, formatCount, formatElapsed, formatSize } from '../../../commands/output/quantities.ts'
import { reindentJson } from '../../../commands/output/reindent-json.ts'
import { formatTable } from '../../../commands/output/table.ts'
import { wrapText } from '../../../commands/output/wrap-text.ts'

describe('a table', () => {
  const columns = [{ title: 'NAME' }, { title: 'SIZE', align: 'right' as const }]

  test('is aligned, without spaces at the end of a line', () => {
    expect(
      formatTable(columns, [
        ['a', '1'],
        ['longer', '1,000'],
      ]),
    ).toEqual(['NAME     SIZE', 'a           1', 'longer  1,000'])
  })

  test('is cut to the width of a terminal, and to nothing else', () => {
    const rows = [['x'.repeat(50), '1']]
    expect(formatTable(columns, rows, 20)[1]).toBe(`${'x'.repeat(19)}…`)
    expect(formatTable(columns, rows)[1]).toContain('x'.repeat(50))
  })

  test('has no cell that acts on a terminal', () => {
    expect(formatTable(columns, [['\u001b]52;c;x\u0007', '']])[1]).toBe('\\x1b]52;c;x\\x07')
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
