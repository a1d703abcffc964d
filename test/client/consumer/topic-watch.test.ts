import { expect, test } from 'vitest'
import { createClient } from '../../../src/client/create-client.ts'
import { brokerDialer } from '../../../src/client/transports/broker-dialer.ts'
import { fakeTime, inFakeTime } from '../../support/fake-time.ts'
import { type ScriptedCluster, scriptedCluster } from '../../support/scripted-cluster.ts'

async function send({ broker }: ScriptedCluster, partition: number, value: string): Promise<void> {
  const producer = createClient({ dialer: brokerDialer(broker) }).producer({ lingerMs: 0 })
  await inFakeTime(producer.send({ topic: 't', partition, value }))
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
