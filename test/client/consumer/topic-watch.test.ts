import { describe, expect, test } from 'vitest'
import { createClient } from '../../../src/client/create-client.ts'
import { brokerDialer } from '../../../src/client/transports/broker-dialer.ts'
import { fakeTime, inFakeTime } from '../../support/fake-time.ts'
import { type ScriptedCluster, scriptedCluster } from '../../support/scripted-cluster.ts'

async function send({ broker }: ScriptedCluster, partition: number, value: string, topic = 't'): Promise<void> {
  const producer = createClient({ dialer: brokerDialer(broker) }).producer({ lingerMs: 0 })
  await inFakeTime(producer.send({ topic, partition, value }))
  await inFakeTime(producer.close())
}

test('partitions that are added to a topic that is followed are read from their start', async () => {
  fakeTime()
  const cluster = scriptedCluster({ t: 1 })
  const consumer = createClient({ dialer: brokerDialer(cluster.broker) }).consumer({ topics: ['t'], from: 'end' })
  const next = consumer[Symbol.asyncIterator]().next()
  await inFakeTime(consumer.seek({ topic: 't', partition: 0 }, 'end'))
  cluster.topics.set('t', 2)
  await send(cluster, 1, 'new')
  const startedAt = performance.now()
  const { value } = await inFakeTime(next, 100)
  expect([value?.partition, value?.offset, `${value?.value}`]).toEqual([1, 0, 'new'])
  expect(performance.now() - startedAt).toBeLessThan(31_000)
  await consumer.close()
})

test('a topic that is missing for a moment is not lost', async () => {
  fakeTime()
  const cluster = scriptedCluster({ t: 1 })
  await send(cluster, 0, 'first')
  let failing = true
  cluster.fetchFault = () => (failing ? 'UNKNOWN_TOPIC_OR_PARTITION' : undefined)
  const consumer = createClient({ dialer: brokerDialer(cluster.broker) }).consumer({
    topics: ['t'],
    waitForTopics: false,
  })
  const next = consumer[Symbol.asyncIterator]().next()
  await inFakeTime(consumer.seek({ topic: 't', partition: 0 }, 'start'))
  cluster.topics.delete('t')
  await inFakeTime(new Promise((resolve) => setTimeout(resolve, 150)))
  cluster.topics.set('t', 1)
  failing = false
  expect(`${(await inFakeTime(next)).value?.value}`).toBe('first')
  await consumer.close()
})

describe('topics that match', () => {
  const matching = (name: string) => name.startsWith('log-')

  test('are read from their start when they come, and forgotten when they are deleted', async () => {
    fakeTime()
    const cluster = scriptedCluster({ other: 1, 'log-a': 1 })
    await send(cluster, 0, 'not wanted', 'other')
    await send(cluster, 0, 'a', 'log-a')
    const consumer = createClient({ dialer: brokerDialer(cluster.broker) }).consumer({ topics: [], matching })
    const records = consumer[Symbol.asyncIterator]()
    expect(`${(await inFakeTime(records.next())).value?.value}`).toBe('a')
    cluster.topics.set('log-b', 1)
    await send(cluster, 0, 'b', 'log-b')
    const startedAt = performance.now()
    expect(`${(await inFakeTime(records.next(), 100)).value?.value}`).toBe('b')
    expect(performance.now() - startedAt).toBeLessThan(31_000)
    expect(
      consumer
        .positions()
        .map(({ topic }) => topic)
        .sort(),
    ).toEqual(['log-a', 'log-b'])

    cluster.fetchFault = () => (cluster.topics.has('log-a') ? undefined : 'UNKNOWN_TOPIC_OR_PARTITION')
    cluster.topics.delete('log-a')
    while (consumer.positions().length > 1) await inFakeTime(new Promise((resolve) => setTimeout(resolve, 1000)), 100)
    expect(consumer.positions().map(({ topic }) => topic)).toEqual(['log-b'])
    await consumer.close()
  })

  test('are waited for where there are none', async () => {
    fakeTime()
    const cluster = scriptedCluster({})
    const consumer = createClient({ dialer: brokerDialer(cluster.broker) }).consumer({ topics: [], matching })
    const next = consumer[Symbol.asyncIterator]().next()
    await inFakeTime(new Promise((resolve) => setTimeout(resolve, 5_000)), 100)
    cluster.topics.set('log-a', 1)
    await send(cluster, 0, 'first', 'log-a')
    expect(`${(await inFakeTime(next)).value?.value}`).toBe('first')
    await consumer.close()
  })

  test('are for consumers that follow', () => {
    const client = createClient({ dialer: brokerDialer(scriptedCluster({}).broker) })
    expect(() => client.consumer({ topics: ['t'], matching, to: 'end' })).toThrow(
      /matching is for consumers that follow/,
    )
    expect(() => client.consumer({ topics: [] })).toThrow(/at least one topic/)
  })
})
