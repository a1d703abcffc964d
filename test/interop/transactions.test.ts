import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  FetchIsolationLevels,
  Consumer as PlatformaticConsumer,
  ProduceAcks,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '../../src/connect.ts'
import { hasKcat, kcat } from '../support/kcat.ts'
import { type ServedBroker, serveBroker } from '../support/served-broker.ts'

const group = 'copiers'
const configs = { 'group.initial.rebalance.delay.ms': '0' }

/** Somebody who writes in transactions. */
interface TransactionalWriter {
  readonly name: string
  /** Writes each list of values in a transaction of its own, and ends it so. */
  run(
    broker: ServedBroker,
    topic: string,
    transactions: ReadonlyArray<readonly [values: readonly string[], end: 'commit' | 'abort']>,
  ): Promise<void>
}

const kafkajsWriter: TransactionalWriter = {
  name: 'kafkajs',
  async run({ brokers }, topic, transactions) {
    const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING, retry: { initialRetryTime: 20 } })
    const producer = kafka.producer({ transactionalId: `kafkajs-${topic}`, maxInFlightRequests: 1, idempotent: true })
    await producer.connect()
    for (const [values, end] of transactions) {
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: values.map((value) => ({ value })) })
      await transaction[end]()
    }
    await producer.disconnect()
  },
}

const platformaticWriter: TransactionalWriter = {
  name: '@platformatic/kafka',
  async run({ brokers }, topic, transactions) {
    const producer = new Producer({
      clientId: 'interop',
      bootstrapBrokers: [brokers],
      transactionalId: `platformatic-${topic}`,
      idempotent: true,
      autocreateTopics: true,
      serializers: stringSerializers,
    })
    for (const [values, end] of transactions) {
      const transaction = await producer.beginTransaction()
      await transaction.send({ messages: values.map((value) => ({ topic, value })), acks: ProduceAcks.ALL })
      await transaction[end]()
    }
    await producer.close()
  },
}

/** What each reader sees of a topic: kcat, which is librdkafka, with either isolation; kafkajs and platformatic read what is committed. */
async function kcatValues({ brokers }: ServedBroker, topic: string, isolation: string): Promise<string[]> {
  const out = await kcat(brokers, ['-C', '-t', topic, '-e', '-q', '-X', `isolation.level=${isolation}`, '-f', '%s\n'])
  return out.toString().split('\n').slice(0, -1)
}

async function kafkajsValues({ brokers }: ServedBroker, topic: string, count: number): Promise<string[]> {
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId: `kafkajs-${topic}`, readUncommitted: false, maxWaitTimeInMs: 100 })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  const values: string[] = []
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: async ({ message }) => {
          values.push(message.value!.toString())
          if (values.length === count) resolve()
        },
      })
      .catch(reject)
  })
  await consumer.disconnect()
  return values
}

async function platformaticValues({ brokers }: ServedBroker, topic: string, count: number): Promise<string[]> {
  const consumer = new PlatformaticConsumer({
    clientId: 'interop',
    groupId: `platformatic-${topic}`,
    bootstrapBrokers: [brokers],
    deserializers: stringDeserializers,
  })
  const stream: AsyncIterable<{ readonly value: string }> = await consumer.consume({
    topics: [topic],
    mode: 'earliest',
    isolationLevel: FetchIsolationLevels.READ_COMMITTED,
    autocommit: false,
    maxWaitTime: 100,
  })
  const values: string[] = []
  for await (const message of stream) {
    values.push(message.value)
    if (values.length === count) break
  }
  consumer.close(true)
  return values
}

