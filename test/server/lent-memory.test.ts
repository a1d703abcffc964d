import { describe, expect, onTestFinished, test } from 'vitest'
import type { Hook } from '../../src/core/hook.ts'
import { LentMemory } from '../../src/core/lent-memory.ts'
import { SlabPool } from '../../src/core/slab-pool.ts'
import { fetch } from '../../src/protocol/apis/fetch.ts'
import { splitBatches } from '../../src/records/header.ts'
import { openSqliteEngine } from '../../src/storage/sqlite/sqlite-engine.ts'
import { startBroker } from '../support/broker-fixture.ts'
import { fetchRequest } from '../support/broker-requests.ts'
import { batchOf, recordsOf } from '../support/record-batches.ts'
import { dial, serve } from '../support/served.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const batchCount = 24
const lettersAt = (offset: number) => String.fromCharCode(97 + offset).repeat(300_000)

/** A broker whose topic has batches of 300 kB, each of another letter, in files. */
async function createBroker(hooks: readonly Hook[] = []) {
  const storage = await openSqliteEngine({ path: temporaryDirectory(), durability: 'none' })
  const fixture = await startBroker({ storage, hooks })
  onTestFinished(() => fixture[Symbol.asyncDispose]())
  await fixture.createTopic('t')
  for (let offset = 0; offset < batchCount; offset++) await fixture.produce('t', batchOf([lettersAt(offset)]))
  return fixture
}

describe('memory for answers', () => {
  test('is used again when it was given back, not before', () => {
    const pool = new SlabPool()
    const [one, other] = [new LentMemory(pool), new LentMemory(pool)]
    const first = one.take(500_000)
    const second = one.take(500_000)
    const third = one.take(500_000)
    const foreign = other.take(10)
    expect(new Set([first, second, third, foreign].map((bytes) => bytes.byteOffset))).toEqual(new Set([0, 500_000]))
    expect(first.buffer).toBe(second.buffer)
    expect(new Set([first, third, foreign].map(({ buffer }) => buffer)).size).toBe(3)
    one.giveBack()
    const again = new LentMemory(pool)
    const taken = [again.take(1_000_000), again.take(1_000_000), again.take(1_000_000)]
    const before = new Set([first.buffer, third.buffer])
    expect(taken.filter(({ buffer }) => before.has(buffer))).toHaveLength(2)
    expect(taken.every(({ buffer }) => buffer !== foreign.buffer)).toBe(true)
  })

  test('begins from the start where what was taken is not needed after all', () => {
    const memory = new LentMemory(new SlabPool())
    for (let round = 0; round < 1000; round++) {
      memory.take(1_000_000)
      memory.startAgain()
    }
    expect(memory.heldBytes).toBe(0)
  })

  test('for more than a batch of usual size is new each time', () => {
    const memory = new LentMemory(new SlabPool())
    expect(memory.take(5_000_000)).toHaveLength(5_000_000)
    expect(memory.heldBytes).toBe(0)
  })

  test('is kept to a bound', () => {
    const pool = new SlabPool()
    const memory = new LentMemory(pool)
    const taken = Array.from({ length: 50 }, () => memory.take(1_000_000).buffer)
    memory.giveBack()
    const again = new LentMemory(pool)
    const reused = taken.map(() => again.take(1_000_000).buffer).filter((buffer) => taken.includes(buffer))
    expect(reused).toHaveLength(8)
  })
})

test('slow and quick readers each get their bytes, however many answers are on the way', async () => {
  const { broker } = await createBroker()
  const listener = await serve(broker)
  const fetches = 12
  const read = async (start: number, isSlow: boolean) => {
    const client = await dial(listener)
    const offsets = Array.from({ length: fetches }, (_, index) => (start + 5 * index) % batchCount)
    for (const [index, offset] of offsets.entries()) {
      client.send(fetch, 12, index, fetchRequest([{ topic: 't', offset, maxBytes: 700_000 }]))
    }
    if (isSlow) await Promise.all(quick)
    for (const offset of offsets) {
      const { body } = await client.receive(fetch, 12)
      const [batches] = body.responses[0]!.partitions[0]!.records!
      const records = await recordsOf(splitBatches(batches!))
      const expected = [offset, offset + 1].filter((one) => one < batchCount)
      expect(records.map((record) => record.offset)).toEqual(expected)
      expect(records.every(({ offset: at, value }) => value === lettersAt(at))).toBe(true)
    }
  }
  const quick: Array<Promise<void>> = []
  const slow = [0, 7, 13].map((start) => read(start, true))
  quick.push(...[2, 5, 11].map((start) => read(start, false)))
  await Promise.all([...quick, ...slow])
})

test('a broker without hooks reads into the memory that it is given; with hooks, which may keep what they see, it does not', async () => {
  const kept: Buffer[] = []
  const keeping: Hook = {
    name: 'keeping',
    onDeliver({ value }) {
      if (value !== null) kept.push(value)
    },
  }
  for (const hooks of [[], [keeping]]) {
    const { ask } = await createBroker(hooks)
    const memory = new LentMemory(new SlabPool())
    for (const offset of [0, 10, 20]) {
      const request = fetchRequest([{ topic: 't', offset }])
      const response = await ask(fetch, request, { version: 12, memory })
      const [first] = await recordsOf(response.responses[0]!.partitions[0]!.records)
      expect(first!.value).toBe(lettersAt(offset))
      expect(memory.heldBytes > 0).toBe(hooks.length === 0)
      memory.giveBack()
    }
  }
  expect([0, 10, 20].map((offset) => kept.some((value) => value.equals(Buffer.from(lettersAt(offset)))))).toEqual([
    true,
    true,
    true,
  ])
})
