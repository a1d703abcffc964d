import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadCodec } from '../../src/records/compression.ts'
import { hasValidCrc, readBatchHeader, setLogAppendTime, writeCrc } from '../../src/records/header.ts'
import { type RebuildEdit, rebuildBatch, recompressBatch } from '../../src/records/rebuild-batch.ts'
import { arbitraryRecord, batchOf, compressionNames, readAll, valued } from '../support/arbitrary-records.ts'
import { errorCodeOf } from '../support/rafka-error-of.ts'

const none = await loadCodec('none')
const producer = { producerId: 7, producerEpoch: 2, baseSequence: 40, transactional: true, baseOffset: 100 }

/** Records, each with what is to become of it. */
const arbitraryFates = fc.array(
  fc.tuple(
    arbitraryRecord,
    fc.oneof(
      fc.constant('keep' as const),
      fc.constant('drop' as const),
      fc.record<RebuildEdit>(
        {
          key: fc.option(fc.uint8Array({ maxLength: 300 })),
          value: fc.option(fc.uint8Array({ maxLength: 300 })),
          headers: fc.array(fc.record({ key: fc.string(), value: fc.option(fc.uint8Array()) }), { maxLength: 3 }),
        },
        { requiredKeys: [] },
      ),
    ),
  ),
  { minLength: 1, maxLength: 12 },
)

function bufferOf(bytes: Uint8Array | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes)
}

describe.each(compressionNames)('a batch packed with %s', (name) => {
  test('has, rebuilt, the records that were kept or changed at the offsets and times that they had', async () => {
    const codec = await loadCodec(name)
    await fc.assert(
      fc.asyncProperty(arbitraryFates, fc.boolean(), async (fates, isAsync) => {
        const batch = batchOf(
          fates.map(([record]) => record),
          { ...producer, compression: codec },
        )
        const before = Buffer.from(batch)
        const rebuilt = await rebuildBatch(batch, codec, {
          decide: ({ offset }) => {
            const fate = fates[offset - 100]![1]
            return isAsync ? Promise.resolve(fate) : fate
          },
        })
        expect(batch).toEqual(before)
        const expected = fates.flatMap(([record, fate], index) => {
          if (fate === 'drop') return []
          const edit = fate === 'keep' ? {} : fate
          const { key = record.key, value = record.value, headers = record.headers } = edit
          const plain = headers.map((header) => ({ key: header.key, value: bufferOf(header.value) }))
          return [{ ...record, offset: 100 + index, key: bufferOf(key), value: bufferOf(value), headers: plain }]
        })
        expect(await readAll([rebuilt], { checkCrc: true })).toEqual(expected)
        expectSamePlace(rebuilt, batch)
        const timestamps = expected.map(({ timestamp }) => timestamp)
        if (timestamps.length > 0) expect(readBatchHeader(rebuilt).maxTimestamp).toBe(Math.max(...timestamps))
      }),
      { numRuns: 60 },
    )
  })

  test('is the same buffer when nothing changed', async () => {
    const codec = await loadCodec(name)
    const batch = batchOf([valued('a'), valued('b')], { compression: codec })
    expect(await rebuildBatch(batch, codec, { decide: () => 'keep' })).toBe(batch)
  })

  test.each(compressionNames)('can be packed with %s instead', async (other) => {
    const codec = await loadCodec(name)
    const target = await loadCodec(other)
    const batch = batchOf([valued('a'.repeat(100)), valued('b')], { ...producer, compression: codec })
    for (const repacked of [
      recompressBatch(batch, codec, target, 1000),
      await rebuildBatch(batch, codec, { decide: () => 'keep', codec: target }),
    ]) {
      expect(readBatchHeader(repacked)).toMatchObject({ ...header(batch), compression: other })
      expect(await readAll([repacked], { checkCrc: true })).toEqual(await readAll([batch]))
    }
  })
})

function header(batch: Buffer): object {
  const {
    baseOffset,
    lastOffset,
    lastOffsetDelta,
    producerId,
    producerEpoch,
    baseSequence,
    transactional,
    timestampType,
  } = readBatchHeader(batch)
  return {
    baseOffset,
    lastOffset,
    lastOffsetDelta,
    producerId,
    producerEpoch,
    baseSequence,
    transactional,
    timestampType,
  }
}

