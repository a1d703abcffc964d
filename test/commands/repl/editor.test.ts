import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { textWidth } from '../../../commands/output/text-width.ts'
import { EditBuffer } from '../../../commands/repl/editor/edit-buffer.ts'
import { layOut } from '../../../commands/repl/editor/frame.ts'
import { HistorySearch } from '../../../commands/repl/editor/history-search.ts'
import { HistoryWalk } from '../../../commands/repl/editor/history-walk.ts'
import { commonPrefix, listCandidates } from '../../../commands/repl/editor/list-candidates.ts'
import { cursorRowAfter, reflows } from '../../../commands/repl/editor/reflow.ts'

/** A buffer of a text in which `|` is the cursor. */
function bufferOf(text: string): EditBuffer {
  const buffer = new EditBuffer()
  buffer.set(text.replace('|', ''), text.indexOf('|'))
  return buffer
}

function shown({ text, cursor }: EditBuffer): string {
  return `${text.slice(0, cursor)}|${text.slice(cursor)}`
}

describe('a text that is edited', () => {
  const steps: ReadonlyArray<readonly [keyof EditBuffer, string, string]> = [
    ['left', 'ab|c', 'a|bc'],
    ['left', '|abc', '|abc'],
    ['left', 'a👩‍👧|b', 'a|👩‍👧b'],
    ['right', 'a|é b', 'aé| b'],
    ['right', 'abc|', 'abc|'],
    ['wordLeft', 'one two  |three', 'one |two  three'],
    ['wordRight', 'one| two three', 'one two| three'],
    ['lineStart', 'one\ntw|o', 'one\n|two'],
    ['lineEnd', 'o|ne\ntwo', 'one|\ntwo'],
    ['backspace', 'ab|c', 'a|c'],
    ['backspace', '|abc', '|abc'],
    ['delete', 'a|bc', 'a|c'],
    ['delete', 'abc|', 'abc|'],
    ['cutToLineEnd', 'a|bc\nd', 'a|\nd'],
    ['cutToLineEnd', 'a|\nd', 'a|d'],
    ['cutToLineStart', 'x\nab|c', 'x\n|c'],
    ['cutWordLeft', 'one two |three', 'one |three'],
    ['cutWordRight', 'one| two three', 'one| three'],
  ]
  test.each(steps)('%s of %j', (step, before, after) => {
    const buffer = bufferOf(before)
    ;(buffer[step] as () => void).call(buffer)
    expect(shown(buffer)).toBe(after)
  })

  test.each([
    [-1, 'one\ntw|o', 'on|e\ntwo', true],
    [-1, 'a\n|', '|a\n', true],
    [-1, '\n|', '|\n', true],
    [-1, 'o\n\nlong|', 'o\n|\nlong', true],
    [1, 'lo|ng\no', 'long\no|', true],
    [1, 'one\ntwo|', 'one\ntwo|', false],
    [-1, 'o|ne', 'o|ne', false],
  ] as const)('goes %d line from %j', (step, before, after, moved) => {
    const buffer = bufferOf(before)
    expect(buffer.line(step)).toBe(moved)
    expect(shown(buffer)).toBe(after)
  })

  test('gives back what was cut, and undoes', () => {
    const buffer = bufferOf('one two|')
    buffer.cutWordLeft()
    buffer.yank()
    buffer.yank()
    expect(shown(buffer)).toBe('one twotwo|')
    buffer.undo()
    buffer.undo()
    expect(shown(buffer)).toBe('one |')
    for (let times = 0; times < 5; times += 1) buffer.undo()
    expect(shown(buffer)).toBe('|')
  })

  test('keeps its cursor between characters, whatever is done', () => {
    const names = ['left', 'right', 'wordLeft', 'wordRight', 'backspace', 'delete', 'cutWordLeft', 'undo'] as const
    const step = fc.oneof(fc.constantFrom(...names), fc.string({ unit: 'grapheme', maxLength: 3 }))
    fc.assert(
      fc.property(fc.array(step), (all) => {
        const buffer = new EditBuffer()
        for (const one of all) {
          if (names.some((name) => name === one)) buffer[one as (typeof names)[number]]()
          else buffer.insert(one)
          expect(buffer.text).not.toMatch(/\p{Surrogate}/u)
          expect(buffer.text.slice(0, buffer.cursor)).not.toMatch(/\p{Surrogate}/u)
        }
      }),
    )
  })
})

