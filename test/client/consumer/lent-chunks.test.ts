import { setImmediate } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { FetchedChunk } from '../../../src/core/consumer.ts'
import type { Hook } from '../../../src/core/hook.ts'
import { open } from '../../../src/open.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const count = 120
const valueAt = (offset: number) => Buffer.alloc(300_000, `${offset};`)

/** Topic t with 36 MB in two partitions, the records of which say where they are. */
async function filled(type: 'sqlite' | 'memory', hooks: readonly Hook[] = []) {
  const rafka = await open({ dataDir: temporaryDirectory(), storage: { type, durability: 'none' }, hooks })
  onTestFinished(() => rafka.close())
  await rafka.admin().createTopics([{ name: 't', partitions: 2 }])
  await using producer = rafka.producer({ batchBytes: 700_000 })
  for (const partition of [0, 1]) {
    for (let offset = 0; offset < count; offset += 20) {
      await producer.sendAll(
        Array.from({ length: 20 }, (_, index) => ({ topic: 't', partition, value: valueAt(offset + index) })),
      )
    }
  }
  return rafka
}

const reading = { topics: ['t'], to: 'end', prefetchBytes: 4_000_000, maxPartitionBytes: 1_000_000 } as const

test.each(['sqlite', 'memory'] as const)('chunks are whole while the loop works on them, of %s', async (type) => {
  const rafka = await filled(type)
  const memories = new Set<ArrayBufferLike>()
  let chunks = 0
  const next = [0, 0]
  for await (const chunk of rafka.consumer({ ...reading, lendsChunks: true }).chunks()) {
    // Others are fetched meanwhile.
    for (let turn = 0; turn < 20; turn++) await setImmediate()
    chunks += 1
    const cursor = chunk.cursor()
    while (cursor.next()) {
      memories.add(cursor.bytes.buffer)
      const offset = next[chunk.partition]!++
      expect(cursor.offset).toBe(offset)
      expect(cursor.bytes.subarray(cursor.valueStart, cursor.valueEnd).equals(valueAt(offset))).toBe(true)
    }
  }
  expect(next).toEqual([count, count])
  // What a memory engine gives are its own batches.
  if (type === 'sqlite') expect(memories.size).toBeLessThan(chunks / 3)
})

test('what a seek leaves behind does no harm', async () => {
  const rafka = await filled('sqlite')
  const consumer = rafka.consumer({ ...reading, lendsChunks: true })
  let sought = 0
  let records = 0
  for await (const chunk of consumer.chunks()) {
    const cursor = chunk.cursor()
    while (cursor.next()) {
      records += 1
      expect(cursor.bytes.subarray(cursor.valueStart, cursor.valueEnd).equals(valueAt(cursor.offset))).toBe(true)
    }
    if (sought < 30) await consumer.seek({ topic: 't', partition: sought % 2 }, (sought++ * 37) % count)
  }
  expect(sought).toBe(30)
  expect(records).toBeGreaterThan(sought)
})

test('what a hook keeps stays as it is', async () => {
  const kept: Buffer[] = []
  const keeping: Hook = { name: 'keeping', onDeliver: ({ value }) => void kept.push(value!) }
  const rafka = await filled('sqlite', [keeping])
  for await (const chunk of rafka.consumer({ ...reading, lendsChunks: true }).chunks()) chunk.cursor()
  const known = new Set(Array.from({ length: count }, (_, offset) => valueAt(offset).toString('latin1')))
  expect(kept.length).toBeGreaterThanOrEqual(2 * count)
  expect(kept.every((value) => known.has(value.toString('latin1')))).toBe(true)
})

test('without the option all chunks may be kept', async () => {
  const rafka = await filled('sqlite')
  const chunks: FetchedChunk[] = []
  for await (const chunk of rafka.consumer(reading).chunks()) chunks.push(chunk)
  const messages = chunks.flatMap((chunk) => [...chunk.messages()])
  expect(messages).toHaveLength(2 * count)
  expect(messages.every(({ offset, value }) => value?.equals(valueAt(offset)))).toBe(true)
})

test('messages cannot be lent', async () => {
  const rafka = await open({ storage: { type: 'memory' } })
  onTestFinished(() => rafka.close())
  const consumer = rafka.consumer({ topics: ['t'], lendsChunks: true })
  expect(() => consumer[Symbol.asyncIterator]()).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
})
