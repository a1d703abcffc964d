import { describe, expect, it } from 'vitest'
import { describeTopicPartitions } from '../../../src/protocol/apis/describe-topic-partitions.ts'
import { errorName } from '../../../src/protocol/error-codes.ts'
import { startBroker } from '../../support/broker-fixture.ts'

describe('DescribeTopicPartitions', () => {
  it('M9: gives topics in order of name, a page at a time, until the cursor is null', async () => {
    await using broker = await startBroker()
    await broker.createTopic('b', { partitions: 3 })
    await broker.createTopic('a', { partitions: 2 })
    const pages: string[][] = []
    let cursor: { topicName: string; partitionIndex: number } | null = null
    do {
      const request = describeTopicPartitions.request.create({ responsePartitionLimit: 2, cursor })
      const response = await broker.ask(describeTopicPartitions, request)
      pages.push(
        response.topics.flatMap(({ name, partitions }) => partitions.map((one) => `${name}${one.partitionIndex}`)),
      )
      cursor = response.nextCursor
    } while (cursor !== null)
    expect(pages).toEqual([['a0', 'a1'], ['b0', 'b1'], ['b2']])
  })

  it('tells unknown topics and names that cannot be', async () => {
    await using broker = await startBroker()
    const request = describeTopicPartitions.request.create({ topics: [{ name: 'missing' }, { name: 'a/b' }] })
    const { topics } = await broker.ask(describeTopicPartitions, request)
    expect(topics.map(({ name, errorCode }) => [name, errorName(errorCode)])).toEqual([
      ['a/b', 'INVALID_TOPIC_EXCEPTION'],
      ['missing', 'UNKNOWN_TOPIC_OR_PARTITION'],
    ])
  })

  it('M9: refuses a cursor below the first partition', async () => {
    await using broker = await startBroker()
    await broker.createTopic('a')
    const cursor = { topicName: 'a', partitionIndex: -1 }
    const request = describeTopicPartitions.request.create({ topics: [{ name: 'a' }], cursor })
    const { topics } = await broker.ask(describeTopicPartitions, request)
    expect(errorName(topics[0]!.errorCode)).toBe('INVALID_REQUEST')
  })
})
