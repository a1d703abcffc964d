import { describe, expect, it } from 'vitest'
import type { RequestOf } from '../../../src/protocol/api.ts'
import { createTopics } from '../../../src/protocol/apis/create-topics.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { openMemoryEngine } from '../../../src/storage/memory/memory-engine.ts'
import { type BrokerFixture, startBroker } from '../../support/broker-fixture.ts'
import { FaultyEngine } from '../../support/faulty-engine.ts'

type Asked = RequestOf<typeof createTopics>['topics'][number]

const topic = (name: string, more: Partial<Asked> = {}): Asked => ({
  name,
  numPartitions: -1,
  replicationFactor: -1,
  assignments: [],
  configs: [],
  ...more,
})

async function create(broker: BrokerFixture, topics: readonly Asked[], validateOnly = false) {
  const response = await broker.ask(createTopics, createTopics.request.create({ topics, validateOnly }))
  return response.topics.map((one) => ({ ...one, error: errorName(one.errorCode) }))
}

describe('CreateTopics', () => {
  it('A2: answers with id, counts and every config', async () => {
    await using broker = await startBroker({ configs: { 'num.partitions': '4' } })
    const [created] = await create(broker, [topic('t', { configs: [{ name: 'retention.ms', value: '5' }] })])
    expect(created).toMatchObject({ error: 'NONE', numPartitions: 4, replicationFactor: 1 })
    expect(created!.topicId).toMatch(/^[\w-]{22}$/)
    expect(created!.configs).toContainEqual({
      name: 'retention.ms',
      value: '5',
      readOnly: false,
      configSource: 1,
      isSensitive: false,
    })
    expect(created!.configs!.find(({ name }) => name === 'cleanup.policy')).toMatchObject({
      value: 'delete',
      configSource: 5,
    })
  })

  it('A1: refuses one that exists, one that collides, and one that is named twice', async () => {
    await using broker = await startBroker()
    await broker.createTopic('a.b')
    expect(await create(broker, [topic('a.b')])).toMatchObject([{ error: 'TOPIC_ALREADY_EXISTS' }])
    expect(await create(broker, [topic('a_b')])).toMatchObject([{ error: 'INVALID_TOPIC_EXCEPTION' }])
    const twice = await create(broker, [topic('x'), topic('y'), topic('x')])
    expect(twice).toMatchObject([
      { name: 'x', error: 'INVALID_REQUEST' },
      { name: 'y', error: 'NONE' },
    ])
  })

  it.each([
    [{ numPartitions: 0 }, 'INVALID_PARTITIONS'],
    [{ numPartitions: -2 }, 'INVALID_PARTITIONS'],
    [{ replicationFactor: 0 }, 'INVALID_REPLICATION_FACTOR'],
    [{ replicationFactor: -2 }, 'INVALID_REPLICATION_FACTOR'],
    [{ replicationFactor: 2 }, 'INVALID_REPLICATION_FACTOR'],
    [{ numPartitions: 10_001 }, 'POLICY_VIOLATION'],
    [{ numPartitions: 1, assignments: [{ partitionIndex: 0, brokerIds: [1] }] }, 'INVALID_REQUEST'],
    [{ assignments: [{ partitionIndex: 1, brokerIds: [1] }] }, 'INVALID_REPLICA_ASSIGNMENT'],
    [{ assignments: [{ partitionIndex: 0, brokerIds: [2] }] }, 'INVALID_REPLICA_ASSIGNMENT'],
    [{ configs: [{ name: 'retention.mss', value: '1' }] }, 'INVALID_CONFIG'],
    [{ configs: [{ name: 'retention.ms', value: 'soon' }] }, 'INVALID_CONFIG'],
    [{ configs: [{ name: 'retention.ms', value: null }] }, 'INVALID_CONFIG'],
    [{ configs: [{ name: 'cleanup.policy', value: 'keep' }] }, 'INVALID_CONFIG'],
  ] as const)('A1, A2: %j is refused with %s', async (more, error) => {
    await using broker = await startBroker()
    const [answer] = await create(broker, [topic('t', more as Partial<Asked>)])
    expect(answer).toMatchObject({ error })
    expect(answer!.errorMessage).toContain('"t"')
    expect(await create(broker, [topic('t')])).toMatchObject([{ error: 'NONE' }])
  })

  it('A2: partitions may be assigned by hand, to the one broker', async () => {
    await using broker = await startBroker()
    const assignments = [0, 1].map((partitionIndex) => ({ partitionIndex, brokerIds: [1] }))
    expect(await create(broker, [topic('t', { assignments })])).toMatchObject([{ error: 'NONE', numPartitions: 2 }])
  })

  it('grants what replicas there are where it is configured to', async () => {
    await using broker = await startBroker({ configs: { 'rafka.replication.factor.clamp': 'true' } })
    const [answer] = await create(broker, [topic('t', { replicationFactor: 3 })])
    expect(answer).toMatchObject({ error: 'NONE', replicationFactor: 1 })
  })

  it('A2: validating changes nothing', async () => {
    await using broker = await startBroker()
    expect(await create(broker, [topic('t')], true)).toMatchObject([{ error: 'NONE' }])
    expect(await create(broker, [topic('t')])).toMatchObject([{ error: 'NONE' }])
  })

  it('creates none when the store fails, and all when asked again', async () => {
    const storage = new FaultyEngine(await openMemoryEngine({ maxBytes: 2 ** 20, durability: 'none' }))
    await using broker = await startBroker({ storage })
    storage.failCommits()
    expect(await create(broker, [topic('a'), topic('b')])).toMatchObject([
      { error: 'KAFKA_STORAGE_ERROR' },
      { error: 'KAFKA_STORAGE_ERROR' },
    ])
    expect(await create(broker, [topic('a'), topic('b')])).toMatchObject([{ error: 'NONE' }, { error: 'NONE' }])
  })

  it('A1: of two names in one request that collide the first is created', async () => {
    await using broker = await startBroker()
    expect(await create(broker, [topic('a.b'), topic('a_b'), topic('a_c')])).toMatchObject([
      { name: 'a.b', error: 'NONE' },
      { name: 'a_b', error: 'INVALID_TOPIC_EXCEPTION' },
      { name: 'a_c', error: 'NONE' },
    ])
  })

  it('A2: what goes beyond 10,000 partitions in one request is refused', async () => {
    await using broker = await startBroker()
    const asked = [topic('a', { numPartitions: 6000 }), topic('b', { numPartitions: 6000 })]
    expect(await create(broker, asked, true)).toMatchObject([{ error: 'NONE' }, { error: 'POLICY_VIOLATION' }])
  })
})
