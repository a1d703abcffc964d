import { Admin } from '@platformatic/kafka'
import { Kafka, logLevel } from 'kafkajs'
import { expect, it, onTestFinished } from 'vitest'
import { connect } from '../../src/connect.ts'
import type { Rafka } from '../../src/core/rafka.ts'
import { serveBroker } from '../support/served-broker.ts'

/** A broker with topic `t`, which has ten records in each of two partitions, and group `g`, which has read three of them. */
async function begin(): Promise<{ brokers: string; rafka: Rafka }> {
  const broker = await serveBroker({ configs: { 'group.initial.rebalance.delay.ms': '0' } })
  onTestFinished(() => broker[Symbol.asyncDispose]())
  const rafka = await connect({ brokers: [broker.brokers] })
  onTestFinished(() => rafka.close())
  await rafka.admin().createTopics([{ name: 't', partitions: 2 }])
  await using producer = rafka.producer()
  await producer.sendAll(
    Array.from({ length: 20 }, (_, number) => ({ topic: 't', partition: number % 2, value: `${number}` })),
  )
  await rafka.admin().alterGroupOffsets('g', [{ topic: 't', partition: 0, offset: 3 }])
  return { brokers: broker.brokers, rafka }
}

const offsetsOf = async (rafka: Rafka, group = 'g') =>
  (await rafka.admin().listGroupOffsets(group)).map(({ partition, offset }) => `${partition}:${offset}`)

it('kafkajs lists, describes, alters and deletes groups', async () => {
  const { brokers, rafka } = await begin()
  const kafka = new Kafka({
    brokers: [brokers],
    logLevel: logLevel.NOTHING,
    retry: { retries: 1, initialRetryTime: 50 },
  })
  const admin = kafka.admin()
  await admin.connect()
  expect(await admin.listGroups()).toEqual({ groups: [{ groupId: 'g', protocolType: '' }] })
  const consumer = kafka.consumer({ groupId: 'js', maxWaitTimeInMs: 50 })
  await consumer.connect()
  await consumer.subscribe({ topic: 't' })
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve))
  await consumer.run({ eachMessage: async () => {} })
  await joined
  const { groups } = await admin.describeGroups(['js', 'g'])
  expect(groups).toMatchObject([
    { groupId: 'js', state: 'Stable', protocolType: 'consumer', members: [{ clientId: 'kafkajs' }] },
    { groupId: 'g', state: 'Empty', members: [] },
  ])
  await expect(admin.deleteGroups(['js'])).rejects.toThrow()
  await consumer.disconnect()

  const fetched = await admin.fetchOffsets({ groupId: 'g', topics: ['t'] })
  expect(fetched[0]?.partitions.map(({ offset }) => offset).sort()).toEqual(['-1', '3'])
  await admin.setOffsets({ groupId: 'g', topic: 't', partitions: [{ partition: 1, offset: '8' }] })
  expect(await offsetsOf(rafka)).toEqual(['0:3', '1:8'])
  await admin.deleteGroups(['js', 'g'])
  expect(await admin.listGroups()).toEqual({ groups: [] })
  await admin.disconnect()
})

it('@platformatic/kafka lists, describes, alters and deletes groups and offsets', async () => {
  const { brokers, rafka } = await begin()
  const admin = new Admin({ clientId: 'interop', bootstrapBrokers: [brokers], retries: 0 })
  onTestFinished(() => admin.close())
  expect([...(await admin.listGroups()).values()]).toMatchObject([{ id: 'g', state: 'EMPTY', groupType: 'classic' }])
  expect([...(await admin.describeGroups({ groups: ['g'] })).values()]).toMatchObject([{ id: 'g', state: 'EMPTY' }])
  expect(await admin.findCoordinator({ keyType: 0, keys: ['g'] })).toMatchObject([{ key: 'g', nodeId: 1 }])

  await admin.alterConsumerGroupOffsets({
    groupId: 'g',
    topics: [{ name: 't', partitionOffsets: [{ partition: 1, offset: 6n }] }],
  })
  expect(await offsetsOf(rafka)).toEqual(['0:3', '1:6'])
  const [listed] = await admin.listConsumerGroupOffsets({ groups: ['g'] })
  expect(listed?.topics[0]?.partitions.map(({ committedOffset }) => committedOffset)).toEqual([3n, 6n])
  await admin.deleteConsumerGroupOffsets({ groupId: 'g', topics: [{ name: 't', partitionIndexes: [0] }] })
  expect(await offsetsOf(rafka)).toEqual(['1:6'])

  const [offsets] = await admin.listOffsets({
    topics: [
      {
        name: 't',
        partitions: [
          { partitionIndex: 0, timestamp: -1n },
          { partitionIndex: 1, timestamp: -2n },
        ],
      },
    ],
  })
  expect(offsets?.partitions.map(({ offset }) => offset)).toEqual([10n, 0n])
  const [logs] = await admin.describeLogDirs({ topics: [{ name: 't', partitions: [0, 1] }] })
  expect(logs?.results[0]?.topics[0]?.partitions).toHaveLength(2)
  await admin.deleteGroups({ groups: ['g'] })
  expect([...(await admin.listGroups()).values()]).toEqual([])
})
