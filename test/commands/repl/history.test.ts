import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { History, historyFile } from '../../../commands/repl/history.ts'
import { PrintedRecords } from '../../../commands/repl/printed-records.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { cursorOn } from '../support/fake-cursor.ts'

describe('the history', () => {
  test('is each entry once, newest last, and the same for the next one', () => {
    const file = join(temporaryDirectory(), 'deep', 'history')
    const history = new History(file)
    for (const entry of ['a', 'b', 'a', 'two\nlines \\ n', 'a']) history.add(entry)
    const expected = ['b', 'two\nlines \\ n', 'a']
    expect(history.entries).toEqual(expected)
    expect(new History(file).entries).toEqual(expected)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test.each([' with a space before it', '', '  ', 'produce --password x', '-X sasl.jaas.config=x', 'my SECRET'])(
    'has nothing of %j',
    (entry) => {
      const file = join(temporaryDirectory(), 'history')
      const history = new History(file)
      history.add(entry)
      expect(history.entries).toEqual([])
      expect(existsSync(file)).toBe(false)
    },
  )

  test('stays within its bound, in memory and in the file', () => {
    const file = join(temporaryDirectory(), 'history')
    writeFileSync(file, Array.from({ length: 7000 }, (_, index) => `line ${index % 5500}\n`).join(''))
    const history = new History(file)
    expect(history.entries).toHaveLength(5000)
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(5001)
    history.add('new')
    expect(history.entries).toHaveLength(5000)
    expect(history.entries.at(-1)).toBe('new')
  })

  test('is shared: what another one added stays', () => {
    const file = join(temporaryDirectory(), 'history')
    const [one, other] = [new History(file), new History(file)]
    one.add('from one')
    other.add('from the other')
    expect(new History(file).entries).toEqual(['from one', 'from the other'])
  })

  test('is made private, and done without where it cannot be', () => {
    const folder = temporaryDirectory()
    const file = join(folder, 'history')
    writeFileSync(file, 'a\n')
    chmodSync(file, 0o644)
    expect(new History(file).entries).toEqual(['a'])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    mkdirSync(join(folder, 'directory'))
    const without = new History(join(folder, 'directory'))
    without.add('x')
    expect(without.entries).toEqual(['x'])
  })

  test('is where the environment says', () => {
    expect(historyFile({ HOME: '/home/u' })).toBe('/home/u/.local/state/rafka/history')
    expect(historyFile({ HOME: '/home/u', XDG_STATE_HOME: '/state' })).toBe('/state/rafka/history')
    expect(historyFile({ HOME: '/home/u', XDG_STATE_HOME: 'relative' })).toBe('/home/u/.local/state/rafka/history')
    expect(historyFile({ RAFKA_HISTORY: '/x' })).toBe('/x')
    expect(historyFile({ RAFKA_HISTORY: '' })).toBeUndefined()
  })
})

describe('records that were printed', () => {
  const source = { topic: 't', partition: 0 }

  test('are found by number from both ends, as copies, until counting starts anew', () => {
    const printed = new PrintedRecords()
    const value = Buffer.from('first')
    const cursor = cursorOn({ value, offset: 7, headers: [{ key: 'h', value: Buffer.from('x') }] })
    printed.add(cursor, source)
    cursor.bytes.fill(0)
    printed.add(cursorOn({ value: null, offset: 8 }), source)
    expect(printed.get(1)).toMatchObject({ topic: 't', offset: 7, key: null, value, headers: [{ key: 'h' }] })
    expect(printed.get(-1)).toMatchObject({ offset: 8, value: null })
    expect([printed.get(0), printed.get(3), printed.get(-3)]).toEqual([undefined, undefined, undefined])
    printed.restart()
    expect([printed.count, printed.get(-1)]).toEqual([0, undefined])
  })

  test('are kept within a bound of records and one of bytes; numbers stay', () => {
    const printed = new PrintedRecords()
    for (let offset = 0; offset < 1500; offset += 1) printed.add(cursorOn({ offset }), source)
    expect([printed.count, printed.get(500), printed.get(501)?.offset, printed.get(1500)?.offset]).toEqual([
      1500,
      undefined,
      500,
      1499,
    ])
    for (let offset = 0; offset < 3; offset += 1) printed.add(cursorOn({ offset, value: Buffer.alloc(5e6) }), source)
    expect([printed.get(1502), printed.get(1503)?.offset]).toEqual([undefined, 2])
  })
})
