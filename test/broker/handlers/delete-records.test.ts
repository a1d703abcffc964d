import { describe, expect, it } from 'vitest'
import { deleteRecords } from '../../../src/protocol/apis/delete-records.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { batchOf } from '../../support/record-batches.ts'

async function trim(broker: BrokerFixture, name: string, offset: number, partitionIndex = 0) {
  const topics = [{ name, partitions: [{ partitionIndex, offset }] }]
  const response = await broker.ask(deleteRecords, deleteRecords.request.create({ topics }))
  const [answer] = response.topics[0]!.partitions
  return { error: errorName(answer!.errorCode), lowWatermark: answer!.lowWatermark }
}

async function withRecords(configs: Record<string, string> = {}) {
  const broker = await startBroker()
  await broker.createTopic('t', { configs })
  for (const value of ['a', 'b', 'c']) await broker.produce('t', batchOf([value], { key: value }))
  return broker
}

describe('DeleteRecords', () => {
  it('L5: moves the start, and Fetch and ListOffsets agree', async () => {
    await using broker = await withRecords()
    expect(await trim(broker, 't', 2)).toEqual({ error: 'NONE', lowWatermark: 2 })
    expect(await broker.fetch('t', 1)).toMatchObject({ error: 'OFFSET_OUT_OF_RANGE' })
    expect(await broker.listOffsets('t', -2)).toMatchObject({ offset: 2 })
    expect((await broker.records('t', 2)).map(({ value }) => value)).toEqual(['c'])
  })

  it('L5, R2: -1 removes everything, and the next record goes on where the log ended', async () => {
    await using broker = await withRecords()
    expect(await trim(broker, 't', -1)).toEqual({ error: 'NONE', lowWatermark: 3 })
    expect(await broker.produce('t', batchOf(['d'], { key: 'd' }))).toMatchObject({ baseOffset: 3, logStartOffset: 3 })
  })

  it('L5: below the start is nothing to do', async () => {
    await using broker = await withRecords()
    await trim(broker, 't', 2)
    expect(await trim(broker, 't', 1)).toEqual({ error: 'NONE', lowWatermark: 2 })
  })

  it('L5: refuses offsets that are not in the log, partitions that are not there, and topics that are compacted only', async () => {
    await using broker = await withRecords()
    await broker.createTopic('compacted', { configs: { 'cleanup.policy': 'compact' } })
    expect(await trim(broker, 't', 4)).toEqual({ error: 'OFFSET_OUT_OF_RANGE', lowWatermark: -1 })
    expect(await trim(broker, 't', -2)).toMatchObject({ error: 'OFFSET_OUT_OF_RANGE' })
    expect(await trim(broker, 't', 0, 1)).toMatchObject({ error: 'UNKNOWN_TOPIC_OR_PARTITION' })
    expect(await trim(broker, 'missing', 0)).toMatchObject({ error: 'UNKNOWN_TOPIC_OR_PARTITION' })
    expect(await trim(broker, 'compacted', 0)).toMatchObject({ error: 'POLICY_VIOLATION' })
  })

  it('refuses internal topics', async () => {
    await using broker = await startBroker()
    await broker.createTopic('__consumer_offsets')
    expect(await trim(broker, '__consumer_offsets', 0)).toMatchObject({ error: 'INVALID_TOPIC_EXCEPTION' })
  })
})
