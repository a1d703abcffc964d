import { expect, test } from 'vitest'
import { buildTransactionMarker, readTransactionMarker } from '../../src/records/control-batch.ts'
import { readBatchHeader, stampBatch } from '../../src/records/header.ts'
import { batchOf, valued } from '../support/arbitrary-records.ts'
import { goldenMarker } from '../support/golden-batches.ts'
import { errorCodeOf } from '../support/rafka-error-of.ts'

const marker = { type: 'abort', producerId: 9, producerEpoch: 4, coordinatorEpoch: 77 } as const

test.each(['commit', 'abort'] as const)(
  'the marker of a transaction that ended in %s is read as it was built',
  (type) => {
    expect(readTransactionMarker(buildTransactionMarker({ ...marker, type }, 123))).toEqual({ ...marker, type })
  },
)

test('a marker is one control record of the transaction, without a sequence', () => {
  expect(readBatchHeader(buildTransactionMarker(marker, 123))).toMatchObject({
    control: true,
    transactional: true,
    compression: 'none',
    lastOffsetDelta: 0,
    recordCount: 1,
    producerId: 9,
    producerEpoch: 4,
    baseSequence: -1,
    baseTimestamp: 123,
    maxTimestamp: 123,
  })
})

test('a marker is, byte for byte, the one that Kafka writes', () => {
  const kafka = readBatchHeader(goldenMarker)
  expect(readTransactionMarker(goldenMarker)).toEqual({
    type: 'commit',
    producerId: 5,
    producerEpoch: 1,
    coordinatorEpoch: 0,
  })
  const ours = buildTransactionMarker(
    { type: 'commit', producerId: 5, producerEpoch: 1, coordinatorEpoch: 0 },
    kafka.baseTimestamp,
  )
  stampBatch(ours, kafka.baseOffset, kafka.partitionLeaderEpoch)
  expect(ours).toEqual(goldenMarker)
})

test('control records of other types, and batches of records, are no markers', () => {
  const other = buildTransactionMarker(marker, 1)
  other[other.length - 10] = 5
  expect(readTransactionMarker(other)).toBeUndefined()
  expect(readTransactionMarker(batchOf([valued('a')]))).toBeUndefined()
})

test('a marker that is cut or has no key is refused', async () => {
  const batch = buildTransactionMarker(marker, 1)
  expect(await errorCodeOf(() => readTransactionMarker(batch.subarray(0, 70)))).toBe('CORRUPT_MESSAGE')
  const unkeyed = batchOf([valued('a')])
  unkeyed[22] = 0x30
  expect(await errorCodeOf(() => readTransactionMarker(unkeyed))).toBe('INVALID_RECORD')
})
