import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NamePattern } from '../../../src/broker/patterns/name-pattern.ts'

const names = ['a', 'ab', 'abc', 'A.b_c-1', 'log-2026', '', 'aaaa', 'b', '1', '-', '_.', 'x.y', 'Z']

/** Expressions that mean the same in JavaScript, with nothing that takes that long. */
const expressions = fc.letrec<{ expression: string; atom: string }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small' },
    tie('atom'),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `${a}${b}`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `(?:${a}|${b})`),
    fc
      .tuple(tie('expression'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{2,}', '*?'))
      .map(([a, r]) => `(${a})${r}`),
  ),
  atom: fc.constantFrom('a', 'b', '.', '\\.', '[ab]', '[^a]', '[a-c_.-]', '\\d', '\\W', '\\x61', '^', '$', '', '-'),
})).expression

describe('a regular expression for the names of topics', () => {
  it('matches what JavaScript matches', () => {
    fc.assert(
      fc.property(
        expressions,
        fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '.', '-', '1'), maxLength: 6 })),
        (text, more) => {
          const pattern = new NamePattern(text)
          const theirs = new RegExp(`^(?:${text})$`)
          for (const name of [...names, ...more]) {
            expect([text, name, pattern.matches(name)]).toEqual([text, name, theirs.test(name)])
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it.each([
    ['(?i)ABC', 'aBc', true],
    ['a(?i:B)c', 'abc', true],
    ['a(?i:B)c', 'abC', false],
    ['(?i)a(?-i)b', 'Ab', true],
    ['(?i)a(?-i)b', 'AB', false],
    ['(?P<year>\\d{4})-x', '2026-x', true],
    ['(?<year>\\d{4})', '2026', true],
    ['\\Qa.b\\E.*', 'a.bc', true],
    ['\\Qa.b\\E', 'axb', false],
    ['\\Aa\\z', 'a', true],
    ['[]a]', 'a', true],
    ['[\\d-]+', '1-2', true],
    ['a{,2}', 'a', false],
    ['ü', 'u', false],
    ['.*', 'ü', true],
  ])('%s and %s: %s', (text, name, matches) => {
    expect(new NamePattern(text).matches(name)).toBe(matches)
  })

  it.each([
    ['(', 'a parenthesis is not closed'],
    ['a)', 'closes that was not opened'],
    ['[a', 'ends too early'],
    ['*a', 'follows nothing'],
    ['a**', 'follow one another'],
    ['a{2}{3}', 'follow one another'],
    ['a{3,2}', 'out of order'],
    ['a{1001}', 'over 1000'],
    ['[b-a]', 'ends before it begins'],
    ['\\', 'backslash'],
    ['(a)\\1', '\\1 is not supported'],
    ['\\bword', '\\b is not supported'],
    ['\\pL', '\\p is not supported'],
    ['(?=a)', 'looking around'],
    ['(?<!a)', 'looking around'],
    ['(?x)a', 'a flag is none of'],
    ['[[:alpha:]]', '[:alpha:]'],
    ['((a{100}){100}){100}', 'more than 2000 states'],
    ['((((){1000}){1000}){1000}){1000}', 'more than 2000 states'],
    ['('.repeat(200), 'nested more than 100 deep'],
  ])('%s is refused: %s', (text, why) => {
    expect(() => new NamePattern(text)).toThrow(
      expect.objectContaining({ code: 'INVALID_REGULAR_EXPRESSION', message: expect.stringContaining(why) }),
    )
  })

  it('takes no longer for expressions that make others go back again and again', () => {
    const pattern = new NamePattern('(a|a)*(a*)*(a+)+[ab]{0,50}x')
    expect(pattern.matches('a'.repeat(249))).toBe(false)
    expect(pattern.matches(`${'a'.repeat(248)}x`)).toBe(true)
  })

  it('remembers no more than it needs, and still matches', () => {
    // As many situations as there are names of twelve letters.
    const pattern = new NamePattern('(.*a.{12})|never')
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 13, maxLength: 40 }), (name) => {
        expect(pattern.matches(name)).toBe(name.at(-13) === 'a')
      }),
      { numRuns: 500 },
    )
  })
})
