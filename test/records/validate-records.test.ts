import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BatchBuilder } from '../../src/records/batch-builder.ts'
import { validateRecords } from '../../src/records/validate-records.ts'
import { arbitraryRecords, batchOf, valued } from '../support/arbitrary-records.ts'
import { errorCodeOf, rafkaErrorOf } from '../support/rafka-error-of.ts'

const anyKey = { keyRequired: false }

function payload(...values: string[]): Buffer {
  return batchOf(values.map((value) => valued(value))).subarray(61)
}

test('what was built passes, and the walk tells how far its timestamps reach', () => {
  fc.assert(
    fc.property(arbitraryRecords, (records) => {
      const deltas = records.map(({ timestamp }) => timestamp - records[0]!.timestamp)
      expect(validateRecords(batchOf(records).subarray(61), records.length, anyKey)).toEqual({
        minTimestampDelta: Math.min(...deltas),
        maxTimestampDelta: Math.max(...deltas),
        dense: true,
      })
    }),
  )
})

test('a compacted topic needs keys, also empty ones', async () => {
  const keyed = batchOf([valued('a', { key: Buffer.from('k') }), valued('b', { key: Buffer.alloc(0) })]).subarray(61)
  expect(validateRecords(keyed, 2, { keyRequired: true }).dense).toBe(true)
  const error = await rafkaErrorOf(() => validateRecords(payload('a'), 1, { keyRequired: true }))
  expect([error.code, error.details]).toEqual(['INVALID_RECORD', { record: 0 }])
})

test('offset deltas that are not 0, 1, 2 are told', () => {
  const second = new BatchBuilder({ maxBytes: 1000 })
  for (let index = 0; index < 2; index++) second.append(1, Buffer.from('x'), -1, -1, 0, 1)
  const bytes = second.build().subarray(61)
  expect(validateRecords(bytes.subarray(bytes.length / 2), 1, anyKey).dense).toBe(false)
})

test.each([
  ['fewer records than the header says', 3],
  ['more records than the header says', 1],
])('%s are refused', async (_, count) => {
  expect(await errorCodeOf(() => validateRecords(payload('a', 'b'), count, anyKey))).toBe('INVALID_RECORD')
})

/** A record of these bytes, with its length in front. */
function raw(...body: number[]): Buffer {
  return Buffer.from([body.length * 2, ...body])
}

test.each<[string, Buffer]>([
  ['a negative length', Buffer.from([1])],
  ['a length beyond the end', Buffer.from([20, 0])],
  ['a length of nothing', Buffer.from([0])],
  ['a key of -2 bytes', raw(0, 0, 0, 3, 1, 0)],
  ['a key beyond the record', raw(0, 0, 0, 40, 1, 0)],
  ['a value beyond the record', raw(0, 0, 0, 1, 40, 0)],
  ['bytes left over', raw(0, 0, 0, 1, 1, 0, 0)],
  ['-1 headers', raw(0, 0, 0, 1, 1, 1)],
  ['more headers than bytes', raw(0, 0, 0, 1, 1, 100)],
  ['a header without a key', raw(0, 0, 0, 1, 1, 2, 1, 1)],
  ['a header that is cut', raw(0, 0, 0, 1, 1, 2, 2)],
  ['bytes left over behind the headers', raw(0, 0, 0, 1, 1, 2, 0, 1, 0)],
  ['a number without an end', raw(0, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 1, 0)],
  ['a timestamp of 11 bytes', raw(0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 0, 1, 1, 0)],
])('a record with %s is refused', async (_, bytes) => {
  expect(await errorCodeOf(() => validateRecords(bytes, 1, anyKey))).toBe('INVALID_RECORD')
})

test('a timestamp delta beyond 2^53 is refused as such', async () => {
  const bytes = raw(0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0, 1, 1, 0)
  expect(await errorCodeOf(() => validateRecords(bytes, 1, anyKey))).toBe('INVALID_TIMESTAMP')
})
