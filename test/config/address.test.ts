import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatAddress, parseAddress } from '../../config/address.ts'

test.each([
  ['localhost:9092', { host: 'localhost', port: 9092 }],
  ['[::1]:0', { host: '::1', port: 0 }],
  ['kafka', { host: 'kafka', port: 9092 }],
  ['[fe80::1]', { host: 'fe80::1', port: 9092 }],
])('%s is an address', (text, address) => {
  expect(parseAddress(text, 9092)).toEqual(address)
})

test.each(['', ':9092', 'a:b', 'a:70000', '::1', 'a b:1', 'http://a:1'])('%j is no address', (text) => {
  expect(parseAddress(text, 9092)).toBeUndefined()
})

test('an address that is written down reads the same', () => {
  const address = fc.record({
    host: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()),
    port: fc.integer({ min: 0, max: 65_535 }),
  })
  fc.assert(
    fc.property(address, (one) => {
      expect(parseAddress(formatAddress(one))).toEqual(one)
    }),
  )
})
