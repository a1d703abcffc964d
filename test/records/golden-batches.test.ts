import { describe, expect, test } from 'vitest'
import { readBatchHeader } from '../../src/records/header.ts'
import { readAll } from '../support/arbitrary-records.ts'
import { goldenBatches } from '../support/golden-batches.ts'

const headers = [
  { key: 'first', value: Buffer.from('1') },
  { key: 'häder', value: Buffer.from('ü') },
]

describe.each(goldenBatches)(
  'a batch that $writer packed with $compression, as Kafka stored it',
  ({ bytes, compression }) => {
    test('says so in its header', () => {
      const header = readBatchHeader(bytes)
      expect(header).toMatchObject({ sizeBytes: bytes.length, compression, control: false, transactional: false })
      expect(header.recordCount).toBe(header.lastOffsetDelta + 1)
    })

    test('gives back the records that were sent', async () => {
      const records = await readAll([bytes], { checkCrc: true })
      const { recordCount, baseTimestamp, maxTimestamp } = readBatchHeader(bytes)
      const first = 20 - recordCount
      expect(records).toHaveLength(recordCount)
      expect(records.map(({ key, value, headers }) => ({ key: String(key), value: String(value), headers }))).toEqual(
        records.map((_, index) => ({
          key: `key-${(first + index) % 3}`,
          value: `line ${first + index} of twenty`,
          headers,
        })),
      )
      const times = records.map(({ timestamp }) => timestamp)
      expect([Math.min(...times), Math.max(...times)]).toEqual([baseTimestamp, maxTimestamp])
    })
  },
)