function expectSamePlace(rebuilt: Buffer, batch: Buffer): void {
  expect(header(rebuilt)).toEqual(header(batch))
  expect(hasValidCrc(rebuilt)).toBe(true)
}

test('a batch without records left is a header that stands for its offsets', async () => {
  const codec = await loadCodec('lz4')
  const batch = batchOf([valued('a'), valued('b')], { ...producer, compression: codec })
  const rebuilt = await rebuildBatch(batch, codec, { decide: () => 'drop' })
  expect(rebuilt.length).toBe(61)
  expectSamePlace(rebuilt, batch)
  expect(readBatchHeader(rebuilt)).toMatchObject({ recordCount: 0, compression: 'none', maxTimestamp: 1000 })
  expect(await rebuildBatch(rebuilt, none, { decide: () => 'drop' })).toBe(rebuilt)
})

test('a kept record is copied byte for byte, also a header key that is no UTF-8', async () => {
  const batch = batchOf([valued('a'), valued('b', { headers: [{ key: 'XX', value: null }] }), valued('c')])
  const at = batch.indexOf('XX')
  batch[at] = 0xff
  writeCrc(batch)
  const rebuilt = await rebuildBatch(batch, none, { decide: ({ offset }) => (offset === 0 ? 'drop' : 'keep') })
  expect(rebuilt.subarray(61)).toEqual(
    batch.subarray(61 + (batch.length - 61 - 12) / 2 - 0).subarray(-rebuilt.length + 61),
  )
  const changed = await rebuildBatch(batch, none, { decide: () => ({ value: Buffer.from('new') }) })
  expect(changed.includes(Buffer.from([0xff, 0x58]))).toBe(true)
})

test('a delete horizon is kept in the header, and the timestamps stay', async () => {
  const records = [valued('a', { timestamp: 5 }), { key: Buffer.from('k'), value: null, timestamp: 2 ** 41 }]
  const batch = batchOf(records)
  const marked = await rebuildBatch(batch, none, { decide: () => 'keep', deleteHorizonMs: 2 ** 40 })
  expect(readBatchHeader(marked)).toMatchObject({
    hasDeleteHorizon: true,
    baseTimestamp: 2 ** 40,
    maxTimestamp: 2 ** 41,
  })
  expect(await readAll([marked], { checkCrc: true })).toEqual(await readAll([batch]))
  const thinned = await rebuildBatch(marked, none, { decide: ({ offset }) => (offset === 0 ? 'drop' : 'keep') })
  expect(readBatchHeader(thinned)).toMatchObject({ hasDeleteHorizon: true, baseTimestamp: 2 ** 40 })
  expect((await readAll([thinned])).map(({ timestamp }) => timestamp)).toEqual([2 ** 41])
})

test('the time of the broker stays that of all records', async () => {
  const batch = batchOf([valued('a'), valued('b')])
  setLogAppendTime(batch, 5000)
  const seen: number[] = []
  const rebuilt = await rebuildBatch(batch, none, {
    decide: ({ offset, timestamp }) => {
      seen.push(timestamp)
      return offset === 1 ? 'drop' : 'keep'
    },
  })
  expect(seen).toEqual([5000, 5000])
  expect(readBatchHeader(rebuilt)).toMatchObject({ timestampType: 'append', maxTimestamp: 5000 })
  expect((await readAll([rebuilt])).map(({ timestamp }) => timestamp)).toEqual([5000])
})

test('headers may be asked for later on', async () => {
  const headers = [{ key: 'k', value: Buffer.from('v') }]
  const batch = batchOf([valued('a', { headers }), valued('b'), valued('c')])
  const asked: Array<() => unknown> = []
  await rebuildBatch(batch, none, {
    decide: (record) => {
      asked.push(() => record.headers())
      return 'keep'
    },
  })
  expect(asked.map((ask) => ask())).toEqual([headers, [], []])
})

test('what decides may fail: the batch fails with it', async () => {
  const failing = rebuildBatch(batchOf([valued('a')]), none, { decide: () => Promise.reject(new Error('no')) })
  await expect(failing).rejects.toThrow('no')
})

test('a batch that is no whole one is refused', async () => {
  const batch = batchOf([valued('a')])
  const longer = Buffer.concat([batch, Buffer.from('x')])
  expect(await errorCodeOf(() => rebuildBatch(longer, none, { decide: () => 'keep' }))).toBe('CORRUPT_MESSAGE')
})
