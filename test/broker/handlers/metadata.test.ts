import { describe, expect, it } from 'vitest'
import { metadata } from '../../../src/protocol/apis/metadata.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { zeroUuid } from '../../../src/protocol/uuid.ts'
import { type BrokerFixture, startBroker, testConnection } from '../../support/broker-fixture.ts'

const byName = (name: string | null) => ({ name, topicId: zeroUuid })

async function topicsOf(
  broker: BrokerFixture,
  topics: Array<{ name: string | null; topicId: string }> | null,
  options: { version?: number; allowAutoTopicCreation?: boolean } = {},
) {
  const { version = 12, allowAutoTopicCreation = false } = options
  const request = metadata.request.create({ topics, allowAutoTopicCreation })
  const response = await broker.ask(metadata, request, { version })
  return response.topics.map((topic) => ({ ...topic, error: errorName(topic.errorCode) }))
}

describe('Metadata', () => {
  it('M1: no list means all topics, an empty one none; in version 0 an empty one means all', async () => {
    await using broker = await startBroker()
    await broker.createTopic('b')
    await broker.createTopic('a')
    const names = async (topics: [] | null, version: number) =>
      (await topicsOf(broker, topics, { version })).map(({ name }) => name)
    expect(await names(null, 1)).toEqual(['a', 'b'])
    expect(await names([], 1)).toEqual([])
    expect(await names([], 0)).toEqual(['a', 'b'])
  })

  it.each(['a/b', '', '.', '..', 'é', 'a b', 'x'.repeat(250)])('M2: %j is no name for a topic', async (name) => {
    await using broker = await startBroker()
    const [topic] = await topicsOf(broker, [byName(name)], { allowAutoTopicCreation: true })
    expect(topic).toMatchObject({ error: 'INVALID_TOPIC_EXCEPTION', name })
  })

  it('M2: an unknown topic is told as such where it is not to be created', async () => {
    await using broker = await startBroker()
    const [topic] = await topicsOf(broker, [byName('missing')])
    expect(topic).toMatchObject({ error: 'UNKNOWN_TOPIC_OR_PARTITION', name: 'missing', partitions: [] })
  })

  it('M3: a topic that is asked for is created where client and broker allow it, once', async () => {
    await using broker = await startBroker({ configs: { 'num.partitions': '3' } })
    const asked = Array.from({ length: 5 }, () => topicsOf(broker, [byName('new')], { allowAutoTopicCreation: true }))
    const answers = (await Promise.all(asked)).flat()
    expect(new Set(answers.map(({ topicId }) => topicId)).size).toBe(1)
    expect(answers[0]).toMatchObject({ error: 'NONE' })
    expect(answers[0]!.partitions).toHaveLength(3)
  })

  it('M3: a broker that creates nothing by itself does not', async () => {
    await using broker = await startBroker({ configs: { 'auto.create.topics.enable': 'false' } })
    const [topic] = await topicsOf(broker, [byName('new')], { allowAutoTopicCreation: true })
    expect(topic).toMatchObject({ error: 'UNKNOWN_TOPIC_OR_PARTITION' })
  })

  it('M3: a name that collides with an existing one is not created', async () => {
    await using broker = await startBroker()
    await broker.createTopic('a.b')
    const [topic] = await topicsOf(broker, [byName('a_b')], { allowAutoTopicCreation: true })
    expect(topic).toMatchObject({ error: 'INVALID_TOPIC_EXCEPTION' })
  })

  it('M4: topics are found by id from version 12 on; before, an id is a wrong request', async () => {
    await using broker = await startBroker()
    const topicId = await broker.createTopic('t')
    expect(await topicsOf(broker, [{ name: null, topicId }])).toMatchObject([{ error: 'NONE', name: 't' }])
    const unknown = { name: null, topicId: 'BBBBBBBBBBBBBBBBBBBBBB' }
    expect(await topicsOf(broker, [unknown])).toMatchObject([{ error: 'UNKNOWN_TOPIC_ID', name: null }])
    const early = await topicsOf(broker, [{ name: 't', topicId }], { version: 10 })
    expect(early).toMatchObject([{ error: 'INVALID_REQUEST' }])
  })

  it('M5, M10: the one broker leads every partition in epoch 0, is the controller, and is reached where the client came in', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t', { partitions: 2 })
    const connection = { ...testConnection(), advertised: { host: 'example', port: 1234 } }
    const response = await broker.ask(metadata, metadata.request.create({ topics: null }), { connection })
    expect(response.brokers).toEqual([{ nodeId: 1, host: 'example', port: 1234, rack: null }])
    expect(response.controllerId).toBe(1)
    expect(response.clusterId).toMatch(/^[\w-]{22}$/)
    for (const partition of response.topics[0]!.partitions) {
      expect(partition).toMatchObject({ leaderId: 1, leaderEpoch: 0, replicaNodes: [1], isrNodes: [1] })
    }
  })

  it('M5: what a client may do is told when it asks', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    const asked = metadata.request.create({ topics: null, includeTopicAuthorizedOperations: true })
    expect((await broker.ask(metadata, asked)).topics[0]!.topicAuthorizedOperations).toBeGreaterThan(0)
    const notAsked = metadata.request.create({ topics: null })
    expect((await broker.ask(metadata, notAsked)).topics[0]!.topicAuthorizedOperations).toBe(-2147483648)
  })

  it('M6, M7: internal topics say so, and a topic that is created again has another id', async () => {
    await using broker = await startBroker()
    await broker.createTopic('__consumer_offsets')
    expect(await topicsOf(broker, null)).toMatchObject([{ isInternal: true }])
    const first = await broker.createTopic('t')
    await broker.deleteTopic('t')
    const second = await broker.createTopic('t')
    expect(second).not.toBe(first)
    expect(second).toMatch(/^[^-].{21}$/)
  })

  it.each(['__proto__', 'constructor', 'toString'])('takes %s as a name like any other', async (name) => {
    await using broker = await startBroker()
    const [topic] = await topicsOf(broker, [byName(name)], { allowAutoTopicCreation: true })
    expect(topic).toMatchObject({ error: 'NONE', name })
  })

  it('describes a topic once that is named twice', async () => {
    await using broker = await startBroker()
    await broker.createTopic('t')
    expect(await topicsOf(broker, [byName('t'), byName('missing'), byName('t')])).toMatchObject([
      { name: 't', error: 'NONE' },
      { name: 'missing', error: 'UNKNOWN_TOPIC_OR_PARTITION' },
    ])
  })
})
