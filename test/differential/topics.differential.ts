import { describe } from 'vitest'
import { apiVersions } from '../../src/protocol/apis/api-versions.ts'
import { createPartitions } from '../../src/protocol/apis/create-partitions.ts'
import { createTopics } from '../../src/protocol/apis/create-topics.ts'
import { deleteTopics } from '../../src/protocol/apis/delete-topics.ts'
import { describeTopicPartitions } from '../../src/protocol/apis/describe-topic-partitions.ts'
import { metadata } from '../../src/protocol/apis/metadata.ts'
import { zeroUuid } from '../../src/protocol/uuid.ts'
import { type Compared, sameAnswers } from './compared.ts'

interface Creation {
  readonly partitions?: number
  readonly replicas?: number
  readonly configs?: Record<string, string | null>
  readonly assignments?: ReadonlyArray<{ partitionIndex: number; brokerIds: number[] }>
}

const creation = (name: string, { partitions = 1, replicas = 1, configs = {}, assignments = [] }: Creation = {}) => ({
  name,
  numPartitions: partitions,
  replicationFactor: replicas,
  assignments: [...assignments],
  configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
})
const unknownId = 'AAAAAAAAAAAAAAAAAAAAEg'
const named = (...names: string[]) => names.map((name) => ({ name, topicId: zeroUuid }))

/** Without the configs: their set is compared elsewhere. */
async function create(broker: Compared, version: number, topics: ReturnType<typeof creation>[], validateOnly = false) {
  return await broker.ask(createTopics, version, { topics, validateOnly, timeoutMs: 5000 })
}

describe('ApiVersions', () => {
  sameAnswers('a client must say what it is', async (broker) => {
    for (const [clientSoftwareName, clientSoftwareVersion] of [
      ['', '1'],
      ['a b', '1'],
      ['rafka', '-1'],
    ] as const) {
      const answer = await broker.tell(apiVersions, 3, { clientSoftwareName, clientSoftwareVersion })
      broker.note(`"${clientSoftwareName}" "${clientSoftwareVersion}"`, { errorCode: answer.errorCode })
    }
  })
})

