import { expect, test } from 'vitest'
import { OutgoingBatch } from '../../../src/client/producer/outgoing-batch.ts'
import { BatchBuilder } from '../../../src/records/batch-builder.ts'
import { hasValidCrc } from '../../../src/records/header.ts'
import { trustedMinTimestamp } from '../../../src/records/trusted-batches.ts'

function filled(): OutgoingBatch {
  const builder = new BatchBuilder({ maxBytes: 1000 })
  const source = Buffer.from('value')
  for (const timestamp of [30, 10, 20]) builder.append(timestamp, source, -1, -1, 0, 5)
  return new OutgoingBatch(builder, 0, 0)
}

test('what is sent first can be trusted, with the time of its earliest record', () => {
  const bytes = filled().handOver(undefined)
  expect(trustedMinTimestamp(bytes)).toBe(10)
  expect(hasValidCrc(bytes)).toBe(true)
})

test('a copy that is sent again is to be looked at, and so is one under another stamp', () => {
  const batch = filled()
  batch.handOver(undefined)
  expect(trustedMinTimestamp(batch.handOver(undefined))).toBeUndefined()
  batch.stamp = { producerId: 1, producerEpoch: 0, baseSequence: 0 }
  const restamped = batch.handOver(undefined)
  expect(trustedMinTimestamp(restamped)).toBeUndefined()
  expect(hasValidCrc(restamped)).toBe(true)
})
