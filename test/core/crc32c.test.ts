import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crc32c } from '../../src/core/crc32c.ts'
import { crc32cByTable } from '../../src/core/crc32c-table.ts'

/** RFC 3720, B.4, and the check value of the CRC catalogue. */
const known: ReadonlyArray<[what: string, bytes: Buffer, crc: number]> = [
  ['nothing', Buffer.alloc(0), 0],
  ['32 bytes of zeros', Buffer.alloc(32), 0x8a9136aa],
  ['32 bytes of ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['32 rising bytes', Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e],
  ['32 falling bytes', Buffer.from(Array.from({ length: 32 }, (_, index) => 31 - index)), 0x113fdb5c],
  ['123456789', Buffer.from('123456789'), 0xe3069283],
]

describe.each([
  ['native', crc32c],
  ['by table', crc32cByTable],
])('CRC-32C %s', (_, compute) => {
  test.each(known)('of %s is the published one', (_what, bytes, crc) => {
    expect(compute(bytes)).toBe(crc)
  })

  test('can be computed in pieces', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 100 }), (first, second) => {
        expect(compute(second, compute(first))).toBe(compute(Buffer.concat([first, second])))
      }),
    )
  })
})

test('the native CRC-32C and the one by table are equal, wherever the bytes begin', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(20), fc.nat(2 ** 32 - 1), (bytes, from, previous) => {
      const part = bytes.subarray(Math.min(from, bytes.length))
      expect(crc32cByTable(part, previous)).toBe(crc32c(part, previous))
    }),
  )
})
