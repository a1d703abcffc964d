import { createRequire } from 'node:module'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { murmur2, partitionOfKey } from '../../../src/client/producer/murmur2.ts'

const require = createRequire(import.meta.url)
const kafkajsMurmur2 = require('kafkajs/src/producer/partitioners/default/murmur2') as (key: Buffer) => number

// The pairs that Kafka's own UtilsTest.testMurmur2 holds.
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('the hash of %s is that of Java', (text, hash) => {
  const bytes = Buffer.from(text)
  expect(murmur2(bytes, 0, bytes.length)).toBe(hash)
})

test('any bytes, anywhere in a buffer, hash as in kafkajs', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(9), (key, before) => {
      const source = Buffer.concat([Buffer.alloc(before, 7), key, Buffer.alloc(3, 9)])
      expect(murmur2(source, before, before + key.length)).toBe(kafkajsMurmur2(Buffer.from(key)))
    }),
  )
})

test('the partition is the positive hash modulo the number of partitions', () => {
  const key = Buffer.from('21')
  expect(partitionOfKey(key, 0, 2, 7)).toBe((-973932308 & 0x7fffffff) % 7)
})
