import { expect, test } from 'vitest'
import { BatchBytes } from '../../../src/client/producer/batch-bytes.ts'
import { BufferPool } from '../../../src/client/producer/buffer-pool.ts'
import { batchOf } from '../../support/record-batches.ts'

const large = 128 * 1024

test('gives what was given, while it is large enough', () => {
  const pool = new BufferPool(16 * 2 ** 20)
  const memory = Buffer.allocUnsafeSlow(large)
  pool.give(memory)
  expect(pool.take(1000)).toBeUndefined()
  expect(pool.take(large)).toBe(memory)
  expect(pool.take(large)).toBeUndefined()
  pool.give(memory)
  expect(pool.take(large + 1)).toBeUndefined()
})

test('keeps neither what is small nor more than its bound', () => {
  const pool = new BufferPool(16 * 2 ** 20)
  pool.give(Buffer.allocUnsafeSlow(1000))
  expect(pool.take(65_536)).toBeUndefined()
  for (let count = 0; count < 40; count++) pool.give(Buffer.allocUnsafeSlow(2 ** 20))
  let kept = 0
  while (pool.take(2 ** 20) !== undefined) kept++
  expect(kept).toBe(16)
})

/** A batch in memory of its own, as a builder makes it. */
function ownBytes(): BatchBytes {
  const batch = batchOf(['x'.repeat(1000)])
  const own = Buffer.allocUnsafeSlow(batch.length)
  batch.copy(own)
  return new BatchBytes(own)
}

test('the memory of a batch is free for other use when it was sent once, and no copy of it', () => {
  expect(ownBytes().memory()).toBeUndefined()
  const once = ownBytes()
  const sent = once.handOver()
  expect(once.memory()?.buffer).toBe(sent.buffer)
  const twice = ownBytes()
  twice.handOver()
  twice.handOver()
  expect(twice.memory()).toBeUndefined()
  const restamped = ownBytes()
  restamped.handOver()
  restamped.restamp({ producerId: 1, producerEpoch: 0, baseSequence: 0 })
  restamped.handOver()
  expect(restamped.memory()).toBeUndefined()
})
