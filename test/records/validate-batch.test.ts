import { describe, expect, test } from 'vitest'
import type { ErrorName } from '../../src/core/errors.ts'
import { loadCodec } from '../../src/records/compression.ts'
import { readBatchHeader, writeCrc } from '../../src/records/header.ts'
import { validateProducedBatch } from '../../src/records/validate-batch.ts'
import { batchOf, valued } from '../support/arbitrary-records.ts'
import { errorCodeOf } from '../support/rafka-error-of.ts'

const rules = { maxMessageBytes: 1000, allowZstd: true }
const fine = batchOf([valued('a'), valued('b')])

type Fault = readonly [what: string, code: ErrorName, damage: (batch: Buffer) => Buffer]

function inPlace(change: (batch: Buffer) => void): (batch: Buffer) => Buffer {
  return (batch) => {
    change(batch)
    return batch
  }
}

/** Faults in the order in which Kafka looks for them; each leaves the later ones as they are. */
const faults: readonly Fault[] = [
  ['a length that cannot be', 'CORRUPT_MESSAGE', inPlace((batch) => batch.writeInt32BE(13, 8))],
  ['a format that does not exist', 'CORRUPT_MESSAGE', inPlace((batch) => batch.writeInt8(3, 16))],
  ['less than a batch', 'INVALID_RECORD', (batch) => batch.subarray(0, batch.length - 1)],
  ['an old format', 'INVALID_RECORD', inPlace((batch) => batch.writeInt8(1, 16))],
  ['two batches', 'INVALID_RECORD', (batch) => Buffer.concat([batch, fine])],
  ['zstd in a version without it', 'UNSUPPORTED_COMPRESSION_TYPE', inPlace((batch) => batch.writeInt16BE(4, 21))],
  ['a base offset', 'INVALID_RECORD', inPlace((batch) => batch.writeInt32BE(1, 4))],
  ['too many bytes', 'MESSAGE_TOO_LARGE', (batch) => batch],
  ['a wrong CRC', 'CORRUPT_MESSAGE', inPlace((batch) => batch.writeUInt32BE(1, 17))],
]

/** What is only looked at when the CRC is right. */
const headerFaults: readonly Fault[] = [
  ['a negative last offset delta', 'INVALID_RECORD', inPlace((batch) => batch.writeInt32BE(-1, 23))],
  ['no records', 'INVALID_RECORD', inPlace((batch) => batch.writeInt32BE(0, 57))],
  ['more offsets than records', 'INVALID_RECORD', inPlace((batch) => batch.writeInt32BE(2, 23))],
  ['the control bit', 'INVALID_RECORD', inPlace((batch) => batch.writeInt16BE(0x20, 21))],
  ['a producer without a sequence', 'INVALID_RECORD', inPlace((batch) => batch.fill(0, 43, 51))],
  ['a producer that cannot be', 'INVALID_RECORD', inPlace((batch) => batch.writeInt32BE(-2, 43))],
  ['a codec that does not exist', 'INVALID_RECORD', inPlace((batch) => batch.writeInt16BE(5, 21))],
  ['a delete horizon', 'INVALID_RECORD', inPlace((batch) => batch.writeInt16BE(0x40, 21))],
  ['attributes that have no meaning', 'INVALID_RECORD', inPlace((batch) => batch.writeInt16BE(0x80, 21))],
  ['a timestamp beyond 2^53', 'INVALID_RECORD', inPlace((batch) => batch.writeInt32BE(0x7fffffff, 35))],
]

test('what is right passes, with its header', () => {
  const batch = Buffer.from(fine)
  expect(validateProducedBatch(batch, rules)).toEqual(readBatchHeader(fine))
  expect(batch).toEqual(fine)
})

test('a batch of exactly the allowed size passes', () => {
  expect(validateProducedBatch(fine, { ...rules, maxMessageBytes: fine.length }).recordCount).toBe(2)
})

describe('one fault', () => {
  test.each(faults)('%s is %s', async (what, code, spoil) => {
    const maxMessageBytes = what === 'too many bytes' ? fine.length - 1 : 1000
    const allowZstd = !what.startsWith('zstd')
    expect(
      await errorCodeOf(() => validateProducedBatch(spoil(Buffer.from(fine)), { maxMessageBytes, allowZstd })),
    ).toBe(code)
  })

  test.each(headerFaults)('%s is %s', async (_, code, spoil) => {
    const batch = spoil(Buffer.from(fine))
    writeCrc(batch)
    expect(await errorCodeOf(() => validateProducedBatch(batch, rules))).toBe(code)
  })
})

describe('of two faults the one that Kafka looks for first is told', () => {
  const pairs = faults.flatMap((first, index) => faults.slice(index + 1).map((second) => ({ first, second })))
  // A batch in an old format is not asked for a codec that the format lacks, and what is cut is not compared with a second batch.
  test.each(pairs.filter(({ first, second }) => spoils(first) && spoils(second)))(
    '$first.0, then $second.0',
    async ({ first, second }) => {
      const batch = first[2](second[2](Buffer.from(fine)))
      const whats = [first[0], second[0]]
      const maxMessageBytes = whats.includes('too many bytes') ? fine.length - 1 : 1000
      const allowZstd = !whats.some((what) => what.startsWith('zstd'))
      expect(await errorCodeOf(() => validateProducedBatch(batch, { maxMessageBytes, allowZstd }))).toBe(first[1])
    },
  )

  test.each(headerFaults)('a wrong CRC, then %s', async (_what, _code, spoil) => {
    expect(await errorCodeOf(() => validateProducedBatch(spoil(Buffer.from(fine)), rules))).toBe('CORRUPT_MESSAGE')
  })

  function spoils([what]: Fault): boolean {
    return what !== 'less than a batch' && what !== 'two batches'
  }
})

describe('what stands behind the batch', () => {
  test.each([1, 11, 12, 16, fine.length - 1])('counts for nothing when it is %d bytes of a cut batch', (length) => {
    const records = Buffer.concat([fine, fine.subarray(0, length)])
    expect(validateProducedBatch(records, rules).sizeBytes).toBe(fine.length)
  })

  test('is refused when it cannot be a batch', async () => {
    expect(await errorCodeOf(() => validateProducedBatch(Buffer.concat([fine, Buffer.alloc(20)]), rules))).toBe(
      'CORRUPT_MESSAGE',
    )
  })
})

test('zstd passes in a version that has it', async () => {
  const batch = batchOf([valued('a')], { compression: await loadCodec('zstd') })
  expect(validateProducedBatch(batch, rules).compression).toBe('zstd')
  expect(await errorCodeOf(() => validateProducedBatch(batch, { ...rules, allowZstd: false }))).toBe(
    'UNSUPPORTED_COMPRESSION_TYPE',
  )
})

test('a batch that is whole but shorter than its header is damaged', async () => {
  const batch = Buffer.from(fine.subarray(0, 40))
  batch.writeInt32BE(28, 8)
  expect(await errorCodeOf(() => validateProducedBatch(batch, rules))).toBe('CORRUPT_MESSAGE')
})
