import { expect, test } from 'vitest'
import { openMemoryEngine } from '../../src/storage/memory/memory-engine.ts'
import { FaultyEngine } from '../support/faulty-engine.ts'
import { describeStorageContract } from '../support/storage-contract.ts'
import { storedBatch } from '../support/stored-batch.ts'

const openInner = () => openMemoryEngine({ maxBytes: 2 ** 28, durability: 'none' })

describeStorageContract('faulty engine without faults', () => ({
  persistent: false,
  open: async () => new FaultyEngine(await openInner()),
}))

test('a faulty engine fails the commits it was told to, keeping nothing or all of them', async () => {
  const engine = new FaultyEngine(await openInner())
  engine.failCommits()
  engine.failCommitsAfterApplying()
  await expect(engine.commit([{ put: 'a', value: Buffer.alloc(1) }])).rejects.toMatchObject({
    code: 'KAFKA_STORAGE_ERROR',
  })
  await expect(engine.commit([{ put: 'b', value: Buffer.alloc(1) }])).rejects.toMatchObject({
    code: 'KAFKA_STORAGE_ERROR',
  })
  await engine.commit([{ put: 'c', value: Buffer.alloc(1) }])
  expect((await engine.entries('')).map(([key]) => key)).toEqual(['b', 'c'])
})

test('a faulty engine that stalls keeps commits waiting, and their order', async () => {
  const engine = new FaultyEngine(await openInner())
  engine.stall()
  const commits = [0, 1, 2].map((offset) => engine.commit([{ append: 1, batch: storedBatch(offset) }]))
  expect(await engine.logs()).toEqual([])
  engine.release()
  await Promise.all(commits)
  expect((await engine.logs()).map(({ end }) => end)).toEqual([3])
})
