import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RafkaError } from '../../src/core/errors.ts'
import { BatchBuilder } from '../../src/records/batch-builder.ts'
import { loadCodec } from '../../src/records/compression.ts'
import { hasValidCrc, readBatchHeader } from '../../src/records/header.ts'
import { arbitraryRecords, batchOf, compressionNames, readAll, valued } from '../support/arbitrary-records.ts'

describe.each(compressionNames)('a batch packed with %s', (name) => {
  test('gives back every record as it was: null and empty keys and values, binary, doubled headers', async () => {
    const compression = await loadCodec(name)
    await fc.assert(
      fc.asyncProperty(arbitraryRecords, fc.nat(2 ** 40), async (records, baseOffset) => {
        const batch = batchOf(records, { compression, baseOffset })
        const expected = records.map((record, index) => ({ ...record, offset: baseOffset + index }))
        expect(await readAll([batch], { checkCrc: true })).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })

  test('has a header that tells of it', async () => {
    const compression = await loadCodec(name)
    const records = [valued('a', { timestamp: 50 }), valued('b', { timestamp: 70 }), valued('c', { timestamp: 60 })]
    const batch = batchOf(records, {
      compression,
      baseOffset: 7,
      producerId: 2 ** 40,
      producerEpoch: 3,
      baseSequence: 9,
      transactional: true,
    })
    expect(hasValidCrc(batch)).toBe(true)
    expect(readBatchHeader(batch)).toMatchObject({
      baseOffset: 7,
      sizeBytes: batch.length,
      partitionLeaderEpoch: -1,
      magic: 2,
      compression: name,
      timestampType: 'create',
      transactional: true,
      control: false,
      hasDeleteHorizon: false,
      lastOffsetDelta: 2,
      lastOffset: 9,
      baseTimestamp: 50,
      maxTimestamp: 70,
      producerId: 2 ** 40,
      producerEpoch: 3,
      baseSequence: 9,
      recordCount: 3,
    })
  })
})

test('a batch without a producer says so', () => {
  const header = readBatchHeader(batchOf([valued('a')]))
  expect([header.producerId, header.producerEpoch, header.baseSequence]).toEqual([-1, -1, -1])
})

test('a record that does not fit is not added, and what was added before is whole', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 61, max: 2000 }),
      fc.array(fc.nat(300), { minLength: 1 }),
      async (maxBytes, sizes) => {
        const builder = new BatchBuilder({ maxBytes })
        const source = Buffer.alloc(300, 'x')
        const added = sizes.filter((size) => {
          const before = builder.sizeBytes
          const isAdded = builder.append(1, source, -1, -1, 0, size)
          if (!isAdded) expect(builder.sizeBytes).toBe(before)
          return isAdded
        })
        expect(builder.count).toBe(added.length)
        if (added.length === 0) return
        const predicted = builder.sizeBytes
        const batch = builder.build()
        expect(batch.length).toBe(predicted)
        expect(batch.length).toBeLessThanOrEqual(maxBytes)
        expect((await readAll([batch])).map(({ value }) => value?.length)).toEqual(added)
      },
    ),
  )
})

/** Positions in a buffer of so many bytes: small ones, large ones, null ones, in any order. */
function slicesIn(sourceBytes: number): fc.Arbitrary<Int32Array> {
  const slice = fc
    .tuple(fc.nat(sourceBytes), fc.oneof(fc.nat(60), fc.nat(20_000)))
    .map(([start, size]) => [start, Math.min(sourceBytes, start + size)])
  const nullable = fc.option(slice, { nil: [-1, -1] })
  return fc.array(fc.tuple(nullable, nullable), { maxLength: 60 }).map((records) => Int32Array.from(records.flat(2)))
}

