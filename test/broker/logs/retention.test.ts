import { describe, expect, it } from 'vitest'
import { deleteRecords } from '../../../src/protocol/apis/delete-records.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { quiet } from '../../support/pending.ts'
import { batchOf, someTime } from '../../support/record-batches.ts'

const dayMs = 86_400_000

async function startWith(configs: Record<string, string>, brokerConfigs: Record<string, string> = {}) {
  const broker = await startBroker({ configs: brokerConfigs })
  await broker.createTopic('t', { configs })
  return broker
}

async function produceAt(broker: BrokerFixture, ...timestamps: number[]) {
  for (const timestamp of timestamps) await broker.produce('t', batchOf(['0123456789'], { timestamp }))
}

const startOf = async (broker: BrokerFixture) => (await broker.fetch('t', await endOf(broker))).logStartOffset
const endOf = async (broker: BrokerFixture) => (await broker.listOffsets('t', -1)).offset

describe('retention', () => {
  it('R1: deletes the oldest batches whose largest timestamp is older than retention.ms', async () => {
    await using broker = await startWith({ 'retention.ms': '1000' })
    await produceAt(broker, someTime, someTime + 500, someTime + 1000)
    broker.clock.advance(1000)
    await broker.broker.retain()
    expect(await startOf(broker)).toBe(0)
    broker.clock.advance(1)
    await broker.broker.retain()
    expect(await startOf(broker)).toBe(1)
    expect((await broker.records('t', 1)).map(({ offset }) => offset)).toEqual([1, 2])
  })

  it('R1: a batch that is not old enough holds all behind it', async () => {
    await using broker = await startWith({ 'retention.ms': '1000' })
    await produceAt(broker, someTime, someTime + 3_000_000, someTime)
    broker.clock.advance(10_000)
    await broker.broker.retain()
    expect(await startOf(broker)).toBe(1)
  })

  it('R1: one record of a batch that is young enough holds the whole batch', async () => {
    await using broker = await startWith({ 'retention.ms': '1000' })
    await broker.produce('t', batchOf(['old', 'new'], { timestamps: [someTime, someTime + 5000] }))
    broker.clock.advance(5000)
    await broker.broker.retain()
    expect(await startOf(broker)).toBe(0)
  })

  it('R1: deletes by size while what is left has at least retention.bytes', async () => {
    await using broker = await startWith({ 'retention.ms': '-1' })
    await produceAt(broker, someTime, someTime, someTime, someTime)
    const batchBytes = (await broker.fetch('t', 0)).records![0]!.length
    for (const [bytes, start] of [
      [batchBytes * 4, 0],
      [batchBytes * 3 + 1, 0],
      [batchBytes * 3, 1],
      [batchBytes, 3],
      [0, 4],
    ] as const) {
      await using small = await startWith({ 'retention.bytes': String(bytes), 'retention.ms': '-1' })
      await produceAt(small, someTime, someTime, someTime, someTime)
      await small.broker.retain()
      expect(await startOf(small)).toBe(start)
    }
  })

  it('R2: below the new start is out of range, and offsets go on where they were when everything is deleted', async () => {
    await using broker = await startWith({ 'retention.ms': '1000' })
    await produceAt(broker, someTime, someTime)
    broker.clock.advance(dayMs)
    await broker.broker.retain()
    expect(await broker.fetch('t', 1)).toMatchObject({ error: 'OFFSET_OUT_OF_RANGE', records: [] })
    expect(await broker.listOffsets('t', -2)).toMatchObject({ offset: 2 })
    expect(await broker.produce('t', batchOf(['next']))).toMatchObject({ baseOffset: 2, logStartOffset: 2 })
  })

  it('R2: happens by itself every log.retention.check.interval.ms', async () => {
    await using broker = await startWith({ 'retention.ms': '1000' }, { 'log.retention.check.interval.ms': '5000' })
    await produceAt(broker, someTime)
    broker.clock.advance(4999)
    await quiet()
    expect(await startOf(broker)).toBe(0)
    broker.clock.advance(1)
    await quiet()
    expect(await startOf(broker)).toBe(1)
    await produceAt(broker, broker.clock.now())
    broker.clock.advance(5000)
    await quiet()
    expect(await startOf(broker)).toBe(2)
  })

  it('R3: leaves topics alone that are compacted only, and works on those that are both', async () => {
    for (const [policy, start] of [
      ['compact', 0],
      ['compact,delete', 1],
    ] as const) {
      await using broker = await startWith({ 'cleanup.policy': policy, 'retention.ms': '1000', 'retention.bytes': '0' })
      await broker.produce('t', batchOf(['a'], { key: 'k' }))
      broker.clock.advance(dayMs)
      await broker.broker.retain()
      expect(await startOf(broker)).toBe(start)
    }
  })

  it('never deletes by age what has no timestamp, and keeps everything when both bounds are -1', async () => {
    await using broker = await startWith({ 'retention.ms': '1000' })
    await produceAt(broker, -1)
    broker.clock.advance(dayMs)
    await broker.broker.retain()
    expect(await startOf(broker)).toBe(0)
    await using unbounded = await startWith({ 'retention.ms': '-1', 'retention.bytes': '-1' })
    await produceAt(unbounded, someTime)
    unbounded.clock.advance(1000 * dayMs)
    await unbounded.broker.retain()
    expect(await startOf(unbounded)).toBe(0)
  })

  it('counts the size rightly after records were deleted by offset', async () => {
    await using broker = await startWith({ 'retention.ms': '-1', 'retention.bytes': '1' })
    await produceAt(broker, someTime, someTime, someTime, someTime)
    const topics = [{ name: 't', partitions: [{ partitionIndex: 0, offset: 3 }] }]
    await broker.ask(deleteRecords, deleteRecords.request.create({ topics, timeoutMs: 1000 }))
    await broker.broker.retain()
    expect(await startOf(broker)).toBe(3)
  })
})