describe('a picture on rows', () => {
  const rowsOf = (text: string, columns: number, maxRows = 10, cursorAfter = 1) => {
    const { rows, cursor } = layOut({ pieces: [{ text }], cursorAfter }, columns, maxRows)
    return { rows: rows.map((row) => row.text), cursor }
  }

  test('wraps where the terminal ends, and at line breaks', () => {
    expect(rowsOf('abcdef', 4)).toEqual({ rows: ['abcd', 'ef'], cursor: { row: 1, column: 2 } })
    expect(rowsOf('ab\n\ncd', 4)).toEqual({ rows: ['ab', '', 'cd'], cursor: { row: 2, column: 2 } })
    expect(rowsOf('', 4)).toEqual({ rows: [''], cursor: { row: 0, column: 0 } })
  })

  test('has the cursor on a row of its own after one that is full', () => {
    expect(rowsOf('abcd', 4)).toEqual({ rows: ['abcd', ''], cursor: { row: 1, column: 0 } })
  })

  test('does not tear wide characters, and counts marks as nothing', () => {
    expect(rowsOf('a漢字', 4)).toEqual({ rows: ['a漢', '字'], cursor: { row: 1, column: 2 } })
    expect(rowsOf('e\u0301x', 4).cursor).toEqual({ row: 0, column: 2 })
  })

  test('shows the rows around the cursor where there are too many', () => {
    expect(rowsOf('1\n2\n3\n4', 4, 2)).toEqual({ rows: ['3', '4'], cursor: { row: 1, column: 1 } })
    expect(rowsOf('1\n2\n3\n4', 4, 2, 0)).toEqual({ rows: ['1', '2'], cursor: { row: 0, column: 0 } })
  })

  test('cuts what is left out rather than wrapped', () => {
    const textOf = (ghost: string) =>
      layOut({ pieces: [{ text: 'abcd' }, { text: ghost, isCut: true }], cursorAfter: 1 }, 8, 9).rows.map(
        ({ text }) => text,
      )
    expect(textOf('1234')).toEqual(['abcd1234'])
    expect(textOf('12345')).toEqual(['abcd123…'])
  })

  test('is broken anew by a terminal that gets narrower', () => {
    const rowAfter = (text: string, columns: number, cursorAfter: number) =>
      cursorRowAfter(
        layOut(
          { pieces: [{ text: text.slice(0, cursorAfter) }, { text: text.slice(cursorAfter) }], cursorAfter: 1 },
          10,
          9,
        ),
        columns,
      )
    const text = '0123456789abcde'
    expect([rowAfter(text, 10, 15), rowAfter(text, 20, 15), rowAfter(text, 4, 15)]).toEqual([1, 1, 4])
    expect([rowAfter(text, 4, 0), rowAfter(text, 4, 6), rowAfter(text, 9, 11)]).toEqual([0, 1, 2])
    // Two columns do not fit into one that is left.
    expect(rowAfter('漢字漢字', 5, 4)).toBe(1)
    expect(rowAfter('漢字漢字', 3, 4)).toBe(3)
    expect(cursorRowAfter(layOut({ pieces: [{ text: '── status ' }] }, 80, 9), 5)).toBe(1)
  })

  test('is broken by most terminals', () => {
    expect(['xterm-256color', 'tmux-256color', 'linux', 'st-256color'].map((TERM) => reflows({ TERM }))).toEqual([
      true,
      true,
      false,
      false,
    ])
    expect(reflows({ TERM: 'xterm', XTERM_VERSION: 'XTerm(390)' })).toBe(false)
    expect(reflows({ TERM: 'screen', XTERM_VERSION: 'XTerm(390)', TMUX: '/tmp/x' })).toBe(true)
    expect(reflows({ TERM: 'screen', STY: '1.pts' })).toBe(false)
  })

  test('lets nothing act on the terminal, and no row is wider than it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 12, max: 30 }), (text, columns) => {
        const { rows } = rowsOf(text, columns, 1000)
        for (const row of rows) {
          expect(row).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
          expect(textWidth(row)).toBeLessThanOrEqual(columns)
        }
      }),
    )
  })
})

