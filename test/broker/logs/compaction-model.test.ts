import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { StorageEngine } from '../../../src/core/storage-engine.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { openSqliteEngine } from '../../../src/storage/sqlite/sqlite-engine.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { lasting } from '../../support/lasting-engine.ts'
import { type PlainRecord, packedBatchOf } from '../../support/record-batches.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const deleteRetentionMs = 1000
const configs = { 'cleanup.policy': 'compact', 'delete.retention.ms': String(deleteRetentionMs) }

interface Write {
  readonly kind: 'write'
  readonly codec: 'none' | 'gzip' | 'lz4'
  readonly records: ReadonlyArray<{ key: string; value: string | null }>
}
type Step =
  | Write
  | { readonly kind: 'compact' }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'restart' }

const record = fc.record({
  key: fc.constantFrom('a', 'b', 'c', '', '__proto__'),
  value: fc.option(fc.constantFrom('1', '2', '')),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      codec: fc.constantFrom('none' as const, 'gzip' as const, 'lz4' as const),
      records: fc.array(record, { minLength: 1, maxLength: 5 }),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'compact' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 999, 2000) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
)

/** Everything that was written, and when compaction first met each tombstone. */
class Written {
  readonly records: PlainRecord[] = []
  readonly #lastOfKey = new Map<string, number>()
  readonly #metMs = new Map<number, number>()
  #lastBatchStart = 0

  add({ records }: Write, timestamp: number): void {
    this.#lastBatchStart = this.records.length
    for (const { key, value } of records) {
      this.#lastOfKey.set(key, this.records.length)
      this.records.push({ offset: this.records.length, timestamp, key, value })
    }
  }

  compacted(nowMs: number): void {
    for (const { offset } of this.records.slice(0, this.#lastBatchStart)) {
      if (!this.#metMs.has(offset)) this.#metMs.set(offset, nowMs)
    }
  }

  /** Whether a record must be there whatever was compacted, and whether it may be. */
  isNeeded({ offset, key, value }: PlainRecord, nowMs: number): boolean {
    const metMs = this.#metMs.get(offset)
    const mayBeForgotten = value === null && metMs !== undefined && nowMs >= metMs + deleteRetentionMs
    return this.#lastOfKey.get(key!) === offset && !mayBeForgotten
  }
}

it.each([
  ['memory', 30, () => openMemoryEngine({ maxBytes: 2 ** 26, durability: 'none' })],
  ['sqlite', 20, () => openSqliteEngine({ path: temporaryDirectory(), durability: 'none' })],
] as ReadonlyArray<[string, number, () => Promise<StorageEngine>]>)(
  'on %s, whatever is written and whenever it is compacted, the last of each key stays, at its offset, and the end of the log too',
  async (_, numRuns, open) => {
    const storage = lasting(await open())
    let topics = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
        const topic = `t${topics++}`
        const written = new Written()
        let broker = await startBroker({ storage })
        await broker.createTopic(topic, { configs })
        for (const one of steps) {
          if (one.kind === 'restart') {
            await broker.broker.close()
            broker = await startBroker({ storage, clock: broker.clock })
          } else await perform(broker, topic, one, written)
          await check(broker, topic, written)
        }
        await broker.broker.close()
      }),
      { numRuns },
    )
  },
)

async function perform(
  broker: BrokerFixture,
  topic: string,
  one: Exclude<Step, { kind: 'restart' }>,
  written: Written,
) {
  if (one.kind === 'wait') broker.clock.advance(one.ms)
  if (one.kind === 'compact') {
    await broker.broker.compact([topic])
    written.compacted(broker.clock.now())
  }
  if (one.kind !== 'write') return
  const timestamp = broker.clock.now()
  const values = one.records.map(({ value }) => value)
  const batch = await packedBatchOf(one.codec, values, { keys: one.records.map(({ key }) => key), timestamp })
  expect(await broker.produce(topic, batch)).toMatchObject({ error: 'NONE', baseOffset: written.records.length })
  written.add(one, timestamp)
}

async function check(broker: BrokerFixture, topic: string, written: Written): Promise<void> {
  const found = await broker.records(topic)
  // What is there is what was written there, in order.
  expect(found).toEqual(found.map(({ offset }) => written.records[offset]))
  expect(found.map(({ offset }) => offset)).toEqual(found.map(({ offset }) => offset).toSorted((a, b) => a - b))
  const offsets = new Set(found.map(({ offset }) => offset))
  const lost = written.records.filter((one) => written.isNeeded(one, broker.clock.now()) && !offsets.has(one.offset))
  expect(lost).toEqual([])
  expect((await broker.listOffsets(topic, -1)).offset).toBe(written.records.length)
}
