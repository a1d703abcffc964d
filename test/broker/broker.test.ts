import { describe, expect, it } from 'vitest'
import type { StorageEngine } from '../../src/core/storage-engine.ts'
import { createPartitions } from '../../src/protocol/apis/create-partitions.ts'
import { createTopics } from '../../src/protocol/apis/create-topics.ts'
import { describeConfigs } from '../../src/protocol/apis/describe-configs.ts'
import { incrementalAlterConfigs } from '../../src/protocol/apis/incremental-alter-configs.ts'
import { initProducerId } from '../../src/protocol/apis/init-producer-id.ts'
import { metadata } from '../../src/protocol/apis/metadata.ts'
import { errorName } from '../../src/protocol/error-codes.ts'
import { openMemoryEngine } from '../../src/storage/memory/memory-engine.ts'
import { openSqliteEngine } from '../../src/storage/sqlite/sqlite-engine.ts'
import { type BrokerFixture, newTopic, startBroker } from '../support/broker-fixture.ts'
import { FaultyEngine } from '../support/faulty-engine.ts'
import { isPending, quiet } from '../support/pending.ts'
import { batchOf } from '../support/record-batches.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const everything = metadata.request.create({ topics: null })
const TOPIC = 2
const BROKER = 4

const describeAll = async (broker: BrokerFixture) => (await broker.ask(metadata, everything)).topics

async function set(broker: BrokerFixture, resourceType: number, resourceName: string, configs: Record<string, string>) {
  const entries = Object.entries(configs).map(([name, value]) => ({ name, value, configOperation: 0 }))
  const resources = [{ resourceType, resourceName, configs: entries }]
  const { responses } = await broker.ask(incrementalAlterConfigs, incrementalAlterConfigs.request.create({ resources }))
  expect(errorName(responses[0]!.errorCode)).toBe('NONE')
}

async function configOf(broker: BrokerFixture, resourceType: number, resourceName: string, name: string) {
  const resources = [{ resourceType, resourceName, configurationKeys: [name] }]
  const { results } = await broker.ask(describeConfigs, describeConfigs.request.create({ resources }))
  const { value, configSource } = results[0]!.configs[0]!
  return { value, configSource }
}

const nextProducerId = async (broker: BrokerFixture) => {
  const request = initProducerId.request.create({ transactionalId: null })
  return (await broker.ask(initProducerId, request)).producerId
}

const engines: ReadonlyArray<[name: string, opener: () => () => Promise<StorageEngine>]> = [
  [
    'sqlite',
    () => {
      const path = temporaryDirectory()
      return () => openSqliteEngine({ path, durability: 'none' })
    },
  ],
  [
    'memory with a path',
    () => {
      const path = temporaryDirectory()
      return () => openMemoryEngine({ path, maxBytes: 2 ** 26, durability: 'none' })
    },
  ],
]

describe.each(engines)('G14: a broker that starts again on %s', (_, opener) => {
  it('has its topics with their ids, partitions and records', async () => {
    const open = opener()
    const before = await startBroker({ storage: await open() })
    await before.createTopic('a', { partitions: 3 })
    await before.createTopic('b')
    for (const partition of [0, 2]) await before.produce('a', batchOf(['x', 'y']), { partition })
    const topics = [{ name: 'b', count: 2, assignments: null }]
    await before.ask(createPartitions, createPartitions.request.create({ topics }))
    const described = await describeAll(before)
    const { clusterId } = before.broker
    await before.broker.close()
    await using after = await startBroker({ storage: await open() })
    expect(await describeAll(after)).toEqual(described)
    expect(after.broker.clusterId).toBe(clusterId)
    expect(await after.records('a', 0, 2)).toHaveLength(2)
    expect(await after.produce('a', batchOf(['z']), { partition: 2 })).toMatchObject({ baseOffset: 2 })
    expect(await after.produce('b', batchOf(['z']), { partition: 1 })).toMatchObject({ baseOffset: 0 })
  })

  it('does not bring back what was deleted: the next topic of that name is another one and empty', async () => {
    const open = opener()
    const before = await startBroker({ storage: await open() })
    const firstId = await before.createTopic('t')
    await before.produce('t', batchOf(['old'], { producerId: 7, baseSequence: 0 }))
    await before.deleteTopic('t')
    await before.broker.close()
    await using after = await startBroker({ storage: await open() })
    expect(await describeAll(after)).toEqual([])
    expect(await after.createTopic('t')).not.toBe(firstId)
    expect(await after.records('t')).toEqual([])
    expect(await after.produce('t', batchOf(['new'], { producerId: 7, baseSequence: 5 }))).toMatchObject({
      baseOffset: 0,
    })
  })

  it('has the configs of topics and its own', async () => {
    const open = opener()
    const before = await startBroker({ storage: await open() })
    await before.createTopic('t', { configs: { 'retention.ms': '1234' } })
    await set(before, TOPIC, 't', { 'max.message.bytes': '500' })
    await set(before, BROKER, '1', { 'log.retention.bytes': '99' })
    await before.broker.close()
    await using after = await startBroker({ storage: await open() })
    expect(await configOf(after, TOPIC, 't', 'retention.ms')).toEqual({ value: '1234', configSource: 1 })
    expect(await configOf(after, TOPIC, 't', 'retention.bytes')).toEqual({ value: '99', configSource: 2 })
    expect(await after.produce('t', batchOf(['x'.repeat(500)]))).toMatchObject({ error: 'MESSAGE_TOO_LARGE' })
  })

  it('has the start of each log, and offsets go on though all records are gone', async () => {
    const open = opener()
    const before = await startBroker({ storage: await open() })
    await before.createTopic('t', { configs: { 'retention.ms': '1000' } })
    await before.produce('t', batchOf(['a', 'b', 'c']))
    before.clock.advance(5000)
    await before.broker.retain()
    await before.broker.close()
    await using after = await startBroker({ storage: await open() })
    expect((await after.listOffsets('t', -2)).offset).toBe(3)
    expect(await after.produce('t', batchOf(['d']))).toMatchObject({ baseOffset: 3, logStartOffset: 3 })
  })

  it('I9: never gives a producer id that it gave before', async () => {
    const open = opener()
    const given = new Set<number>()
    for (let start = 0; start < 3; start++) {
      const broker = await startBroker({ storage: await open() })
      for (let index = 0; index < 5; index++) given.add(await nextProducerId(broker))
      await broker.broker.close()
    }
    expect(given.size).toBe(15)
  })
})