describe('what was typed before', () => {
  const entries = ['topics list', 'consume a', 'topics create b', 'consume c']

  test('is gone through by its begin, and back to what was being typed', () => {
    const walk = new HistoryWalk(entries)
    expect([walk.go(-1, 'top'), walk.go(-1, '?'), walk.go(-1, '?')]).toEqual([
      'topics create b',
      'topics list',
      undefined,
    ])
    expect([walk.go(1, '?'), walk.go(1, '?'), walk.go(1, '?')]).toEqual(['topics create b', 'top', undefined])
    walk.stop()
    expect(walk.go(-1, '')).toBe('consume c')
  })

  test('is searched from the newest on', () => {
    const search = new HistorySearch(entries)
    search.type('c')
    search.type('ons')
    expect(search.found).toBe('consume c')
    search.next(-1)
    expect(search.found).toBe('consume a')
    search.next(-1)
    expect(search.found).toBe('consume a')
    search.next(1)
    expect(search.found).toBe('consume c')
    search.type('zzz')
    expect(search.hasFound).toBe(false)
    for (let times = 0; times < 3; times += 1) search.backspace()
    expect([search.found, search.hasFound]).toEqual(['consume c', true])
  })

  test('may be nothing', () => {
    const search = new HistorySearch([])
    search.type('x')
    search.next(-1)
    expect([search.found, search.hasFound]).toEqual(['', false])
    expect(new HistoryWalk([]).go(-1, 'x')).toBeUndefined()
  })
})

test('one long candidate makes no single column of all the others where those would leave the screen', () => {
  const names = [`${'x'.repeat(70)}-1`, ...Array.from({ length: 40 }, (_, index) => `name-${index + 10}`)]
  expect(listCandidates(names.slice(0, 5), 80, 20)).toHaveLength(5)
  // As long as it is seen whole, only its own column is wider.
  expect(listCandidates(names, 100, 24)[0]).toBe(`${'x'.repeat(70)}-1  name-20  name-31  name-42`)
  const lines = listCandidates(names, 80, 12)
  expect(lines).toHaveLength(9)
  expect(lines[0]).toBe(`${'x'.repeat(25)}…${'x'.repeat(10)}-1  name-18  name-27  name-36  name-45`)
})

test('candidates are listed in columns, and share a begin', () => {
  expect(listCandidates(['aa', 'b', 'c'], 8, 20)).toEqual(['aa  b  c'])
  expect(listCandidates(['aa', 'b', 'c'], 7, 20)).toEqual(['aa  c', 'b'])
  expect(listCandidates(['too-long-for-it'], 10, 20)).toEqual(['too-l…it'])
  const many = Array.from({ length: 120 }, (_, index) => `t${index}`)
  expect(listCandidates(many, 80, 20).at(-1)).toBe('… and 20 more')
  expect(listCandidates(many, 12, 5)).toEqual([
    't0  t4  t8',
    't1  t5  t9',
    't2  t6  t10',
    't3  t7  t11',
    '… and 108 more',
  ])
  expect(commonPrefix(['orders-eu', 'orders-us'])).toBe('orders-')
  expect(commonPrefix([])).toBe('')
})
