import { expect, test } from 'vitest'
import { connect, saslMechanisms } from '../src/index.ts'
import { manualClock, startTestBroker } from '../src/testing.ts'
import { makeCertificates } from './support/certificates.ts'

test('a test broker is there at once for any client, with its topics, and gone with its scope', async () => {
  let brokers: string
  {
    await using broker = await startTestBroker({ topics: ['orders', { name: 'wide', partitions: 4 }] })
    brokers = broker.brokers
    expect(brokers).toBe(`127.0.0.1:${broker.port}`)
    await using client = await connect({ brokers: [brokers] })
    const topics = await client.admin().describeTopics(['orders', 'wide'])
    expect(topics.map(({ partitions }) => partitions.length)).toEqual([1, 4])
  }
  await using late = await connect({ brokers: [brokers], firstContactMs: 50 })
  await expect(late.ready()).rejects.toMatchObject({ code: 'BROKER_UNREACHABLE' })
})

test('test brokers do not know of each other', async () => {
  await using one = await startTestBroker({ topics: ['a'] })
  await using other = await startTestBroker({ topics: ['b'] })
  expect(one.port).not.toBe(other.port)
  expect((await other.rafka.admin().listTopics()).map(({ name }) => name)).toEqual(['b'])
})

test('users must log in where there are some, over TLS where it is wanted', async () => {
  const { server, ca } = await makeCertificates()
  await using broker = await startTestBroker({ users: { alice: 'secret' }, tls: server, topics: ['orders'] })
  for (const mechanism of saslMechanisms) {
    const sasl = { mechanism, username: 'alice', password: 'secret' }
    await using client = await connect({ brokers: [broker.brokers], tls: { ca }, sasl })
    expect(await client.admin().listTopics()).toHaveLength(1)
    await using wrong = await connect({ brokers: [broker.brokers], tls: { ca }, sasl: { ...sasl, password: 'x' } })
    await expect(wrong.ready()).rejects.toMatchObject({ code: 'SASL_AUTHENTICATION_FAILED' })
  }
})

test('time passes when the test says so: records go when their retention is over', async () => {
  await using broker = await startTestBroker({
    clock: manualClock(),
    configs: { 'log.retention.check.interval.ms': '60000', 'log.segment.bytes': '1048576' },
    topics: [{ name: 'orders', configs: { 'retention.ms': '3600000' } }],
  })
  const producer = broker.rafka.producer()
  const timestamp = broker.clock.now()
  await producer.send({ topic: 'orders', value: 'soon gone', timestamp })
  broker.clock.advance(3 * 3_600_000)
  await expect
    .poll(async () => (await broker.rafka.admin().listOffsets([{ topic: 'orders', partition: 0 }], 'start'))[0]!.offset)
    .toBe(1)
})

test('a topic that cannot be created is an error of the start', async () => {
  await expect(startTestBroker({ topics: ['no/slash'] })).rejects.toThrow(/topic "no\/slash" of the test broker/)
})
