import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JsonFinder } from '../../../commands/json/find-in-json.ts'
import { parsePath } from '../../../commands/json/json-path.ts'
import { JsonScanner } from '../../../commands/json/json-scanner.ts'
import { textOfString } from '../../../commands/json/unescape-json.ts'
import { isRafkaError } from '../../../src/index.ts'

function isJson(text: string): boolean {
  const scanner = new JsonScanner()
  const bytes = Buffer.from(`"${text}"`)
  try {
    scanner.open(bytes, 1, bytes.length - 1)
    scanner.value()
    scanner.finish()
    return true
  } catch (error) {
    expect(isRafkaError(error, 'INVALID_ARGUMENT')).toBe(true)
    return false
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('the scanner', () => {
  test('takes what JSON.parse takes, and nothing else', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '\\',
      '\\n',
      '\\u12aF',
      '\\u1',
      'true',
      'nul',
      '-',
      '0',
      '12',
      '.',
      'e',
      '+5',
      ' ',
      '\n',
      '\t',
      'é',
    )
    const text = fc.oneof(
      fc.json(),
      fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (json) => {
        expect(isJson(json)).toBe(parses(json))
      }),
      { numRuns: 5000 },
    )
  })

  test.each([
    '01',
    '1.',
    '1e',
    '-',
    '+1',
    '.5',
    'tru',
    'truee',
    '"\u0001"',
    '"\\x"',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    "'a'",
    '[1 2]',
    '{"a" 1}',
    '"a',
  ])('refuses %s', (json) => expect(isJson(json)).toBe(false))

  test('goes no deeper than it says', () => {
    expect(isJson('['.repeat(500) + ']'.repeat(500))).toBe(true)
    expect(isJson('['.repeat(100_000))).toBe(false)
  })

  test('gives the text of any string', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), (text, ascii) => {
        const json = JSON.stringify(text)
        const spelled = ascii
          ? json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
          : json
        const scanner = new JsonScanner()
        const bytes = Buffer.from(spelled)
        scanner.open(bytes, 0, bytes.length)
        scanner.string()
        expect(textOfString(scanner)).toBe(text)
      }),
    )
  })

  test.each(['"\\ud800"', '"\\udc00\\ud800"', '"\\ud800\\u0041"', '"x\\ud83d"'])('finds no bytes for %s', (json) => {
    const scanner = new JsonScanner()
    scanner.open(Buffer.from(json), 0, json.length)
    scanner.string()
    expect(() => textOfString(scanner)).toThrow(/half of a surrogate pair/)
  })
})

describe('a path', () => {
  test.each([
    ['.', []],
    ['.a', ['a']],
    ['.a.b_c-d', ['a', 'b_c-d']],
    ['.a[0][-1].b', ['a', 0, -1, 'b']],
    ['.[2]', [2]],
    ['."odd name".x', ['odd name', 'x']],
    ['.["q\\"q"]', ['q"q']],
    ['.é', ['é']],
  ])('%s', (text, steps) => {
    expect(parsePath(text)).toEqual({ steps, end: text.length })
  })

  test.each(['a', '', '[0]'])('%j is none', (text) => expect(parsePath(text)).toBeUndefined())

  test('ends where it ends', () => {
    expect(parsePath('x .a.b == 1', 2)).toEqual({ steps: ['a', 'b'], end: 6 })
    expect(parsePath('.a.')?.end).toBe(2)
  })
})

describe('what a path leads to', () => {
  const json =
    '{"x": {"y": [1, "tw\\u006f", {"z": null}, true]}, "a\\u0062": -1.5e3 , "s": "", "x": 9, "o": {}, "l": []}'
  const find = (path: string, text = json) => {
    const finder = new JsonFinder(parsePath(path)!.steps)
    const bytes = Buffer.from(`  ${text}`)
    const kind = finder.find(bytes, 2, bytes.length)
    return kind === 'missing' ? kind : `${kind} ${bytes.toString('utf8', finder.start, finder.end)}`
  }

  test.each([
    ['.x.y[0]', 'number 1'],
    ['.x.y[1]', 'string tw\\u006f'],
    ['.x.y[2]', 'object {"z": null}'],
    ['.x.y[2].z', 'null null'],
    ['.x.y[-1]', 'true true'],
    ['.x.y[-4]', 'number 1'],
    ['.x.y[-5]', 'missing'],
    ['.x.y[4]', 'missing'],
    ['.x.y.z', 'missing'],
    ['.x[0]', 'missing'],
    ['.ab', 'number -1.5e3'],
    ['.s', 'string '],
    ['.o', 'object {}'],
    ['.o.a', 'missing'],
    ['.l[0]', 'missing'],
    ['.l[-1]', 'missing'],
    ['.nothing', 'missing'],
  ])('%s', (path, found) => {
    expect(find(path)).toBe(found)
  })

  test('is found without a look at what stands behind', () => {
    expect(find('.a', '{"a":1, nonsense')).toBe('number 1')
    expect(() => find('.b', '{"a":1, nonsense')).toThrow(/it is not JSON: a string should stand at byte 9/)
    expect(find('.', ' [1] ')).toBe('array [1]')
  })

  test('is what JSON.parse finds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        for (const [name, value] of Object.entries(object)) {
          const finder = new JsonFinder([name])
          const bytes = Buffer.from(JSON.stringify(object))
          const kind = finder.find(bytes, 0, bytes.length)
          const quote = kind === 'string' ? '"' : ''
          const found = bytes.toString('utf8', finder.start, finder.end)
          expect(JSON.parse(`${quote}${found}${quote}`)).toEqual(JSON.parse(JSON.stringify(value)))
        }
      }),
    )
  })
})