test('many records added at once are the same as one after the other, however large batch and memory are', () => {
  const source = Buffer.from(Uint8Array.from({ length: 100_000 }, (_, index) => (index * 31 + (index >> 8)) & 0xff))
  const maxBytes = fc.oneof(fc.integer({ min: 61, max: 5_000 }), fc.integer({ min: 61, max: 400_000 }))
  const expectedBytes = fc.nat(200_000)
  fc.assert(
    fc.property(
      fc.array(slicesIn(source.length), { maxLength: 3 }),
      maxBytes,
      expectedBytes,
      (runs, most, expected) => {
        const many = new BatchBuilder({ maxBytes: most, expectedBytes: expected })
        const single = new BatchBuilder({ maxBytes: most })
        for (const slices of runs) {
          const end = slices.length / 4
          const added = many.appendMany(7, source, slices, 0, end)
          let expectedCount = 0
          while (expectedCount < end) {
            const [keyStart, keyEnd, valueStart, valueEnd] = slices.subarray(expectedCount * 4)
            if (!single.append(7, source, keyStart!, keyEnd!, valueStart!, valueEnd!)) break
            expectedCount += 1
          }
          expect(added).toBe(expectedCount)
        }
        expect(many.count).toBe(single.count)
        if (many.count > 0) expect(many.build().equals(single.build())).toBe(true)
      },
    ),
    { numRuns: 300 },
  )
})

test('a buffer may change between two runs of records', async () => {
  const builder = new BatchBuilder({ maxBytes: 1_000_000, expectedBytes: 500_000 })
  const source = Buffer.alloc(1000, 'a')
  const slices = Int32Array.of(-1, -1, 0, 100, -1, -1, 100, 200)
  builder.appendMany(1, source, slices, 0, 2)
  source.fill('b')
  builder.appendMany(1, source, slices, 0, 1)
  const values = (await readAll([builder.build()])).map(({ value }) => String(value))
  expect(values).toEqual(['a'.repeat(100), 'a'.repeat(100), 'b'.repeat(100)])
})

test('what is handed in is copied', async () => {
  const builder = new BatchBuilder({ maxBytes: 1000 })
  const source = Buffer.from('before')
  builder.append(1, source, -1, -1, 0, 6)
  source.fill('x')
  expect(String((await readAll([builder.build()]))[0]!.value)).toBe('before')
})

test('an empty batch cannot be built', () => {
  expect(() => new BatchBuilder({ maxBytes: 100 }).build()).toThrow(RafkaError)
})

test.each([Number.NaN, 1.5, -2, 2 ** 53, Number.POSITIVE_INFINITY])(
  'the timestamp %d is refused, and the batch goes on',
  async (timestamp) => {
    const builder = new BatchBuilder({ maxBytes: 1000 })
    const source = Buffer.from('ab')
    builder.append(-1, source, -1, -1, 0, 1)
    expect(() => builder.append(timestamp, source, -1, -1, 0, 2)).toThrow(
      expect.objectContaining({ code: 'INVALID_TIMESTAMP' }),
    )
    builder.append(5, source, -1, -1, 1, 2)
    expect((await readAll([builder.build()])).map(({ value }) => String(value))).toEqual(['a', 'b'])
  },
)

test('timestamps that are too far apart for one batch are refused', () => {
  const builder = new BatchBuilder({ maxBytes: 1000 })
  builder.append(-1, Buffer.alloc(0), -1, -1, -1, -1)
  expect(() => builder.append(Number.MAX_SAFE_INTEGER, Buffer.alloc(0), -1, -1, -1, -1)).toThrow(
    expect.objectContaining({ code: 'INVALID_TIMESTAMP' }),
  )
})

test.each([
  ['behind the source', 0, 0, 0, 4],
  ['backwards', 2, 1, 0, 1],
])('positions %s are refused', (_, keyStart, keyEnd, valueStart, valueEnd) => {
  const builder = new BatchBuilder({ maxBytes: 1000 })
  expect(() => builder.append(1, Buffer.from('abc'), keyStart, keyEnd, valueStart, valueEnd)).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
  )
  expect(builder.count).toBe(0)
})
