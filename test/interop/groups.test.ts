import { type MessagesStream, Consumer as PlatformaticConsumer } from '@platformatic/kafka'
import { Kafka, logLevel } from 'kafkajs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { connect } from '../../src/connect.ts'
import { hasKcat } from '../support/kcat.ts'
import { KcatMember } from '../support/kcat-member.ts'
import { until } from '../support/served.ts'
import { type ServedBroker, serveBroker } from '../support/served-broker.ts'

const partitions = 6
const configs = { 'group.initial.rebalance.delay.ms': '0', 'group.consumer.heartbeat.interval.ms': '50' }

/** A consumer that is a member of a group, and what it has received. */
interface Member {
  readonly values: readonly string[]
  /** Commits what it has read, and goes. */
  leave(): Promise<void>
  /** Goes without a word. */
  die?(): void
}

/** Joins the group `readers` and reads the topic `t` from its start. */
type Join = (broker: ServedBroker) => Promise<Member>

const kafkajsMember: Join = async ({ brokers }) => {
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({
    groupId: 'readers',
    heartbeatInterval: 50,
    sessionTimeout: 6000,
    rebalanceTimeout: 8000,
  })
  const values: string[] = []
  await consumer.connect()
  await consumer.subscribe({ topic: 't', fromBeginning: true })
  await consumer.run({ eachMessage: async ({ message }) => void values.push(String(message.value)) })
  let left: Promise<void> | undefined
  const leave = () => {
    left ??= consumer.disconnect()
    return left
  }
  onTestFinished(leave)
  return { values, leave }
}

const platformaticMember =
  (groupProtocol: 'classic' | 'consumer'): Join =>
  async ({ brokers }) => {
    const consumer = new PlatformaticConsumer({
      clientId: 'platformatic',
      groupId: 'readers',
      groupProtocol,
      bootstrapBrokers: [brokers],
      autocommit: 100,
      heartbeatInterval: 50,
      sessionTimeout: 6000,
      rebalanceTimeout: 8000,
      maxWaitTime: 100,
    })
    const values: string[] = []
    const stream: MessagesStream<Buffer, Buffer, Buffer, Buffer> = await consumer.consume({
      topics: ['t'],
      mode: 'committed',
      fallbackMode: 'earliest',
    })
    stream.on('data', ({ value }) => values.push(String(value)))
    let left: Promise<void> | undefined
    const leave = () => {
      left ??= stream.close().then(() => consumer.close(true))
      return left
    }
    onTestFinished(leave)
    return { values, leave }
  }

const kcatMember: Join = async ({ brokers }) => {
  const member = new KcatMember(brokers, 'readers', 't')
  onTestFinished(() => member.leave())
  return member
}

const clients: Array<[string, Join]> = [
  ['kafkajs', kafkajsMember],
  ['@platformatic/kafka', platformaticMember('classic')],
  ['@platformatic/kafka, with the new protocol', platformaticMember('consumer')],
  ...(hasKcat ? [['kcat', kcatMember] as [string, Join]] : []),
]

describe.each(clients)('a group of members of %s', (_, join) => {
  it('shares the partitions, goes on when one goes and one comes, and loses no record', {
    timeout: 60_000,
  }, async () => {
    await using broker = await serveBroker({ configs: { ...configs, 'group.initial.rebalance.delay.ms': '100' } })
    const load = await startLoad(broker)
    const members = await Promise.all([join(broker), join(broker), join(broker)])
    await until(() => members.every(({ values }) => values.length > 0))
    // kcat that is told to end under load commits a record that it does not print, so it has to die instead.
    if (members[0]!.die === undefined) await members[0]!.leave()
    else members[0]!.die()
    const newcomer = await join(broker)
    await until(() => newcomer.values.length > 0)
    const sent = await load.stop()
    const received = () => new Set([...members, newcomer].flatMap(({ values }) => values))
    await until(() => received().size === sent.length)
    expect([...received()].sort()).toEqual([...sent].sort())
    await Promise.all([...members, newcomer].map((member) => member.leave()))
  })

  it('goes on from what it has committed', { timeout: 60_000 }, async () => {
    await using broker = await serveBroker({ configs })
    const load = await startLoad(broker)
    const first = await join(broker)
    await until(() => first.values.length > 0)
    const before = await load.stop()
    await until(() => new Set(first.values).size === before.length)
    await first.leave()
    const committed = await committedOffsets(broker)
    expect(committed.reduce((sum, offset) => sum + offset, 0)).toBe(before.length)
    const again = await startLoad(broker, 'second')
    const second = await join(broker)
    await until(() => second.values.length > 0)
    const after = await again.stop()
    await until(() => new Set(second.values).size === after.length)
    expect([...new Set(second.values)].sort()).toEqual([...after].sort())
    await second.leave()
  })
})

it('a member of @platformatic/kafka with the new protocol makes a group of that', { timeout: 60_000 }, async () => {
  await using broker = await serveBroker({ configs })
  const load = await startLoad(broker)
  const member = await platformaticMember('consumer')(broker)
  await until(() => member.values.length > 0)
  await load.stop()
  await using rafka = await connect({ brokers: [broker.brokers] })
  const described = await rafka.admin().describeGroups(['readers'])
  expect(described).toMatchObject([{ type: 'consumer', state: 'Stable', members: [{ clientId: 'platformatic' }] }])
  expect(described[0]?.members[0]?.partitions).toHaveLength(partitions)
  await member.leave()
})

/** Writes record after record to the topic `t`, round the partitions, until it is stopped. */
async function startLoad({ brokers }: ServedBroker, name = 'first'): Promise<{ stop(): Promise<string[]> }> {
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: 't', numPartitions: partitions }] })
  await admin.disconnect()
  const producer = kafka.producer()
  await producer.connect()
  const sent: string[] = []
  let isStopped = false
  const work = (async () => {
    // Slow enough that the members, which are slower than a tight loop, keep up.
    while (!isStopped) {
      const values = Array.from({ length: partitions }, (__, index) => `${name}-${sent.length + index}`)
      await producer.send({ topic: 't', messages: values.map((value, partition) => ({ value, partition })) })
      sent.push(...values)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await producer.disconnect()
  })()
  return {
    async stop() {
      isStopped = true
      await work
      return sent
    },
  }
}

async function committedOffsets({ brokers }: ServedBroker): Promise<number[]> {
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  const [topic] = await admin.fetchOffsets({ groupId: 'readers', topics: ['t'] })
  await admin.disconnect()
  return topic!.partitions.map(({ offset }) => Number(offset))
}
