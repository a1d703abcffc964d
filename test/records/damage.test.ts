import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { isRafkaError, RafkaError } from '../../src/core/errors.ts'
import { loadCodec } from '../../src/records/compression.ts'
import { batchOverheadBytes, splitBatches, writeCrc } from '../../src/records/header.ts'
import { rebuildBatch } from '../../src/records/rebuild-batch.ts'
import { validateProducedBatch } from '../../src/records/validate-batch.ts'
import { validateRecords } from '../../src/records/validate-records.ts'
import { arbitraryRecords, batchOf, compressionNames, readAll, valued } from '../support/arbitrary-records.ts'

const rules = { maxMessageBytes: 2 ** 20, allowZstd: true }
const expected: ReadonlySet<string> = new Set([
  'CORRUPT_MESSAGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'UNSUPPORTED_COMPRESSION_TYPE',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
])

/** What came of it: the result, or an error that stands for damage. Anything else is thrown on. */
async function outcome<T>(call: () => T | Promise<T>): Promise<T | RafkaError> {
  try {
    return await call()
  } catch (error) {
    if (isRafkaError(error) && expected.has(error.code)) return error
    throw error
  }
}

describe.each(compressionNames)('a batch packed with %s', (name) => {
  let batch: Buffer
  beforeAll(async () => {
    const headers = [{ key: 'header', value: Buffer.from('value') }]
    const records = ['one', 'two', 'three', 'four'].map((text, index) =>
      valued(text.repeat(5), { headers, timestamp: index, key: Buffer.from(text) }),
    )
    batch = batchOf(records, { compression: await loadCodec(name) })
  })

  test('that is cut anywhere is no whole batch, and as one it is refused', async () => {
    for (let length = 0; length < batch.length; length++) {
      const cut = Buffer.from(batch.subarray(0, length))
      expect(splitBatches(cut)).toEqual([])
      expect(await outcome(() => readAll([cut], { checkCrc: true }))).toBeInstanceOf(RafkaError)
      expect(await outcome(() => validateProducedBatch(cut, rules))).toBeInstanceOf(RafkaError)
    }
  })

  test('with any bit changed is refused where the CRC covers it', async () => {
    for (let bit = 17 * 8; bit < batch.length * 8; bit++) {
      const changed = Buffer.from(batch)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(await outcome(() => readAll([changed], { checkCrc: true }))).toMatchObject({ code: 'CORRUPT_MESSAGE' })
      expect(await outcome(() => validateProducedBatch(changed, rules))).toMatchObject({
        // A changed codec may name one that the version does not have; here all are known.
        code: 'CORRUPT_MESSAGE',
      })
    }
  })

  test('with any bit changed in front of the CRC is refused, or keeps its records', async () => {
    const intact = await readAll([batch])
    for (let bit = 64; bit < 17 * 8; bit++) {
      const changed = Buffer.from(batch)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      const read = await outcome(() => readAll([changed], { checkCrc: true }))
      if (!(read instanceof RafkaError)) expect(read).toEqual(intact)
      if (bit < 96 || bit >= 128) expect(read).toBeInstanceOf(RafkaError)
    }
  })

  test('with any bytes changed and a right CRC is read or refused, never more than that', async () => {
    const codec = await loadCodec(name)
    const damage = fc.array(fc.tuple(fc.integer({ min: 21, max: batch.length - 1 }), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    })
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const changed = Buffer.from(batch)
        for (const [at, byte] of changes) changed[at] = byte
        writeCrc(changed)
        await outcome(() => readAll([changed], { checkCrc: true, includeControl: true, maxInflatedBytes: 2 ** 20 }))
        await outcome(() =>
          rebuildBatch(changed, codec, {
            decide: ({ offset }) => (offset % 2 === 0 ? 'drop' : 'keep'),
            maxInflatedBytes: 2 ** 20,
          }),
        )
        await outcome(() => {
          const { recordCount } = validateProducedBatch(changed, rules)
          return validateRecords(codec.inflate(changed.subarray(batchOverheadBytes), 2 ** 20), recordCount, {
            keyRequired: true,
          })
        })
      }),
      { numRuns: 300 },
    )
  })
})

test('records that validation lets pass are read whole by the cursor', async () => {
  await fc.assert(
    fc.asyncProperty(
      arbitraryRecords,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
      async (records, changes) => {
        const batch = batchOf(records)
        for (const [at, byte] of changes) batch[61 + (at % (batch.length - 61))] = byte
        writeCrc(batch)
        const walked = await outcome(() => validateRecords(batch.subarray(61), records.length, { keyRequired: false }))
        const read = await outcome(() => readAll([batch], { checkCrc: true }))
        if (walked instanceof RafkaError || !walked.dense) return
        if (read instanceof RafkaError) expect(read.code).toBe('INVALID_TIMESTAMP')
        else expect(read.length).toBe(records.length)
      },
    ),
    { numRuns: 500 },
  )
})
