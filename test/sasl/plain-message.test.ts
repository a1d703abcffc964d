import { expect, test } from 'vitest'
import { formatPlain, parsePlain } from '../../src/sasl/plain-message.ts'

test('a message of PLAIN comes back as it was', () => {
  expect(parsePlain(formatPlain('me', 'pass,wörd='))).toEqual({
    authorizationId: '',
    user: 'me',
    password: 'pass,wörd=',
  })
})

test('what PLAIN cannot carry is not sent', () => {
  const refusal = expect.objectContaining({ code: 'INVALID_ARGUMENT' })
  expect(() => formatPlain('a\0b', 'secret')).toThrow(refusal)
  expect(() => formatPlain('me', 'sec\0ret')).toThrow(refusal)
})

test.each([
  ['too few fields', '\0me'],
  ['too many', '\0me\0secret\0more'],
  ['no name', '\0\0secret'],
  ['no password', '\0me\0'],
])('a message with %s is refused, and what it says is not told', (_, text) => {
  expect(() => parsePlain(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'SASL_AUTHENTICATION_FAILED' }))
  expect(() => parsePlain(Buffer.from(text))).not.toThrow(/secret/)
})
