import fc from 'fast-check'
import { expect, it } from 'vitest'
import { deleteRecords } from '../../../src/protocol/apis/delete-records.ts'
import { readBatchHeader } from '../../../src/records/header.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { type PlainRecord, packedBatchOf, recordsOf } from '../../support/record-batches.ts'

type Step =
  | { readonly kind: 'write'; readonly codec: 'none' | 'snappy'; readonly timestamps: readonly number[] }
  | { readonly kind: 'delete'; readonly part: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      codec: fc.constantFrom('none' as const, 'snappy' as const),
      timestamps: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), part: fc.double({ min: 0, max: 1, noNaN: true }) }),
  },
)

/** The log as it should be: batches of records, and where it begins. */
class LogModel {
  readonly batches: PlainRecord[][] = []
  start = 0

  get end(): number {
    return (this.batches.at(-1)?.at(-1)?.offset ?? -1) + 1
  }

  write(timestamps: readonly number[]): void {
    const base = this.end
    this.batches.push(
      timestamps.map((timestamp, index) => ({
        offset: base + index,
        timestamp,
        key: null,
        value: String(base + index),
      })),
    )
  }

  /** What a fetch from `offset` gives: whole batches, from the one that holds it. */
  from(offset: number): PlainRecord[] {
    return this.batches.filter((batch) => batch.at(-1)!.offset >= Math.max(offset, this.start)).flat()
  }

  latest(): PlainRecord | undefined {
    const all = this.batches.flat().filter(({ offset }) => offset >= this.start)
    return all.find((one) => all.every((other) => other.timestamp <= one.timestamp))
  }

  atOrAfter(timestamp: number): PlainRecord | undefined {
    return this.batches.flat().find((one) => one.offset >= this.start && one.timestamp >= timestamp)
  }
}

it('G10: whatever is written and deleted, offsets are dense, every offset gives its whole batch, and every timestamp its first record', async () => {
  await using broker = await startBroker()
  let topics = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const topic = `t${topics++}`
      await broker.createTopic(topic)
      const model = new LogModel()
      for (const one of steps) await perform(broker, topic, one, model)
      for (let offset = model.start; offset <= model.end; offset++) {
        const { error, records, highWatermark, lastStableOffset, logStartOffset } = await broker.fetch(topic, offset)
        expect({ error, highWatermark, lastStableOffset, logStartOffset }).toEqual({
          error: 'NONE',
          highWatermark: model.end,
          lastStableOffset: model.end,
          logStartOffset: model.start,
        })
        expect(await recordsOf(records)).toEqual(model.from(offset))
        expect(records!.every((batch) => readBatchHeader(batch).partitionLeaderEpoch === 0)).toBe(true)
      }
      for (const offset of [model.start - 1, model.end + 1]) {
        expect((await broker.fetch(topic, offset)).error).toBe('OFFSET_OUT_OF_RANGE')
      }
      const latest = model.latest()
      const answer = await broker.listOffsets(topic, -3)
      expect([answer.offset, answer.timestamp]).toEqual([latest?.offset ?? -1, latest?.timestamp ?? -1])
      for (let timestamp = 0; timestamp <= 41; timestamp++) {
        const found = model.atOrAfter(timestamp)
        const { offset, timestamp: at } = await broker.listOffsets(topic, timestamp)
        expect({ offset, at }).toEqual({ offset: found?.offset ?? -1, at: found?.timestamp ?? -1 })
      }
    }),
    { numRuns: 40 },
  )
})

async function perform(broker: BrokerFixture, topic: string, one: Step, model: LogModel): Promise<void> {
  if (one.kind === 'write') {
    const values = one.timestamps.map((_, index) => String(model.end + index))
    const batch = await packedBatchOf(one.codec, values, { timestamps: one.timestamps })
    expect(await broker.produce(topic, batch)).toMatchObject({ error: 'NONE', baseOffset: model.end })
    model.write(one.timestamps)
    return
  }
  const offset = Math.floor(model.end * one.part)
  const topics = [{ name: topic, partitions: [{ partitionIndex: 0, offset }] }]
  const response = await broker.ask(deleteRecords, deleteRecords.request.create({ topics }))
  model.start = Math.max(model.start, offset)
  expect(response.topics[0]!.partitions[0]).toMatchObject({ errorCode: 0, lowWatermark: model.start })
}
