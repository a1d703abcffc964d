import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadCodec } from '../../src/records/compression.ts'
import { buildTransactionMarker } from '../../src/records/control-batch.ts'
import { setLogAppendTime, writeCrc, writeInt64 } from '../../src/records/header.ts'
import { openRecords } from '../../src/records/record-cursor.ts'
import { arbitraryRecords, batchOf, readAll, readValues, recordAt, valued } from '../support/arbitrary-records.ts'
import { errorCodeOf, rafkaErrorOf } from '../support/rafka-error-of.ts'

const marker = buildTransactionMarker({ type: 'commit', producerId: 1, producerEpoch: 0, coordinatorEpoch: 0 }, 5)

function letters(text: string, baseOffset = 0): Buffer {
  return batchOf(
    [...text].map((letter) => valued(letter)),
    { baseOffset },
  )
}

test('walks batches one after the other, over gaps', async () => {
  const records = await readAll([letters('ab', 3), letters('c', 9)])
  expect(records.map(({ offset, value }) => [offset, String(value)])).toEqual([
    [3, 'a'],
    [4, 'b'],
    [9, 'c'],
  ])
})

test('gives the records from one offset to before another, whatever the batches are', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(arbitraryRecords, { maxLength: 4 }),
      fc.nat(30),
      fc.nat(40),
      async (groups, from, before) => {
        let baseOffset = 0
        const batches = groups.map((records) => {
          const batch = batchOf(records, { baseOffset })
          baseOffset += records.length + 2
          return batch
        })
        const all = await readAll(batches)
        const wanted = all.filter(({ offset }) => offset >= from && offset < before)
        expect(await readAll(batches, { fromOffset: from, beforeOffset: before })).toEqual(wanted)
      },
    ),
  )
})

test('stays at the end', async () => {
  const cursor = (await openRecords([letters('abc'), letters('d', 3)], { beforeOffset: 1 })).cursor()
  expect([cursor.next(), cursor.next(), cursor.next(), cursor.next()]).toEqual([true, false, false, false])
})

test('walks anew with each cursor', async () => {
  const records = await openRecords([letters('ab')])
  const first = records.cursor()
  first.next()
  first.next()
  const second = records.cursor()
  second.next()
  expect([first.offset, second.offset]).toEqual([1, 0])
})

test('passes over control batches unless they are asked for', async () => {
  const committed = Buffer.from(marker)
  writeInt64(committed, 1, 0)
  const batches = [letters('a'), committed, letters('b', 2)]
  expect((await readAll(batches)).map(({ offset }) => offset)).toEqual([0, 2])
  expect((await readAll(batches, { includeControl: true })).map(({ offset }) => offset)).toEqual([0, 1, 2])
})

test('a batch that lies before the first offset is not looked into', async () => {
  const broken = letters('ab')
  broken.fill(0xff, 61)
  expect(await readValues([broken, letters('c', 2)], { fromOffset: 2 })).toEqual(['c'])
})

test('a batch without records, as compaction leaves it, is passed over', async () => {
  const empty = letters('a').subarray(0, 61)
  empty.writeInt32BE(61 - 12, 8)
  empty.writeInt32BE(0, 57)
  writeCrc(empty)
  expect(await readValues([empty, letters('b', 1)], { checkCrc: true })).toEqual(['b'])
})

test('timestamps are the records own, or the one of the broker', async () => {
  const batch = batchOf([valued('a', { timestamp: 10 }), valued('b', { timestamp: -1 })])
  expect((await readAll([batch])).map(({ timestamp }) => timestamp)).toEqual([10, -1])
  setLogAppendTime(batch, 99)
  const cursor = (await openRecords([batch])).cursor()
  cursor.next()
  expect([cursor.timestamp, cursor.timestampType]).toEqual([99, 'append'])
})

