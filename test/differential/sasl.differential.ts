import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type ConnectOptions, connect } from '../../src/connect.ts'
import type { Rafka } from '../../src/core/rafka.ts'
import { type Certificates, makeCertificates } from '../support/certificates.ts'
import { launcher } from './launcher.ts'
import { type SecuredBroker, type SecuredSettings, startSecuredKafka } from './secured-kafka.ts'
import { startSecuredRafka } from './secured-rafka.ts'

const settings: SecuredSettings = { user: 'me', password: 'secret', maxReauthMs: 2_000 }
const mechanisms = ['PLAIN', 'SCRAM-SHA-512'] as const
let certificates: Certificates
beforeAll(async () => {
  certificates = await makeCertificates()
})

/** What our client meets at both. */
describe.each([
  ['Kafka', startSecuredKafka],
  ['Rafka', startSecuredRafka],
] as const)('a client of %s', (name, start) => {
  if (name === 'Kafka' && !existsSync(launcher)) return test.skip('there is no Kafka')
  let broker: SecuredBroker
  beforeAll(async () => {
    broker = await start(certificates, settings)
    const rafka = await clientOf(broker.plaintext, {}, afterAll)
    await rafka.admin().createTopics([{ name: 'orders', partitions: 1 }])
    const { user, password } = settings
    const set = () => rafka.admin().setCredentials([{ user, password, mechanism: 'SCRAM-SHA-512' }])
    expect(await set()).toEqual([{ name: user, error: null }])
  })
  afterAll(() => broker[Symbol.asyncDispose]())

  const sasl = { mechanism: 'SCRAM-SHA-512', username: settings.user, password: settings.password } as const
  const tls = () => ({ ca: certificates.ca })

  async function clientOf(
    brokers: string,
    options: Partial<ConnectOptions>,
    finally_: (close: () => Promise<void>) => void = onTestFinished,
  ): Promise<Rafka> {
    const rafka = await connect({ brokers: [brokers], ...options })
    finally_(() => rafka.close())
    return rafka
  }

  async function refusalOf(brokers: string, options: Partial<ConnectOptions>): Promise<unknown> {
    const rafka = await clientOf(brokers, { ...options, firstContactMs: 600_000 })
    return await rafka
      .admin()
      .listTopics()
      .catch((error: unknown) => error)
  }

  test.each(mechanisms)('is let in with %s, with TLS and without', async (mechanism) => {
    // What Kafka was told of users reaches its listeners a little later.
    for (const [brokers, options] of [
      [broker.saslPlaintext, {}],
      [broker.saslSsl, { tls: tls() }],
    ] as const) {
      const listed = async () => {
        const rafka = await clientOf(brokers, { ...options, sasl: { ...sasl, mechanism } })
        return (await rafka.admin().listTopics()).map((topic) => topic.name)
      }
      await expect.poll(listed, { timeout: 10_000 }).toContain('orders')
    }
  })

  test.each(mechanisms)('with a wrong password is not let in with %s', async (mechanism) => {
    for (const brokers of [broker.saslPlaintext, broker.saslSsl]) {
      const options = brokers === broker.saslSsl ? { tls: tls() } : {}
      const error = await refusalOf(brokers, { ...options, sasl: { ...sasl, mechanism, password: 'wrong' } })
      expect(error).toMatchObject({ code: 'SASL_AUTHENTICATION_FAILED' })
    }
  })

  test('learns which mechanisms there are', async () => {
    const error = await refusalOf(broker.saslPlaintext, { sasl: { ...sasl, mechanism: 'SCRAM-SHA-256' } })
    expect(error).toMatchObject({
      code: 'UNSUPPORTED_SASL_MECHANISM',
      message: expect.stringContaining('it offers PLAIN, SCRAM-SHA-512'),
    })
  })

  test.each<[string, () => [string, Partial<ConnectOptions>], string, string]>([
    ['SASL where none is wanted', () => [broker.plaintext, { sasl }], 'ILLEGAL_SASL_STATE', 'wants no SASL'],
    ['no SASL where it is wanted', () => [broker.saslPlaintext, {}], 'ILLEGAL_SASL_STATE', 'wants SASL (PLAIN, '],
    ['no SASL in TLS', () => [broker.saslSsl, { tls: tls() }], 'ILLEGAL_SASL_STATE', 'wants SASL (PLAIN, '],
    ['no TLS where it is wanted', () => [broker.ssl, {}], 'TLS_FAILED', 'speaks TLS'],
    ['TLS where none is spoken', () => [broker.plaintext, { tls: tls() }], 'TLS_FAILED', 'speaks no TLS'],
    ['no authority', () => [broker.ssl, { tls: true }], 'TLS_FAILED', 'set tls.ca'],
  ])('with %s hears at once what is wrong', async (_, connection, code, message) => {
    const error = await refusalOf(...connection())
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) })
  })

  test.each(mechanisms)('renews its session with %s while records come and go', async (mechanism) => {
    let asked = 0
    const password = () => {
      asked += 1
      return settings.password
    }
    const rafka = await clientOf(broker.saslSsl, { tls: tls(), sasl: { ...sasl, mechanism, password } })
    const producer = rafka.producer()
    const got: string[] = []
    const consumer = rafka.consumer({ topics: ['orders'], from: 'end' })
    const reading = (async () => {
      for await (const { value } of consumer) got.push(String(value))
    })()
    const sent: string[] = []
    await expect
      .poll(
        async () => {
          sent.push(`${mechanism} ${sent.length}`)
          await producer.send({ topic: 'orders', value: sent.at(-1)! })
          return asked
        },
        // Each of its connections logs in, and then again and again.
        { timeout: 20_000, interval: 100 },
      )
      .toBeGreaterThan(10)
    await expect.poll(() => got.at(-1), { timeout: 10_000 }).toBe(sent.at(-1))
    expect(got).toEqual(sent.slice(-got.length))
    await consumer.close()
    await reading
  })
})
