import { Consumer, ProduceAcks, Producer } from '@platformatic/kafka'
import { CompressionTypes, type EachMessageHandler, Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../../src/client/create-client.ts'
import { tcpDialer } from '../../src/client/transports/tcp-dialer.ts'
import type { CompressionName } from '../../src/core/message.ts'
import { hasKcat, kcat, kcatRead } from '../support/kcat.ts'
import { type ServedBroker, serveBroker } from '../support/served-broker.ts'

interface Sent {
  readonly key: string | null
  readonly value: string | null
  readonly headers: ReadonlyArray<readonly [string, string]>
}

/** Sends records in order to one topic. */
interface Writer {
  readonly name: string
  readonly codecs: readonly CompressionName[]
  send(broker: ServedBroker, topic: string, records: readonly Sent[], codec: CompressionName): Promise<void>
}

/** Also without a key, and tombstones. */
const records: Sent[] = Array.from({ length: 50 }, (_, index) => ({
  key: index % 10 === 7 ? null : `key-${index % 7}`,
  value: index % 10 === 4 ? null : `value ${index} ${'é☃'.repeat(index)}`,
  headers: [['trace', 'abc']],
}))

const kcatWriter: Writer = {
  name: 'kcat',
  codecs: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
  async send({ brokers }, topic, sent, codec) {
    // With -Z what is empty is null.
    const lines = sent.map(({ key, value }) => `${key ?? ''}:${value ?? ''}\n`).join('')
    await kcat(brokers, ['-P', '-t', topic, '-K', ':', '-Z', '-H', 'trace=abc', '-z', codec], lines)
  },
}

const kafkajsWriter: Writer = {
  name: 'kafkajs',
  codecs: ['none', 'gzip'],
  async send({ brokers }, topic, sent, codec) {
    const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING })
    const producer = kafka.producer({ allowAutoTopicCreation: true })
    await producer.connect()
    const messages = sent.map(({ key, value, headers }) => ({ key, value, headers: Object.fromEntries(headers) }))
    const compression = codec === 'gzip' ? CompressionTypes.GZIP : CompressionTypes.None
    await producer.send({ topic, messages, compression })
    await producer.disconnect()
  },
}

const platformaticWriter: Writer = {
  name: '@platformatic/kafka',
  codecs: ['none', 'gzip', 'snappy', 'lz4'],
  async send({ brokers }, topic, sent, codec) {
    const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({
      clientId: 'interop',
      bootstrapBrokers: [brokers],
      autocreateTopics: true,
      idempotent: true,
    })
    const messages = sent.map(({ key, value, headers }) => ({
      topic,
      ...(key === null ? {} : { key: Buffer.from(key) }),
      ...(value === null ? {} : { value: Buffer.from(value) }),
      headers: new Map(headers.map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
    }))
    await producer.send({ messages, compression: codec as 'none' | 'gzip', acks: ProduceAcks.ALL })
    await producer.close()
  },
}

const rafkaWriter: Writer = {
  name: 'rafka',
  codecs: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
  async send({ brokers }, topic, sent, codec) {
    await using rafka = createClient({ dialer: tcpDialer({ brokers: [brokers] }) })
    const producer = rafka.producer({ compression: codec })
    await producer.sendAll(
      sent.map(({ key, value, headers }) => ({
        topic,
        key,
        value,
        headers: headers.map(([name, text]) => ({ key: name, value: text })),
      })),
    )
  },
}

const textOf = (bytes: Buffer | null | undefined) => bytes?.toString() ?? null

/** What kafkajs reads from the start, as many as were written. */
async function kafkajsRead({ brokers }: ServedBroker, topic: string): Promise<Sent[]> {
  const consumer = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).consumer({
    groupId: `reads ${topic}`,
    maxWaitTimeInMs: 100,
  })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const read: Sent[] = []
  await new Promise<void>((resolve, reject) => {
    const eachMessage: EachMessageHandler = async ({ message: { key, value, headers } }) => {
      const pairs = Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)] as const)
      read.push({ key: textOf(key), value: textOf(value), headers: pairs })
      if (read.length === records.length) resolve()
    }
    consumer.run({ eachMessage }).catch(reject)
  })
  await consumer.disconnect()
  return read
}

/** What @platformatic/kafka reads without joining a group: one fetch. */
async function platformaticRead({ brokers }: ServedBroker, topic: string) {
  const consumer = new Consumer({ clientId: 'interop', groupId: 'unused', bootstrapBrokers: [brokers] })
  try {
    const topicId = (await consumer.metadata({ topics: [topic] })).topics.get(topic)!.id
    const partition = {
      partition: 0,
      currentLeaderEpoch: -1,
      fetchOffset: 0n,
      lastFetchedEpoch: -1,
      partitionMaxBytes: 2 ** 20,
    }
    const topics = [{ topicId, partitions: [partition] }]
    const { responses } = await consumer.fetch({ node: 1, topics, minBytes: 1, maxBytes: 2 ** 20, maxWaitTime: 10 })
    const found = responses[0]!.partitions[0]!.records!.flatMap((batch) => batch.records)
    return found.map(({ key, value, headers }) => ({
      key: textOf(key),
      value: textOf(value),
      headers: headers.map(([name, text]) => [String(name), String(text)]),
    }))
  } finally {
    await consumer.close()
  }
}

const writers = [...(hasKcat ? [kcatWriter] : []), kafkajsWriter, platformaticWriter, rafkaWriter]

describe.each(['memory', 'sqlite'] as const)('records on the %s engine', (engine) => {
  let broker: ServedBroker
  beforeAll(async () => {
    broker = await serveBroker({ engine, configs: { 'group.initial.rebalance.delay.ms': '0' } })
  })
  afterAll(() => broker[Symbol.asyncDispose]())

  const cases = writers.flatMap((writer) => writer.codecs.map((codec) => ({ writer, codec, name: writer.name })))

  it.each(cases)('written by $name with $codec are read by every reader, byte for byte', async ({ writer, codec }) => {
    const topic = `${writer.name.replaceAll(/\W/g, '')}-${codec}`
    await writer.send(broker, topic, records, codec)
    if (hasKcat) {
      const read = await kcatRead(broker.brokers, topic)
      expect(read.map(({ key, value, headers }) => ({ key: textOf(key), value: textOf(value), headers }))).toEqual(
        records.map(({ key, value }) => ({ key, value, headers: 'trace=abc' })),
      )
    }
    if (codec !== 'zstd') {
      const read = await platformaticRead(broker, topic)
      expect(read).toEqual(records)
    }
    if (codec === 'none' || codec === 'gzip') expect(await kafkajsRead(broker, topic)).toEqual(records)
    await using rafka = createClient({ dialer: tcpDialer({ brokers: [broker.brokers] }) })
    const messages = []
    for await (const message of rafka.consumer({ topics: [topic], to: 'end' })) messages.push(message)
    expect(
      messages.map(({ key, value, headers }) => ({
        key: textOf(key),
        value: textOf(value),
        headers: headers.map((header) => [header.key, header.value?.toString()]),
      })),
    ).toEqual(records)
    expect(messages.map(({ offset }) => offset)).toEqual(records.map((_, offset) => offset))
  })
})
