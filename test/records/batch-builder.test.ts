import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RafkaError } from '../../src/core/errors.ts'
import { BatchBuilder } from '../../src/records/batch-builder.ts'
import { loadCodec } from '../../src/records/compression.ts'
import { hasValidCrc, readBatchHeader } from '../../src/records/header.ts'
import { recordPacker } from '../../src/records/record-packer.ts'
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

/** Positions of lines that stand one behind the other, each with a delimiter, half of them with a key. */
function linesIn(sourceBytes: number): fc.Arbitrary<Int32Array> {
  const sizes = fc.array(fc.oneof(fc.nat(20), fc.nat(200)), { maxLength: 2000, size: 'max' })
  return fc.tuple(fc.nat(sourceBytes), sizes, fc.boolean()).map(([from, lengths, keyed]) => {
    const slices: number[] = []
    let start = from
    for (const length of lengths) {
      const end = start + length
      if (end > sourceBytes) break
      const keyEnd = start + Math.floor(length / 3)
      slices.push(...(keyed ? [start, keyEnd, keyEnd, end] : [-1, -1, start, end]))
      start = end + 1
    }
    return Int32Array.from(slices)
  })
}

const source = Buffer.from(Uint8Array.from({ length: 100_000 }, (_, index) => (index * 31 + (index >> 8)) & 0xff))

/** Adds the same records many at once and one after the other. */
function addBoth(many: BatchBuilder, single: BatchBuilder, timestamp: number, slices: Int32Array): void {
  const end = slices.length / 4
  const added = many.appendMany(timestamp, source, slices, 0, end)
  let count = 0
  while (count < end) {
    const [keyStart, keyEnd, valueStart, valueEnd] = slices.subarray(count * 4)
    if (!single.append(timestamp, source, keyStart!, keyEnd!, valueStart!, valueEnd!)) break
    count += 1
  }
  expect(added).toBe(count)
}

const runs = fc.array(
  fc.tuple(fc.oneof(fc.nat(100), fc.nat(2 ** 41)), fc.oneof(slicesIn(source.length), linesIn(source.length))),
  { maxLength: 3 },
)
const batchBytes = fc.oneof(fc.integer({ min: 61, max: 5_000 }), fc.integer({ min: 61, max: 400_000 }))

function assertBothAlike(): void {
  fc.assert(
    fc.property(runs, batchBytes, fc.nat(200_000), (given, maxBytes, expectedBytes) => {
      const many = new BatchBuilder({ maxBytes, expectedBytes })
      const single = new BatchBuilder({ maxBytes })
      for (const [timestamp, slices] of given) addBoth(many, single, timestamp, slices)
      expect(many.count).toBe(single.count)
      expect(many.minTimestamp).toBe(single.minTimestamp)
      if (many.count > 0) expect(many.build().equals(single.build())).toBe(true)
    }),
    { numRuns: 300 },
  )
}

test('many records added at once are the same as one after the other, however large batch and memory are', () => {
  expect(recordPacker()).toBeDefined()
  assertBothAlike()
})

test('a batch of more records than are packed in one go', () => {
  const slices = Int32Array.from({ length: 4 * 30_000 }, (_, index) => [-1, -1, 5, 5 + (index % 7)][index % 4]!)
  const many = new BatchBuilder({ maxBytes: 1_000_000, expectedBytes: 900_000 })
  const single = new BatchBuilder({ maxBytes: 1_000_000 })
  addBoth(many, single, 1, slices)
  expect(many.count).toBe(30_000)
  expect(many.build().equals(single.build())).toBe(true)
})

test.each([
  ['behind the source', 99_990, 100_001],
  ['backwards', 60, 50],
])('of many records the one with positions %s is refused', (_, start, end) => {
  const lines = Array.from({ length: 40 }, (_each, index) => [-1, -1, index * 10, index * 10 + 9])
  lines[20] = [-1, -1, start, end]
  const builder = new BatchBuilder({ maxBytes: 10_000 })
  expect(() => builder.appendMany(1, source, Int32Array.from(lines.flat()), 0, lines.length)).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
  )
  expect(builder.count).toBe(20)
})

test('a buffer may change between two runs of records', async () => {
  const builder = new BatchBuilder({ maxBytes: 1_000_000, expectedBytes: 500_000 })
  const changing = Buffer.alloc(2000, 'a')
  const slices = Int32Array.from(
    Array.from({ length: 20 }, (_, index) => [-1, -1, index * 100, index * 100 + 100]).flat(),
  )
  builder.appendMany(1, changing, slices, 0, 20)
  changing.fill('b')
  builder.appendMany(1, changing, slices, 0, 20)
  const values = (await readAll([builder.build()])).map(({ value }) => String(value))
  expect(values).toEqual([...Array(20).fill('a'.repeat(100)), ...Array(20).fill('b'.repeat(100))])
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