describe('topics', () => {
  sameAnswers('creating', async (broker) => {
    const name = (suffix: string) => `create-${suffix}-${broker.run}`
    for (const version of [2, 4]) {
      await create(broker, version, [creation(name(`a${version}`)), creation(name(`b${version}`), { partitions: 3 })])
      await create(broker, version, [creation(name(`a${version}`))])
    }
    await create(broker, 4, [creation(name('x')), creation(name('x'))])
    await create(broker, 4, [creation('a/b'), creation(''), creation('.'), creation('..'), creation('a'.repeat(250))])
    await create(broker, 4, [creation(name('dot.ted'))])
    await create(broker, 4, [creation(name('dot_ted'))])
    for (const partitions of [0, -2, -1]) await create(broker, 4, [creation(name(`p${partitions}`), { partitions })])
    for (const replicas of [0, -2, 2, -1]) await create(broker, 4, [creation(name(`r${replicas}`), { replicas })])
    await create(broker, 4, [creation(name('c1'), { configs: { 'retention.mss': '1' } })])
    await create(broker, 4, [creation(name('c2'), { configs: { 'retention.ms': 'x' } })])
    await create(broker, 4, [creation(name('c3'), { configs: { 'retention.ms': '-2' } })])
    await create(broker, 4, [creation(name('c4'), { configs: { 'cleanup.policy': 'compact,delete' } })])
    await create(broker, 4, [creation(name('c5'), { configs: { 'cleanup.policy': 'shred' } })])
    await create(broker, 4, [creation(name('c6'), { configs: { 'retention.ms': null } })])
    await create(broker, 4, [creation(name('v'))], true)
    await create(broker, 4, [creation(name('v'))])
    const by = (assignments: NonNullable<Creation['assignments']>, partitions = -1, replicas = -1) =>
      create(broker, 4, [
        creation(name(`m${JSON.stringify(assignments).length}${partitions}`.replace(/[^\w.-]/g, '')), {
          partitions,
          replicas,
          assignments,
        }),
      ])
    await by([{ partitionIndex: 0, brokerIds: [1] }])
    await by([{ partitionIndex: 0, brokerIds: [1] }], 1, 1)
    await by([{ partitionIndex: 1, brokerIds: [1] }])
    await by([{ partitionIndex: 0, brokerIds: [99] }])
    await by([{ partitionIndex: 0, brokerIds: [1, 1] }])
    await by([{ partitionIndex: 0, brokerIds: [] }])
  })

  sameAnswers('looking', async (broker) => {
    const topic = await broker.topic('look', { partitions: 2 })
    for (const version of [0, 1, 4, 5, 7, 8]) {
      await broker.ask(metadata, version, { topics: named(topic), allowAutoTopicCreation: false })
      await broker.ask(metadata, version, { topics: named('a/b', '.', ''), allowAutoTopicCreation: false })
    }
    for (const version of [4, 8, 9, 12]) {
      await broker.ask(metadata, version, { topics: named(`missing-${broker.run}`), allowAutoTopicCreation: false })
      await broker.ask(metadata, version, { topics: [], allowAutoTopicCreation: false })
    }
    for (const version of [10, 11, 12]) {
      await broker.ask(metadata, version, {
        topics: [{ name: topic, topicId: unknownId }],
        allowAutoTopicCreation: false,
      })
    }
    await broker.ask(metadata, 12, { topics: [{ name: null, topicId: unknownId }], allowAutoTopicCreation: false })
    const { topics } = await broker.tell(metadata, 12, { topics: named(topic), allowAutoTopicCreation: false })
    await broker.ask(metadata, 12, {
      topics: [{ name: null, topicId: topics[0]!.topicId }],
      allowAutoTopicCreation: false,
      includeTopicAuthorizedOperations: true,
    })
    await broker.ask(describeTopicPartitions, 0, {
      topics: [{ name: topic }, { name: `missing-${broker.run}` }],
      responsePartitionLimit: 1,
      cursor: null,
    })
    await broker.ask(describeTopicPartitions, 0, {
      topics: [{ name: topic }],
      responsePartitionLimit: 10,
      cursor: { topicName: topic, partitionIndex: 1 },
    })
    await broker.ask(describeTopicPartitions, 0, {
      topics: [{ name: topic }],
      responsePartitionLimit: 10,
      cursor: { topicName: topic, partitionIndex: -1 },
    })
  })

  sameAnswers('more partitions', async (broker) => {
    const topic = await broker.topic('grow', { partitions: 2 })
    const grow = (
      count: number,
      assignments: Array<{ brokerIds: number[] }> | null = null,
      validateOnly = false,
      name = topic,
    ) => broker.ask(createPartitions, 3, { topics: [{ name, count, assignments }], timeoutMs: 5000, validateOnly })
    await grow(2)
    await grow(1)
    await grow(0)
    await grow(-1)
    await grow(3, null, true)
    await grow(3, [{ brokerIds: [1] }])
    await grow(5, [{ brokerIds: [1] }])
    await grow(4, [{ brokerIds: [99] }])
    await grow(4, [{ brokerIds: [1, 1] }])
    await grow(4, null, false, `missing-${broker.run}`)
    await broker.ask(createPartitions, 1, {
      topics: [
        { name: topic, count: 4, assignments: null },
        { name: topic, count: 5, assignments: null },
      ],
      timeoutMs: 5000,
      validateOnly: false,
    })
  })

  sameAnswers('deleting', async (broker) => {
    const topics = [await broker.topic('delete-a'), await broker.topic('delete-b')]
    await broker.ask(deleteTopics, 3, { topicNames: [topics[0]!, `missing-${broker.run}`], timeoutMs: 5000 })
    await broker.ask(deleteTopics, 5, { topicNames: [topics[0]!, ''], timeoutMs: 5000 })
    await broker.ask(deleteTopics, 6, {
      topics: [{ name: topics[1]!, topicId: unknownId }],
      timeoutMs: 5000,
    })
    await broker.ask(deleteTopics, 6, { topics: [{ name: null, topicId: unknownId }], timeoutMs: 5000 })
    await broker.ask(deleteTopics, 6, { topics: [{ name: null, topicId: zeroUuid }], timeoutMs: 5000 })
    await broker.ask(deleteTopics, 6, {
      topics: [
        { name: topics[1]!, topicId: zeroUuid },
        { name: topics[1]!, topicId: zeroUuid },
      ],
      timeoutMs: 5000,
    })
    const { topics: found } = await broker.tell(metadata, 12, {
      topics: named(topics[1]!),
      allowAutoTopicCreation: false,
    })
    if (found[0]!.errorCode === 0) {
      await broker.ask(deleteTopics, 6, { topics: [{ name: null, topicId: found[0]!.topicId }], timeoutMs: 5000 })
    }
  })
})
