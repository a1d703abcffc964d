import { Consumer, type MessagesStream } from '@platformatic/kafka'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '../../src/connect.ts'
import { hasKcat, kcat } from '../support/kcat.ts'
import { until } from '../support/served.ts'
import { type ServedBroker, serveBroker } from '../support/served-broker.ts'

const HOUR_MS = 3_600_000

/** Topic `t` has the numbers 0 to 9, written an hour from each other. */
describe('a reader that goes to a place of its own', () => {
  let broker: ServedBroker
  const firstTimestamp = Date.now() - 20 * HOUR_MS
  beforeAll(async () => {
    broker = await serveBroker({ configs: { 'group.initial.rebalance.delay.ms': '0' } })
    await using rafka = await connect({ brokers: [broker.brokers] })
    await rafka.admin().createTopics([{ name: 't', partitions: 1 }])
    await using producer = rafka.producer()
    const numbers = Array.from({ length: 10 }, (_, number) => number)
    await producer.sendAll(
      numbers.map((number) => ({ topic: 't', value: `${number}`, timestamp: firstTimestamp + number * HOUR_MS })),
    )
  })
  afterAll(() => broker[Symbol.asyncDispose]())

  it('kafkajs seeks forth and back, pauses, and finds offsets by time', async () => {
    const kafka = new Kafka({ brokers: [broker.brokers], logLevel: logLevel.NOTHING })
    const admin = kafka.admin()
    await admin.connect()
    const found = await admin.fetchTopicOffsetsByTimestamp('t', firstTimestamp + 3 * HOUR_MS)
    expect(found).toEqual([{ partition: 0, offset: '3' }])
    await admin.disconnect()

    const consumer = kafka.consumer({ groupId: 'seeks', maxWaitTimeInMs: 50 })
    await consumer.connect()
    await consumer.subscribe({ topic: 't', fromBeginning: true })
    const values: string[] = []
    await consumer.run({ eachMessage: async ({ message }) => void values.push(String(message.value)) })
    consumer.seek({ topic: 't', partition: 0, offset: '7' })
    await until(() => values.at(-1) === '9' && values.length >= 3)
    expect(values.slice(-3)).toEqual(['7', '8', '9'])
    consumer.pause([{ topic: 't' }])
    consumer.seek({ topic: 't', partition: 0, offset: '2' })
    const before = values.length
    consumer.resume([{ topic: 't' }])
    await until(() => values.length === before + 8)
    expect(values.slice(before)).toEqual(['2', '3', '4', '5', '6', '7', '8', '9'])
    await consumer.disconnect()
  })

  it('@platformatic/kafka reads from an offset, and finds offsets by time', async () => {
    const consumer = new Consumer({
      clientId: 'interop',
      groupId: 'manual',
      bootstrapBrokers: [broker.brokers],
      autocommit: false,
      maxWaitTime: 50,
    })
    const found = await consumer.listOffsetsWithTimestamps({
      topics: ['t'],
      timestamp: BigInt(firstTimestamp + 4 * HOUR_MS - 1),
    })
    expect(found.get('t')?.get(0)).toEqual({ offset: 4n, timestamp: BigInt(firstTimestamp + 4 * HOUR_MS) })
    const read = async (offset: number): Promise<string[]> => {
      const stream: MessagesStream<Buffer, Buffer, Buffer, Buffer> = await consumer.consume({
        topics: ['t'],
        mode: 'manual',
        offsets: [{ topic: 't', partition: 0, offset: BigInt(offset) }],
      })
      const values: string[] = []
      for await (const { value } of stream) {
        values.push(String(value))
        if (values.at(-1) === '9') break
      }
      return values
    }
    expect(await read(6)).toEqual(['6', '7', '8', '9'])
    expect(await read(3)).toEqual(['3', '4', '5', '6', '7', '8', '9'])
    consumer.close(true)
  })

  it.runIf(hasKcat)('kcat reads from an offset, from the end, and between two times', async () => {
    const read = async (...places: string[]) => {
      const args = places.flatMap((place) => ['-o', place])
      const out = await kcat(broker.brokers, ['-C', '-t', 't', '-p', '0', '-e', '-q', '-f', '%s ', ...args])
      return out.toString().trim()
    }
    expect(await read('5')).toBe('5 6 7 8 9')
    expect(await read('-2')).toBe('8 9')
    expect(await read(`s@${firstTimestamp + 2 * HOUR_MS}`, `e@${firstTimestamp + 5 * HOUR_MS}`)).toBe('2 3 4')
  })
})