describe('a broker that closes', () => {
  it('waits for what was begun, ends what waits, and takes nothing more', async () => {
    const disk = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 20, durability: 'none' }))
    const broker = await startBroker({ storage: disk })
    await broker.createTopic('t')
    disk.stall()
    const produced = broker.produce('t', batchOf(['a']))
    const fetched = broker.fetch('t', 0, { maxWaitMs: 60_000 })
    await quiet()
    const closed = Promise.all([broker.broker.close(), broker.broker.close()])
    expect(await fetched).toMatchObject({ error: 'NONE', records: [] })
    expect(await isPending(closed)).toBe(true)
    await expect(broker.produce('t', batchOf(['b']))).rejects.toMatchObject({ code: 'CLOSED' })
    disk.release()
    expect(await produced).toMatchObject({ error: 'NONE', baseOffset: 0 })
    await closed
    await expect(disk.logs()).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('leaves no timer behind', async () => {
    const broker = await startBroker({ configs: { 'log.retention.check.interval.ms': '100' } })
    await broker.createTopic('t')
    broker.clock.advance(100)
    await broker.broker.close()
    broker.clock.advance(86_400_000)
    await quiet()
  })
})

describe('names', () => {
  const tricky = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'CON', '-', '_', 'a'.repeat(249)]

  it.each(tricky)('G30, G33: topic %s works, also after a restart', async (name) => {
    const path = temporaryDirectory()
    const before = await startBroker({ storage: await openSqliteEngine({ path, durability: 'none' }) })
    const topicId = await before.createTopic(name, { configs: { 'retention.ms': '5000' } })
    await before.produce(name, batchOf(['a'], { key: name.slice(0, 20) }))
    await before.broker.close()
    await using after = await startBroker({ storage: await openSqliteEngine({ path, durability: 'none' }) })
    expect(await describeAll(after)).toMatchObject([{ name, topicId }])
    expect(await after.records(name)).toMatchObject([{ value: 'a' }])
    expect(await configOf(after, TOPIC, name, 'retention.ms')).toEqual({ value: '5000', configSource: 1 })
    await after.deleteTopic(name)
    expect(await describeAll(after)).toEqual([])
  })

  it.each(['', '.', '..', 'a/b', '../../etc/passwd', 'a\0b', 'a b', 'ü', '話', 'a'.repeat(250), 'a\nb'])(
    'G30: topic %j is refused',
    async (name) => {
      await using broker = await startBroker()
      const { topics } = await broker.ask(createTopics, createTopics.request.create({ topics: [newTopic(name)] }))
      expect(errorName(topics[0]!.errorCode)).toBe('INVALID_TOPIC_EXCEPTION')
      const request = metadata.request.create({ topics: [{ name, topicId: 'A'.repeat(22) }] })
      expect(errorName((await broker.ask(metadata, request)).topics[0]!.errorCode)).toBe('INVALID_TOPIC_EXCEPTION')
      expect(await describeAll(broker)).toEqual([])
    },
  )

  it.each(['__proto__', 'constructor', 'toString'])('G33: config %s does not exist', async (name) => {
    await using broker = await startBroker()
    const topics = [newTopic('t', 1, JSON.parse(`{${JSON.stringify(name)}:"1"}`))]
    const created = await broker.ask(createTopics, createTopics.request.create({ topics }))
    expect(errorName(created.topics[0]!.errorCode)).toBe('INVALID_CONFIG')
  })
})

describe('the configs that a broker starts with', () => {
  it.each([
    [{ 'no.such.config': '1' }, 'no.such.config'],
    [{ 'num.partitions': 'many' }, 'many'],
    [{ 'num.partitions': '0' }, 'num.partitions'],
  ])('%j are refused, and the error names what is wrong', async (configs, named) => {
    const error = startBroker({ configs: configs as Record<string, string> })
    await expect(error).rejects.toMatchObject({
      code: 'INVALID_CONFIGURATION',
      message: expect.stringContaining(named),
    })
  })

  it('are the defaults of its topics', async () => {
    await using broker = await startBroker({ configs: { 'num.partitions': '4', 'log.retention.hours': '2' } })
    const { topics } = await broker.ask(createTopics, createTopics.request.create({ topics: [newTopic('t', -1)] }))
    expect(topics[0]!.numPartitions).toBe(4)
    expect(await configOf(broker, TOPIC, 't', 'retention.ms')).toEqual({ value: '7200000', configSource: 4 })
  })
})
