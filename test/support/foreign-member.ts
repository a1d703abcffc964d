import { createInterface } from 'node:readline'
import { Consumer, type MessagesStream } from '@platformatic/kafka'
import { Kafka, logLevel } from 'kafkajs'

/**
 * A program that is a member of the group `readers` and reads the topic `t`, by a client that we did not write. Run with the client and
 * the broker's address. Writes a line for each record, its value, before its offset is committed, and `left` when it has left as it was
 * told to by a line `leave`; a line `join` lets it come back.
 */
const [client, brokers] = process.argv.slice(2) as [ForeignClient, string]

export type ForeignClient = 'kafkajs' | 'platformatic' | 'platformatic-consumer'

/** Leaves the group. */
type Leave = () => Promise<void>

const timeouts = { heartbeatInterval: 50, sessionTimeout: 1000, rebalanceTimeout: 3000 }
const tell = (line: string) => void process.stdout.write(`${line}\n`)

async function joinKafkajs(): Promise<Leave> {
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING, retry: { initialRetryTime: 50 } })
  const consumer = kafka.consumer({ groupId: 'readers', ...timeouts, maxWaitTimeInMs: 100 })
  await consumer.connect()
  await consumer.subscribe({ topic: 't', fromBeginning: true })
  await consumer.run({ autoCommitInterval: 50, eachMessage: async ({ message }) => tell(String(message.value)) })
  return () => consumer.disconnect()
}

async function joinPlatformatic(groupProtocol: 'classic' | 'consumer'): Promise<Leave> {
  const consumer = new Consumer({
    clientId: 'platformatic',
    groupId: 'readers',
    groupProtocol,
    bootstrapBrokers: [brokers],
    autocommit: false,
    maxWaitTime: 100,
    ...timeouts,
  })
  const stream: MessagesStream<Buffer, Buffer, Buffer, Buffer> = await consumer.consume({
    topics: ['t'],
    mode: 'committed',
    fallbackMode: 'earliest',
  })
  const reading = (async () => {
    for await (const message of stream) {
      tell(String(message.value))
      // A commit that a rebalance refuses is one that its next owner makes.
      await Promise.resolve(message.commit()).catch(() => {})
    }
  })()
  // Its type does not say so, but it is a promise that `close` gives.
  return () =>
    stream
      .close()
      .then(() => reading)
      .then(() => consumer.close(true))
}

const join = () =>
  client === 'kafkajs' ? joinKafkajs() : joinPlatformatic(client === 'platformatic' ? 'classic' : 'consumer')

let leave = await join()
for await (const line of createInterface(process.stdin)) {
  if (line === 'join') leave = await join()
  else {
    await leave()
    tell('left')
  }
}
process.exit()
