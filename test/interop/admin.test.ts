import {
  Admin,
  IncrementalAlterConfigOperationTypes,
  ConfigResourceTypes as PlatformaticResource,
} from '@platformatic/kafka'
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasKcat, kcat, kcatRead } from '../support/kcat.ts'
import { type ServedBroker, serveBroker } from '../support/served-broker.ts'

describe('the admin calls of clients that we did not write', () => {
  let broker: ServedBroker
  beforeAll(async () => {
    broker = await serveBroker()
  })
  afterAll(() => broker[Symbol.asyncDispose]())

  it('kafkajs creates, lists, describes, alters, trims, grows and deletes a topic', async () => {
    const admin = new Kafka({ brokers: [broker.brokers], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    const created = await admin.createTopics({
      topics: [{ topic: 'kjs', numPartitions: 2, configEntries: [{ name: 'retention.ms', value: '1000' }] }],
    })
    expect(created).toBe(true)
    expect(await admin.createTopics({ topics: [{ topic: 'kjs' }] })).toBe(false)
    expect(await admin.listTopics()).toContain('kjs')

    const resource = { type: ConfigResourceTypes.TOPIC, name: 'kjs' }
    const described = await admin.describeConfigs({ resources: [resource], includeSynonyms: true })
    const entries = described.resources[0]!.configEntries
    expect(entries.find(({ configName }) => configName === 'retention.ms')?.configValue).toBe('1000')
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ ...resource, configEntries: [{ name: 'retention.bytes', value: '5' }] }],
    })
    const altered = (await admin.describeConfigs({ resources: [resource], includeSynonyms: false })).resources[0]!
    const value = (name: string) => altered.configEntries.find(({ configName }) => configName === name)?.configValue
    expect([value('retention.bytes'), value('retention.ms')]).toEqual(['5', '604800000'])

    await admin.createPartitions({ topicPartitions: [{ topic: 'kjs', count: 4 }] })
    expect((await admin.fetchTopicMetadata({ topics: ['kjs'] })).topics[0]!.partitions).toHaveLength(4)

    const producer = new Kafka({ brokers: [broker.brokers], logLevel: logLevel.NOTHING }).producer()
    await producer.connect()
    const messages = [{ value: 'a' }, { value: 'b' }, { value: 'c' }].map((one) => ({ ...one, partition: 3 }))
    await producer.send({ topic: 'kjs', messages })
    await producer.disconnect()
    await admin.deleteTopicRecords({ topic: 'kjs', partitions: [{ partition: 3, offset: '2' }] })
    const offsets = await admin.fetchTopicOffsets('kjs')
    expect(offsets.find(({ partition }) => partition === 3)).toMatchObject({ low: '2', high: '3' })

    await admin.deleteTopics({ topics: ['kjs'] })
    expect(await admin.listTopics()).not.toContain('kjs')
    await admin.disconnect()
  })

  it('@platformatic/kafka creates, lists, describes, alters, trims, grows and deletes a topic', async () => {
    const admin = new Admin({ clientId: 'interop', bootstrapBrokers: [broker.brokers], retries: 0 })
    const [created] = await admin.createTopics({ topics: ['plt'], partitions: 2, replicas: 1 })
    expect(created).toMatchObject({ name: 'plt', partitions: 2, replicas: 1 })
    expect(await admin.listTopics()).toContain('plt')

    const resource = { resourceType: PlatformaticResource.TOPIC, resourceName: 'plt' }
    const { SET, APPEND } = IncrementalAlterConfigOperationTypes
    await admin.incrementalAlterConfigs({
      resources: [
        {
          ...resource,
          configs: [
            { name: 'segment.ms', configOperation: SET, value: '1234' },
            { name: 'cleanup.policy', configOperation: APPEND, value: 'compact' },
          ],
        },
      ],
    })
    const [described] = await admin.describeConfigs({ resources: [{ ...resource, configurationKeys: null }] })
    const value = (name: string) => described!.configs.find((config) => config.name === name)?.value
    expect([value('segment.ms'), value('cleanup.policy'), value('max.message.bytes')]).toEqual([
      '1234',
      'delete,compact',
      '1048588',
    ])

    await admin.createPartitions({ topics: [{ name: 'plt', count: 3, assignments: [{ brokerIds: [1] }] }] })
    const metadata = await admin.metadata({ topics: ['plt'] })
    expect(metadata.topics.get('plt')?.partitionsCount).toBe(3)
    await admin.deleteRecords({ topics: [{ name: 'plt', partitions: [{ partition: 0, offset: 0n }] }] })
    await admin.deleteTopics({ topics: ['plt'] })
    expect(await admin.listTopics()).not.toContain('plt')
    await admin.close()
  })

  it.runIf(hasKcat)(
    'kcat lists, creates by writing, reads tombstones and null keys, and finds offsets by time',
    async () => {
      await kcat(broker.brokers, ['-P', '-t', 'kc', '-K', ':', '-Z'], 'k:\n:v\nplain\n')
      const listing = JSON.parse((await kcat(broker.brokers, ['-L', '-J'])).toString())
      expect(listing.brokers).toEqual([{ id: 1, name: broker.brokers }])
      expect(listing.topics.map(({ topic }: { topic: string }) => topic)).toContain('kc')
      const records = await kcatRead(broker.brokers, 'kc')
      expect(records.map(({ key, value }) => [key?.toString() ?? null, value?.toString() ?? null])).toEqual([
        ['k', null],
        [null, 'v'],
        [null, 'plain'],
      ])
      const first = records[0]!.timestamp
      const query = async (timestamp: number) =>
        (await kcat(broker.brokers, ['-Q', '-t', `kc:0:${timestamp}`])).toString()
      expect(await query(first)).toContain('kc [0] offset 0')
      expect(await query(first + 3_600_000)).toMatch(/kc \[0\] offset (-1|3)/)
    },
  )
})