test('headers may be read or left, and read twice', async () => {
  const headers = [
    { key: 'a', value: Buffer.from('1') },
    { key: 'a', value: null },
    { key: '', value: Buffer.alloc(0) },
  ]
  const batch = batchOf([valued('x', { headers }), valued('y'), valued('z', { headers })])
  const cursor = (await openRecords([batch])).cursor()
  cursor.next()
  cursor.next()
  expect(cursor.headers()).toEqual([])
  cursor.next()
  expect([cursor.headerCount, cursor.headers(), cursor.headers()]).toEqual([3, headers, headers])
  expect(cursor.next()).toBe(false)
})

describe('what is wrong', () => {
  test('shows when the walk comes to it, and at every step from then on', async () => {
    const damaged = letters('xyz', 1)
    damaged[damaged.length - 1]! ^= 1
    const cursor = (await openRecords([letters('a'), damaged, letters('b', 4)], { checkCrc: true })).cursor()
    expect(cursor.next()).toBe(true)
    for (let step = 0; step < 3; step++) expect(await errorCodeOf(() => cursor.next())).toBe('CORRUPT_MESSAGE')
  })

  test('within a batch, too, is not passed over by going on', async () => {
    const batch = letters('abc')
    // The length of the second record's value.
    batch[batch.length - 8 - 3] = 0x70
    const cursor = (await openRecords([batch, letters('d', 3)])).cursor()
    expect(cursor.next()).toBe(true)
    for (let step = 0; step < 4; step++) expect(await errorCodeOf(() => cursor.next())).toBe('INVALID_RECORD')
  })

  test('is told with the offset of the batch', async () => {
    const batch = letters('a', 42)
    batch[batch.length - 1] = 3
    expect((await rafkaErrorOf(() => readAll([batch]))).message).toContain('record 0 of the batch at offset 42')
  })

  test.each([
    ['fewer records than it says', 57, 4, 'INVALID_RECORD'],
    ['more records than it says', 57, 2, 'INVALID_RECORD'],
    ['a negative count', 57, -1, 'INVALID_RECORD'],
    ['another length than it says', 8, 60, 'CORRUPT_MESSAGE'],
  ] as const)('may be %s', async (_, at, value, code) => {
    const batch = letters('abc')
    batch.writeInt32BE(value, at)
    expect(await errorCodeOf(() => readAll([batch]))).toBe(code)
  })

  test('may be a timestamp beyond 2^53', async () => {
    const batch = batchOf([valued('a'), valued('b', { timestamp: 1001 })])
    writeInt64(batch, Number.MAX_SAFE_INTEGER, 27)
    expect(await errorCodeOf(() => readAll([batch]))).toBe('INVALID_TIMESTAMP')
  })

  test('may be a codec that does not exist', async () => {
    const batch = letters('a')
    batch[22] = 6
    writeCrc(batch)
    expect(await errorCodeOf(() => readAll([batch], { checkCrc: true }))).toBe('UNSUPPORTED_COMPRESSION_TYPE')
  })

  test('may be an old format', async () => {
    const batch = letters('a')
    batch[16] = 1
    expect(await errorCodeOf(() => readAll([batch]))).toBe('UNSUPPORTED_FOR_MESSAGE_FORMAT')
  })

  test('may be headers that reach into the next record', async () => {
    const batch = batchOf([valued('a', { headers: [{ key: 'k', value: Buffer.from('v') }] }), valued('bbbbbbbb')])
    const at = batch.indexOf('k', 61)
    batch[at + 1] = 16
    const cursor = (await openRecords([batch])).cursor()
    cursor.next()
    expect(await errorCodeOf(() => cursor.headers())).toBe('INVALID_RECORD')
  })
})

test('what a batch inflates to is bounded', async () => {
  const batch = batchOf([{ value: Buffer.alloc(100_000) }], { compression: await loadCodec('gzip') })
  expect(await errorCodeOf(() => readAll([batch], { maxInflatedBytes: 1000 }))).toBe('CORRUPT_MESSAGE')
  const cursor = (await openRecords([batch], { maxInflatedBytes: 200_000 })).cursor()
  cursor.next()
  expect(recordAt(cursor).value).toEqual(Buffer.alloc(100_000))
})
