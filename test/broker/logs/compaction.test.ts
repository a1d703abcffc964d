import { describe, expect, it } from 'vitest'
import type { StorageEngine } from '../../../src/core/storage-engine.ts'
import { incrementalAlterConfigs } from '../../../src/protocol/apis/incremental-alter-configs.ts'
import { readBatchHeader } from '../../../src/records/header.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { openSqliteEngine } from '../../../src/storage/sqlite/sqlite-engine.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { contents, put } from '../../support/keyed-records.ts'
import { lasting } from '../../support/lasting-engine.ts'
import { batchOf, batchWithPayload, packedBatchOf } from '../../support/record-batches.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const dayMs = 86_400_000
const compacted = { 'cleanup.policy': 'compact' }

const engines: ReadonlyArray<[name: string, open: () => Promise<StorageEngine>]> = [
  ['memory', () => openMemoryEngine({ maxBytes: 2 ** 26, durability: 'none' })],
  ['sqlite', () => openSqliteEngine({ path: temporaryDirectory(), durability: 'none' })],
]

describe.each(engines)('compaction on %s', (_, open) => {
  const start = async (configs: Record<string, string> = {}, brokerConfigs: Record<string, string> = {}) => {
    const broker = await startBroker({ storage: await open(), configs: brokerConfigs })
    await broker.createTopic('t', { configs: { ...compacted, ...configs } })
    return broker
  }

  it('R4: keeps the last record of each key with its offset and timestamp', async () => {
    await using broker = await start()
    await put(broker, 'a=1', ['b=1', 'a=2'], ['c=1', 'b=2'], 'a=3', 'end=1')
    const before = await broker.records('t')
    await broker.broker.compact(['t'])
    expect(await contents(broker)).toEqual(['3:c=1', '4:b=2', '5:a=3', '6:end=1'])
    const after = await broker.records('t')
    expect(after).toEqual(before.filter(({ offset }) => after.some((one) => one.offset === offset)))
  })

  it('R4: tells what it did', async () => {
    await using broker = await start()
    await put(broker, 'a=1', 'a=2', 'a=3', 'end=1')
    const [result] = await broker.broker.compact(['t'])
    expect(result).toMatchObject({ topic: 't', partition: 0, recordsBefore: 3, recordsAfter: 1 })
    expect(result!.bytesAfter).toBeLessThan(result!.bytesBefore)
    const stored = (await broker.storage.logs()).map(({ sizeBytes }) => sizeBytes)
    expect(stored).toEqual([result!.bytesAfter])
  })

  it('R5: a batch keeps its offsets, its producer and its sequence though records in it are gone', async () => {
    await using broker = await start()
    const options = { keys: ['a', 'b', 'a', 'b', 'x'], producerId: 7, producerEpoch: 2, baseSequence: 5 }
    await broker.produce('t', batchOf(['0', '1', '2', '3', '4'], options))
    await put(broker, 'a=9', 'b=9', 'end=1')
    await broker.broker.compact(['t'])
    expect(await contents(broker)).toEqual(['4:x=4', '5:a=9', '6:b=9', '7:end=1'])
    const header = readBatchHeader((await broker.fetch('t', 0)).records![0]!)
    expect(header).toMatchObject({ baseOffset: 0, lastOffset: 4, recordCount: 1 })
    expect(header).toMatchObject({ producerId: 7, producerEpoch: 2, baseSequence: 5 })
    const again = batchOf(['0', '1', '2', '3', '4'], options)
    expect(await broker.produce('t', again)).toMatchObject({ error: 'NONE', baseOffset: 0 })
  })

  it('F3: an offset in a hole gives the next batch', async () => {
    await using broker = await start()
    await put(broker, 'a=1', 'a=2', 'a=3', 'b=1', 'end=1')
    await broker.broker.compact(['t'])
    for (const offset of [0, 1, 2]) expect((await contents(broker, offset))[0]).toBe('2:a=3')
  })

  it('R8: the end of the log is kept, and what comes next gets the next offset', async () => {
    await using broker = await start()
    await put(broker, 'a=1', 'a=2', 'a=3')
    await broker.broker.compact(['t'])
    expect((await broker.listOffsets('t', -1)).offset).toBe(3)
    expect((await broker.listOffsets('t', -2)).offset).toBe(0)
    expect(await broker.produce('t', batchOf(['4'], { key: 'a' }))).toMatchObject({ baseOffset: 3 })
  })

  it('R9: the order of keys is that of offsets, whatever their timestamps say', async () => {
    await using broker = await start()
    await broker.produce('t', batchOf(['late'], { key: 'a', timestamp: broker.clock.now() }))
    await broker.produce('t', batchOf(['early'], { key: 'a', timestamp: 1000 }))
    await put(broker, 'end=1')
    await broker.broker.compact(['t'])
    expect(await contents(broker)).toEqual(['1:a=early', '2:end=1'])
  })

  it('R9: keys are told apart by their bytes, an empty one too', async () => {
    await using broker = await start()
    await put(broker, '=0', 'ä=1', 'a=2', '__proto__=3', 'constructor=4', '=5', 'Ä=6', '__proto__=7', 'end=1')
    await broker.broker.compact(['t'])
    expect(await contents(broker)).toEqual([
      '1:ä=1',
      '2:a=2',
      '4:constructor=4',
      '5:=5',
      '6:Ä=6',
      '7:__proto__=7',
      '8:end=1',
    ])
  })

  it('R6: a tombstone is read until delete.retention.ms after it was first compacted, then it goes', async () => {
    await using broker = await start({ 'delete.retention.ms': '1000' })
    await put(broker, 'a=1', 'b=1', 'a', 'end=1')
    await broker.broker.compact(['t'])
    expect(await contents(broker)).toEqual(['1:b=1', '2:a', '3:end=1'])
    broker.clock.advance(999)
    await broker.broker.compact(['t'])
    expect(await contents(broker)).toEqual(['1:b=1', '2:a', '3:end=1'])
    broker.clock.advance(1)
    await broker.broker.compact(['t'])
    expect(await contents(broker)).toEqual(['1:b=1', '3:end=1'])
  })

  it('R6: the horizon is kept where the base timestamp was, and timestamps stay what they were', async () => {
    await using broker = await start({ 'delete.retention.ms': '1000' })
    const batch = batchOf([null, 'v'], { keys: ['a', 'b'], timestamps: [5000, 9000] })
    await broker.produce('t', batch)
    await put(broker, 'end=1')
    const horizonMs = broker.clock.now() + 1000
    await broker.broker.compact(['t'])
    expect((await broker.records('t')).map(({ timestamp }) => timestamp).slice(0, 2)).toEqual([5000, 9000])
    const header = readBatchHeader((await broker.fetch('t', 0)).records![0]!)
    expect(header).toMatchObject({ hasDeleteHorizon: true, baseTimestamp: horizonMs, maxTimestamp: 9000 })
    broker.clock.advance(500)
    await broker.broker.compact(['t'])
    expect(readBatchHeader((await broker.fetch('t', 0)).records![0]!).baseTimestamp).toBe(horizonMs)
  })

  it('R6: delete.retention.ms without bound keeps tombstones for ever', async () => {
    await using broker = await start({ 'delete.retention.ms': '9223372036854775807' })
    await put(broker, 'a=1', 'a', 'end=1')
    await broker.broker.compact(['t'])
    broker.clock.advance(10_000 * dayMs)
    await broker.broker.compact(['t'])
    expect(await contents(broker)).toEqual(['1:a', '2:end=1'])
  })

  it.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('keeps the codec of a batch, with %s', async (codec) => {
    await using broker = await start()
    await broker.produce('t', await packedBatchOf(codec, ['1', '2', '3'], { keys: ['a', 'b', 'a'] }))
    await put(broker, 'b=9', 'end=1')
    await broker.broker.compact(['t'])
    expect(await contents(broker)).toEqual(['2:a=3', '3:b=9', '4:end=1'])
    expect(readBatchHeader((await broker.fetch('t', 0)).records![0]!).compression).toBe(codec)
  })

  it('R4: leaves alone what is younger than min.compaction.lag.ms', async () => {
    await using broker = await start({ 'min.compaction.lag.ms': '1000' })
    await put(broker, 'a=1', 'a=2')
    broker.clock.advance(1000)
    await put(broker, 'a=3', 'a=4', 'end=1')
    await broker.broker.compact(['t'])
    expect(await contents(broker)).toEqual(['1:a=2', '2:a=3', '3:a=4', '4:end=1'])
  })

  it('goes on after a restart where it was', async () => {
    const storage = lasting(await open())
    {
      await using broker = await startBroker({ storage })
      await broker.createTopic('t', { configs: { ...compacted, 'delete.retention.ms': '1000' } })
      await put(broker, 'a=1', 'a=2', 'b=1', 'a', 'x=1')
      await broker.broker.compact(['t'])
      await put(broker, 'b=2', 'x=2', 'end=1')
    }
    await using broker = await startBroker({ storage })
    broker.clock.advance(2000)
    await broker.broker.compact(['t'])
    expect(await contents(broker)).toEqual(['5:b=2', '6:x=2', '7:end=1'])
    expect(await broker.produce('t', batchOf(['1'], { key: 'z' }))).toMatchObject({ baseOffset: 8 })
  })

  it('drops records without a key, from before the topic was compacted', async () => {
    await using broker = await start({ 'cleanup.policy': 'delete' })
    await broker.produce('t', batchOf(['a', 'b'], { keys: [null, 'k'] }))
    await put(broker, 'end=1')
    await makeCompacted(broker)
    await broker.broker.compact(['t'])
    expect(await contents(broker)).toEqual(['1:k=b', '2:end=1'])
  })

  it('is refused for a topic that is not compacted: nothing is lost', async () => {
    await using broker = await start({ 'cleanup.policy': 'delete' })
    await broker.produce('t', batchOf(['a', 'b'], { keys: [null, 'k'] }))
    await put(broker, 'end=1')
    await expect(broker.broker.compact(['t'])).rejects.toMatchObject({ code: 'POLICY_VIOLATION' })
    await expect(broker.broker.compact(['t'], { dryRun: true })).rejects.toMatchObject({ code: 'POLICY_VIOLATION' })
    expect(await broker.records('t')).toHaveLength(3)
  })

  it('leaves a batch as it is that it cannot read, and compacts those around it', async () => {
    await using broker = await start({ 'cleanup.policy': 'delete' })
    const junk = batchWithPayload(Buffer.from('no gzip'), (bytes) => bytes.writeInt16BE(1, 21))
    await put(broker, 'a=1')
    expect(await broker.produce('t', junk)).toMatchObject({ error: 'NONE' })
    await put(broker, 'a=2', 'end=1')
    await makeCompacted(broker)
    await broker.broker.compact(['t'])
    const { records } = await broker.fetch('t', 0)
    expect(records!.map((batch) => readBatchHeader(batch).baseOffset)).toEqual([1, 2, 3])
  })
})

async function makeCompacted(broker: BrokerFixture): Promise<void> {
  const configs = [{ name: 'cleanup.policy', configOperation: 0, value: 'compact' }]
  const request = incrementalAlterConfigs.request.create({
    resources: [{ resourceType: 2, resourceName: 't', configs }],
  })
  const { responses } = await broker.ask(incrementalAlterConfigs, request)
  expect(responses[0]?.errorCode).toBe(0)
}
