import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BaseOptions, Consumer, MessagesStreamModes, ProduceAcks, Producer } from '@platformatic/kafka'
import { Kafka, logLevel, type SASLOptions } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SaslMechanism, saslMechanisms } from '../../src/core/sasl.ts'
import { type Certificates, makeCertificates } from '../support/certificates.ts'
import { hasKcat, kcat } from '../support/kcat.ts'
import { type ServedBroker, serveBroker } from '../support/served-broker.ts'
import { addUser } from '../support/users.ts'

/** Who a client says it is. */
interface Login {
  readonly mechanism: SaslMechanism
  readonly username: string
  readonly password: string
}

/** Sends one record, and reads it back from the start of its topic. Rejects when it is not let in. */
interface Client {
  readonly name: string
  passOn(brokers: string, login: Login, tls: boolean, topic: string, value: string): Promise<string>
}

const USER = 'alice, =the= first'
const PASSWORD = 'p,a=s"s\\w ö☃'

let certificates: Certificates
let directory: string
let caFile: string
const brokers = new Map<boolean, ServedBroker>()

beforeAll(async () => {
  certificates = await makeCertificates()
  directory = await mkdtemp(join(tmpdir(), 'rafka-sasl-'))
  caFile = join(directory, 'ca.pem')
  await writeFile(caFile, certificates.ca)
  for (const tls of [false, true]) {
    const broker = await serveBroker({
      sasl: saslMechanisms,
      configs: { 'group.initial.rebalance.delay.ms': '0' },
      limits: { failedAuthenticationDelayMs: 1 },
      ...(tls ? { tls: certificates.server } : {}),
    })
    await addUser(broker.broker, USER, PASSWORD)
    brokers.set(tls, broker)
  }
})

afterAll(async () => {
  for (const broker of brokers.values()) await broker[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

const kafkajsClient: Client = {
  name: 'kafkajs',
  async passOn(brokers, { mechanism, username, password }, tls, topic, value) {
    const kafka = new Kafka({
      brokers: [brokers],
      sasl: { mechanism: mechanism.toLowerCase(), username, password } as SASLOptions,
      ssl: tls ? { ca: certificates.ca } : false,
      logLevel: logLevel.NOTHING,
      retry: { retries: 0 },
    })
    const producer = kafka.producer()
    const consumer = kafka.consumer({ groupId: topic })
    try {
      await producer.connect()
      await producer.send({ topic, messages: [{ value }] })
      await consumer.connect()
      await consumer.subscribe({ topic, fromBeginning: true })
      return await new Promise<string>((resolve, reject) => {
        const eachMessage = async ({ message }: { message: { value: Buffer | null } }) => resolve(String(message.value))
        consumer.run({ eachMessage }).catch(reject)
      })
    } finally {
      await Promise.all([producer.disconnect(), consumer.disconnect()])
    }
  },
}

const platformaticClient: Client = {
  name: '@platformatic/kafka',
  async passOn(brokers, { mechanism, username, password }, tls, topic, value) {
    const connection: BaseOptions = {
      clientId: 'interop',
      bootstrapBrokers: [brokers],
      sasl: { mechanism, username, password },
      ...(tls ? { tls: { ca: certificates.ca } } : {}),
      retries: 0,
      connectTimeout: 5_000,
    }
    const producer = new Producer({ ...connection, autocreateTopics: true })
    const consumer = new Consumer({ ...connection, groupId: topic })
    try {
      const sent = { topic, value: Buffer.from(value) }
      await producer.send({ messages: [sent], acks: ProduceAcks.ALL })
      const stream = await consumer.consume({ topics: [topic], mode: MessagesStreamModes.EARLIEST, maxWaitTime: 50 })
      for await (const message of stream) return String(message.value)
      throw new Error('the stream ended')
    } finally {
      await producer.close()
      await consumer.close()
    }
  },
}

const kcatClient: Client = {
  name: 'kcat',
  async passOn(brokers, { mechanism, username, password }, tls, topic, value) {
    const settings = {
      'security.protocol': tls ? 'sasl_ssl' : 'sasl_plaintext',
      'sasl.mechanism': mechanism,
      'sasl.username': username,
      'sasl.password': password,
      ...(tls ? { 'ssl.ca.location': caFile } : {}),
    }
    const flags = Object.entries(settings).flatMap(([key, setting]) => ['-X', `${key}=${setting}`])
    await kcat(brokers, ['-P', '-t', topic, '-X', 'message.timeout.ms=3000', ...flags], value)
    return (await kcat(brokers, ['-C', '-t', topic, '-e', '-q', '-c', '1', '-D', '', ...flags])).toString()
  },
}

const clients = [kafkajsClient, platformaticClient, ...(hasKcat ? [kcatClient] : [])]
const cases = clients.flatMap((client) =>
  saslMechanisms.flatMap((mechanism) =>
    [false, true].map((tls) => ({ client, name: client.name, mechanism, tls, over: tls ? 'TLS' : 'plain sockets' })),
  ),
)

describe('clients that say who they are', () => {
  it.each(cases)('$name with $mechanism over $over', async ({ client, mechanism, tls }) => {
    const broker = brokers.get(tls)!
    const topic = `t-${client.name.replaceAll(/\W/g, '')}-${mechanism}`
    const value = `said over ${mechanism}`
    const login = { mechanism, username: USER, password: PASSWORD }
    expect(await client.passOn(broker.brokers, login, tls, topic, value)).toBe(value)
  })

  it.each(clients)('S3: $name is not let in with a wrong password', async (client) => {
    for (const mechanism of saslMechanisms) {
      const login = { mechanism, username: USER, password: 'wrong' }
      const attempt = client.passOn(brokers.get(false)!.brokers, login, false, 'never', 'x')
      await expect(attempt).rejects.toThrow()
    }
  })
})
