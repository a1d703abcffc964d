import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  clearLogAppendTime,
  hasValidCrc,
  readBatchHeader,
  readInt64,
  setLogAppendTime,
  setMaxTimestamp,
  splitBatches,
  stampBatch,
  writeCrc,
  writeInt64,
} from '../../src/records/header.ts'
import { batchOf, readAll, valued } from '../support/arbitrary-records.ts'
import { errorCodeOf } from '../support/rafka-error-of.ts'

test('an int64 within 2^53 is read as it was written', () => {
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeInteger(), fc.constantFrom(-1, -(2 ** 32), 2 ** 32 - 1)), (value) => {
      const bytes = Buffer.alloc(8)
      writeInt64(bytes, value, 0)
      expect(bytes.readBigInt64BE(0)).toBe(BigInt(value))
      expect(readInt64(bytes, 0)).toBe(value)
    }),
  )
})

test('an int64 beyond 2^53 is refused, whatever it is', () => {
  const beyond = fc.oneof(
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
    fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
  )
  fc.assert(
    fc.property(beyond, (value) => {
      const bytes = Buffer.alloc(8)
      bytes.writeBigInt64BE(value)
      expect(() => readInt64(bytes, 0)).toThrow(expect.objectContaining({ code: 'INVALID_RECORD' }))
    }),
  )
})

describe('splitting', () => {
  test('gives whole batches and leaves a part of one at the end', () => {
    const sizes = fc.array(fc.nat(50), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(sizes, fc.nat(200), (values, cut) => {
        const batches = values.map((size) => batchOf([{ value: Buffer.alloc(size) }]))
        const all = Buffer.concat(batches)
        const end = Math.max(0, all.length - cut)
        let at = 0
        const whole = batches.filter((batch) => {
          at += batch.length
          return at <= end
        })
        expect(splitBatches(all.subarray(0, end))).toEqual(whole)
      }),
    )
  })

  test.each([
    ['a length that no batch can have', 8, 0, 'CORRUPT_MESSAGE'],
    ['a negative length', 8, 0xff, 'CORRUPT_MESSAGE'],
    ['format 1', 16, 1, 'UNSUPPORTED_FOR_MESSAGE_FORMAT'],
    ['a format that does not exist', 16, 9, 'CORRUPT_MESSAGE'],
  ] as const)('refuses %s', async (_, at, byte, code) => {
    const bytes = batchOf([valued('a')])
    if (at === 8) bytes.fill(byte, 8, 12)
    else bytes[at] = byte
    expect(await errorCodeOf(() => splitBatches(bytes))).toBe(code)
  })
})

test('a batch gets its place in the log without a new CRC', () => {
  const batch = batchOf([valued('a')])
  const crc = batch.readUInt32BE(17)
  stampBatch(batch, 2 ** 45, 12)
  expect(readBatchHeader(batch)).toMatchObject({ baseOffset: 2 ** 45, partitionLeaderEpoch: 12, crc })
  expect(hasValidCrc(batch)).toBe(true)
})

test('the time of the broker counts for all records, and can be taken back', async () => {
  const batch = batchOf([valued('a', { timestamp: 5 }), valued('b', { timestamp: 6 })])
  setLogAppendTime(batch, 77)
  expect(hasValidCrc(batch)).toBe(true)
  expect(readBatchHeader(batch)).toMatchObject({ timestampType: 'append', maxTimestamp: 77 })
  expect((await readAll([batch])).map(({ timestamp }) => timestamp)).toEqual([77, 77])
  clearLogAppendTime(batch)
  setMaxTimestamp(batch, 6)
  expect(hasValidCrc(batch)).toBe(true)
  expect((await readAll([batch])).map(({ timestamp }) => timestamp)).toEqual([5, 6])
})

test('a largest timestamp beyond 2^53 cannot be set', async () => {
  expect(await errorCodeOf(() => setMaxTimestamp(batchOf([valued('a')]), 2 ** 53))).toBe('INVALID_TIMESTAMP')
})

test('a header that is cut is no header', async () => {
  const batch = batchOf([valued('a')])
  for (let length = 0; length < 61; length++) {
    expect(await errorCodeOf(() => readBatchHeader(batch.subarray(0, length)))).toBe('CORRUPT_MESSAGE')
  }
})

test.each([5, 6, 7])('codec %d, which does not exist, has no name', (codec) => {
  const batch = batchOf([valued('a')])
  batch[22] = codec
  writeCrc(batch)
  expect(readBatchHeader(batch).compression).toBeUndefined()
})
