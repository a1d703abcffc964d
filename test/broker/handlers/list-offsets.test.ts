import { describe, expect, it } from 'vitest'
import { listOffsets } from '../../../src/protocol/apis/list-offsets.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { startBroker } from '../../support/broker-fixture.ts'
import { batchOf } from '../../support/record-batches.ts'

const T0 = Date.UTC(2026, 0, 1)

/** Records at offsets 0 to 3 with timestamps T0+10, T0+30, T0+20, T0+40. */
async function withTimes() {
  const broker = await startBroker()
  await broker.createTopic('t')
  for (const ms of [10, 30, 20, 40]) await broker.produce('t', batchOf([String(ms)], { timestamp: T0 + ms }))
  return broker
}

describe('ListOffsets', () => {
  it('L1: -1 is the high watermark, -2 the start, both without a timestamp', async () => {
    await using broker = await withTimes()
    expect(await broker.listOffsets('t', -1)).toMatchObject({ offset: 4, timestamp: -1, leaderEpoch: 0, error: 'NONE' })
    expect(await broker.listOffsets('t', -2)).toMatchObject({ offset: 0, timestamp: -1, leaderEpoch: 0 })
  })

  it('L2: -3 is the record with the largest timestamp; -4 the start; -5 nothing without tiers', async () => {
    await using broker = await withTimes()
    expect(await broker.listOffsets('t', -3)).toMatchObject({ offset: 3, timestamp: T0 + 40 })
    expect(await broker.listOffsets('t', -4)).toMatchObject({ offset: 0 })
    expect(await broker.listOffsets('t', -5)).toMatchObject({ offset: -1, leaderEpoch: -1, error: 'NONE' })
  })

  it('L2: an empty log has no record with the largest timestamp', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    expect(await broker.listOffsets('t', -3)).toMatchObject({ offset: -1, timestamp: -1, error: 'NONE' })
  })

  it('L3: a timestamp finds the first record at or after it, by record', async () => {
    await using broker = await withTimes()
    expect(await broker.listOffsets('t', 0)).toMatchObject({ offset: 0, timestamp: T0 + 10 })
    expect(await broker.listOffsets('t', T0 + 11)).toMatchObject({ offset: 1, timestamp: T0 + 30 })
    expect(await broker.listOffsets('t', T0 + 31)).toMatchObject({ offset: 3, timestamp: T0 + 40 })
    expect(await broker.listOffsets('t', T0 + 41)).toMatchObject({ offset: -1, timestamp: -1, error: 'NONE' })
  })

  it('L4: refuses places that the version does not know, partitions that come twice, and what does not exist', async () => {
    await using broker = await withTimes()
    expect(await broker.listOffsets('t', -3, { version: 6 })).toMatchObject({ error: 'UNSUPPORTED_VERSION' })
    expect(await broker.listOffsets('t', -6)).toMatchObject({ error: 'UNSUPPORTED_VERSION', offset: -1 })
    expect(await broker.listOffsets('missing', -1)).toMatchObject({ error: 'UNKNOWN_TOPIC_OR_PARTITION' })
    const partition = { partitionIndex: 0, currentLeaderEpoch: -1, timestamp: -1 }
    const topics = [{ name: 't', partitions: [partition, partition] }]
    const answer = await broker.ask(listOffsets, listOffsets.request.create({ topics }))
    expect(answer.topics[0]!.partitions.map(({ errorCode }) => errorName(errorCode))).toEqual([
      'INVALID_REQUEST',
      'INVALID_REQUEST',
    ])
  })

  it('F11: refuses another leader epoch than the one there is', async () => {
    await using broker = await withTimes()
    const partitions = [1, 2].map((currentLeaderEpoch, partitionIndex) => ({
      partitionIndex,
      currentLeaderEpoch,
      timestamp: -1,
    }))
    const topics = [{ name: 't', partitions: partitions.slice(0, 1) }]
    const answer = await broker.ask(listOffsets, listOffsets.request.create({ topics }))
    expect(errorName(answer.topics[0]!.partitions[0]!.errorCode)).toBe('UNKNOWN_LEADER_EPOCH')
  })
})
