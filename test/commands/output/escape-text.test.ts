import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapeBytes, escapeText, jsonText } from '../../../commands/output/escape-text.ts'
import { anyText } from '../support/any-text.ts'

// Whatever a terminal acts on instead of showing it: controls, bidi, zero width.
const active = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u

describe('text for a terminal', () => {
  test.each([
    ['plain text stays', 'Grüße, 世界 🎉', 'Grüße, 世界 🎉'],
    ['line breaks and tabs', 'a\nb\tc\r', 'a\\nb\\tc\\r'],
    ['escape sequences', '\u001b[31mred\u0007', '\\x1b[31mred\\x07'],
    ['C1 controls', '\u009b31m', '\\x9b31m'],
    ['bidi and zero width', 'a\u202eb\u200bc', 'a\\u202eb\\u200bc'],
    ['a lone surrogate', 'a\ud800', 'a\\ud800'],
  ])('%s', (_, text, shown) => {
    expect(escapeText(text)).toBe(shown)
  })

  test('has nothing left that acts on it, whatever the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(escapeText(text)).not.toMatch(active)
      }),
    )
  })
})

describe('bytes for a terminal', () => {
  test('what is not UTF-8 is shown byte by byte', () => {
    expect(escapeBytes(Buffer.from([0x61, 0xff, 0xc3, 0xa4, 0xc3, 0x28, 0xe2, 0x82]))).toBe('a\\xffä\\xc3(\\xe2\\x82')
    expect(escapeBytes(Buffer.from([0xed, 0xa0, 0x80]))).toBe('\\xed\\xa0\\x80')
  })

  test('have nothing left that acts on it, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const shown = escapeBytes(Buffer.from(bytes))
        expect(shown).not.toMatch(active)
        expect(shown).not.toContain('\ufffd')
      }),
    )
  })
})

test('JSON means the same and has nothing that acts on a terminal, at any indentation', () => {
  fc.assert(
    fc.property(anyText, fc.constantFrom(0, 2), (text, indent) => {
      const json = jsonText({ [text]: [text] }, indent)
      expect(JSON.parse(json)).toEqual({ [text]: [text] })
      expect(json.replaceAll('\n', '')).not.toMatch(active)
    }),
  )
})