describe.each(['memory', 'sqlite'] as const)('transactions on the %s engine', (engine) => {
  let broker: ServedBroker
  beforeAll(async () => {
    broker = await serveBroker({ engine, configs })
  })
  afterAll(() => broker[Symbol.asyncDispose]())

  it.each([kafkajsWriter, platformaticWriter])('of $name are read as they ended by every client', async (writer) => {
    const topic = `ends-${writer.name.replaceAll(/\W/g, '')}`
    await writer.run(broker, topic, [
      [['a1', 'a2'], 'commit'],
      [['lost1'], 'abort'],
      [['b1'], 'commit'],
      [['lost2', 'lost3'], 'abort'],
      [['c1', 'c2', 'c3'], 'commit'],
    ])
    const committed = ['a1', 'a2', 'b1', 'c1', 'c2', 'c3']
    if (hasKcat) {
      expect(await kcatValues(broker, topic, 'read_committed')).toEqual(committed)
      expect(await kcatValues(broker, topic, 'read_uncommitted')).toHaveLength(9)
    }
    expect(await kafkajsValues(broker, topic, 6)).toEqual(committed)
  })

  it.runIf(hasKcat)(
    'of kcat are committed at the end of its input, and what one left that was killed is aborted by the next',
    async () => {
      const topic = 'of-kcat'
      const lines = Array.from({ length: 20_000 }, (_, line) => `lost ${line}\n`).join('')
      await using rafka = await connect({ brokers: [broker.brokers] })
      await rafka.admin().createTopics([{ name: topic, partitions: 1 }])
      const child = spawn('kcat', ['-b', broker.brokers, '-P', '-t', topic, '-X', 'transactional.id=kcat'])
      // It is killed before it has read all of it.
      child.stdin.on('error', () => {})
      child.stdin.write(lines)
      const written = async () => (await rafka.admin().listOffsets([{ topic, partition: 0 }], 'end'))[0]?.offset
      await expect.poll(written, { timeout: 20_000 }).toBeGreaterThan(0)
      const closed = once(child, 'close')
      child.kill('SIGKILL')
      await closed
      await kcat(broker.brokers, ['-P', '-t', topic, '-X', 'transactional.id=kcat'], 'kept 1\nkept 2\n')
      expect(await kcatValues(broker, topic, 'read_committed')).toEqual(['kept 1', 'kept 2'])
      expect((await kcatValues(broker, topic, 'read_uncommitted')).length).toBeGreaterThan(2)
    },
  )

  it('are read by @platformatic/kafka as they ended', async () => {
    // It goes wrong by itself where one answer has two aborted transactions of one producer.
    await kafkajsWriter.run(broker, 'one-abort', [
      [['a1'], 'commit'],
      [['lost1'], 'abort'],
      [['b1', 'b2'], 'commit'],
    ])
    expect(await platformaticValues(broker, 'one-abort', 3)).toEqual(['a1', 'b1', 'b2'])
  })

  it('of kafkajs commit the offsets of a group with their records, or neither', async () => {
    const kafka = new Kafka({ brokers: [broker.brokers], logLevel: logLevel.NOTHING, retry: { initialRetryTime: 20 } })
    const admin = kafka.admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic: 'input' }, { topic: 'output' }] })
    const producer = kafka.producer({ transactionalId: 'copier', maxInFlightRequests: 1, idempotent: true })
    await producer.connect()
    const offsetOf = async () =>
      (await admin.fetchOffsets({ groupId: group, topics: ['input'] }))[0]!.partitions[0]!.offset
    for (const [offset, end] of [
      ['3', 'commit'],
      ['9', 'abort'],
      ['5', 'commit'],
    ] as const) {
      const transaction = await producer.transaction()
      await transaction.send({ topic: 'output', messages: [{ value: `to ${offset}` }] })
      const topics = [{ topic: 'input', partitions: [{ partition: 0, offset }] }]
      await transaction.sendOffsets({ consumerGroupId: group, topics })
      await transaction[end]()
      expect(await offsetOf()).toBe(end === 'commit' ? offset : '3')
    }
    if (hasKcat) expect(await kcatValues(broker, 'output', 'read_committed')).toEqual(['to 3', 'to 5'])
    await Promise.all([admin.disconnect(), producer.disconnect()])
  })

  it('of @platformatic/kafka commit the offsets of its consumer with their records, or neither', async () => {
    await using rafka = await connect({ brokers: [broker.brokers] })
    await rafka
      .admin()
      .createTopics([{ name: 'read' }, { name: 'written' }].map((topic) => ({ ...topic, partitions: 1 })))
    await using plain = rafka.producer()
    await plain.sendAll(['a', 'b', 'c'].map((value) => ({ topic: 'read', value })))
    const consumer = new PlatformaticConsumer({
      clientId: 'interop',
      groupId: 'platformatic-copiers',
      bootstrapBrokers: [broker.brokers],
      deserializers: stringDeserializers,
      autocommit: false,
      maxWaitTime: 100,
    })
    const producer = new Producer({
      clientId: 'interop',
      bootstrapBrokers: [broker.brokers],
      transactionalId: 'platformatic-copier',
      idempotent: true,
      serializers: stringSerializers,
    })
    const stream = await consumer.consume({ topics: ['read'], mode: 'committed', fallbackMode: 'earliest' })
    const offsets: Array<number | undefined> = []
    for await (const message of stream) {
      const transaction = await producer.beginTransaction()
      await transaction.addConsumer(consumer)
      await transaction.send({ messages: [{ topic: 'written', value: message.value }], acks: ProduceAcks.ALL })
      await transaction.addOffset(message)
      await (message.value === 'b' ? transaction.abort() : transaction.commit())
      offsets.push((await rafka.admin().listGroupOffsets('platformatic-copiers'))[0]?.offset)
      if (message.value === 'c') break
    }
    expect(offsets).toEqual([1, 1, 3])
    if (hasKcat) expect(await kcatValues(broker, 'written', 'read_committed')).toEqual(['a', 'c'])
    consumer.close(true)
    await producer.close()
  })

  it('of a producer that comes back fence the one that was there before', async () => {
    const kafka = new Kafka({ brokers: [broker.brokers], logLevel: logLevel.NOTHING, retry: { initialRetryTime: 20 } })
    const start = async () => {
      const producer = kafka.producer({ transactionalId: 'one', maxInFlightRequests: 1, idempotent: true })
      await producer.connect()
      return producer
    }
    const old = await start()
    const left = await old.transaction()
    await left.send({ topic: 'fenced', messages: [{ value: 'left behind' }] })
    const next = await start()
    const transaction = await next.transaction()
    await expect(left.commit()).rejects.toThrow()
    await transaction.send({ topic: 'fenced', messages: [{ value: 'kept' }] })
    await transaction.commit()
    if (hasKcat) expect(await kcatValues(broker, 'fenced', 'read_committed')).toEqual(['kept'])
    await Promise.all([old.disconnect(), next.disconnect()])
  })
})
