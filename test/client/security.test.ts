import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { socketTransport } from '../../src/client/transports/socket-transport.ts'
import { type ConnectOptions, connect } from '../../src/connect.ts'
import { manualClock } from '../../src/core/clock.ts'
import type { Rafka } from '../../src/core/rafka.ts'
import { type SaslMechanism, saslMechanisms, scramMechanisms } from '../../src/core/sasl.ts'
import { metadata } from '../../src/protocol/apis/metadata.ts'
import { type ListenAddress, type ListenSettings, listen } from '../../src/server/listen.ts'
import { type BrokerFixture, startBroker } from '../support/broker-fixture.ts'
import { type Certificates, makeCertificates } from '../support/certificates.ts'
import { withScripts } from '../support/scripted-group.ts'

const password = 'top, secret=1'
let certificates: Certificates
let fixture: BrokerFixture

beforeAll(async () => {
  certificates = await makeCertificates()
  fixture = await startBroker()
  const port = await door({}, {}, afterAll)
  await using rafka = await connect({ brokers: [`127.0.0.1:${port}`] })
  const set = await rafka
    .admin()
    .setCredentials(scramMechanisms.map((mechanism) => ({ user: 'me', mechanism, password })))
  expect(set).toEqual([{ name: 'me', error: null }])
})
afterAll(() => fixture[Symbol.asyncDispose]())

/** The port of a listener of the broker, for the rest of the test. */
async function door(
  address: Partial<Extract<ListenAddress, { port: number }>>,
  settings: ListenSettings = {},
  finally_: (close: () => Promise<void>) => void = onTestFinished,
  broker = fixture.broker as Parameters<typeof listen>[0],
): Promise<number> {
  const listener = await listen(
    broker,
    { port: 0, ...address },
    { ...settings, limits: { drainMs: 200, ...settings.limits } },
  )
  finally_(() => listener.close())
  return listener.address!.port
}

async function clientOf(port: number, options: Partial<ConnectOptions>): Promise<Rafka> {
  const rafka = await connect({ brokers: [`127.0.0.1:${port}`], ...options })
  onTestFinished(() => rafka.close())
  return rafka
}

const saslOf = (mechanism: SaslMechanism, more: Partial<ConnectOptions['sasl'] & object> = {}) => ({
  mechanism,
  username: 'me',
  password,
  ...more,
})

/** The error of the first thing that a client asks for, and that it came at once and not after attempts for seconds. */
async function refusalOf(port: number, options: Partial<ConnectOptions>) {
  const rafka = await clientOf(port, { firstContactMs: 600_000, ...options })
  const error = await rafka
    .admin()
    .listTopics()
    .then(
      () => undefined,
      (reason: Error) => reason,
    )
  // With its causes and stacks.
  expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('secret')
  return error
}

describe.each([
  ['without TLS', () => ({ door: {}, client: {} })],
  ['over TLS', () => ({ door: { tls: certificates.server }, client: { tls: { ca: certificates.ca } } })],
] as const)('a user %s', (_, sides) => {
  test.each(saslMechanisms)('is let in with %s', async (mechanism) => {
    const port = await door({ sasl: saslMechanisms, ...sides().door })
    const rafka = await clientOf(port, { ...sides().client, sasl: saslOf(mechanism) })
    expect(await rafka.admin().listTopics()).toEqual([])
  })

  test.each(saslMechanisms)(
    'with the wrong password is not let in with %s, and hears it at once',
    async (mechanism) => {
      const port = await door({ sasl: saslMechanisms, ...sides().door })
      const error = await refusalOf(port, { ...sides().client, sasl: saslOf(mechanism, { password: 'secret too' }) })
      expect(error).toMatchObject({
        code: 'SASL_AUTHENTICATION_FAILED',
        message: expect.stringContaining(`127.0.0.1:${port} does not let the user "me" in with ${mechanism}: `),
      })
    },
  )

  test('learns which mechanisms there are', async () => {
    const port = await door({ sasl: scramMechanisms, ...sides().door })
    expect(await refusalOf(port, { ...sides().client, sasl: saslOf('PLAIN') })).toMatchObject({
      code: 'UNSUPPORTED_SASL_MECHANISM',
      message: expect.stringContaining('does not take PLAIN; it offers SCRAM-SHA-256, SCRAM-SHA-512'),
    })
  })

  test('learns that nobody wants to know', async () => {
    const port = await door(sides().door)
    expect(await refusalOf(port, { ...sides().client, sasl: saslOf('PLAIN') })).toMatchObject({
      code: 'ILLEGAL_SASL_STATE',
      message: expect.stringContaining('wants no SASL; leave out sasl.username'),
    })
  })

  test('that does not say who it is learns that it has to', async () => {
    const port = await door({ sasl: saslMechanisms, ...sides().door })
    expect(await refusalOf(port, sides().client)).toMatchObject({
      code: 'ILLEGAL_SASL_STATE',
      message: expect.stringContaining('wants SASL (PLAIN, SCRAM-SHA-256, SCRAM-SHA-512), and no user was named'),
    })
  })
})

test('a client without TLS learns that a listener speaks it', async () => {
  const port = await door({ tls: certificates.server })
  expect(await refusalOf(port, {})).toMatchObject({
    code: 'TLS_FAILED',
    message: `127.0.0.1:${port} speaks TLS; set security.protocol to ssl (sasl_ssl with SASL)`,
  })
})

test('a client with TLS learns that a listener does not speak it', async () => {
  const port = await door({})
  expect(await refusalOf(port, { tls: { ca: certificates.ca } })).toMatchObject({
    code: 'TLS_FAILED',
    message: expect.stringContaining(`127.0.0.1:${port} speaks no TLS; set security.protocol to plaintext`),
  })
})

test('a broker that hangs up on everybody may be there later', async () => {
  const server = createServer((socket) => socket.on('error', () => {}).destroy()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  for (const tls of [undefined, { ca: certificates.ca }]) {
    const rafka = await clientOf(port, { tls, firstContactMs: 400 })
    await expect(rafka.ready()).rejects.toMatchObject({ code: 'BROKER_UNREACHABLE' })
  }
})

test('a client without a certificate learns that a listener wants one', async () => {
  const port = await door({ tls: { ...certificates.server, ca: certificates.ca } })
  expect(await refusalOf(port, { tls: { ca: certificates.ca } })).toMatchObject({
    code: 'TLS_FAILED',
    message: expect.stringContaining('set tls.cert and tls.key'),
  })
  const rafka = await clientOf(port, { tls: { ca: certificates.ca, ...certificates.client } })
  expect(await rafka.admin().listTopics()).toEqual([])
})

test('the password is asked for at each connection', async () => {
  const port = await door({ sasl: saslMechanisms })
  const given = [password, 'wrong']
  const options = { sasl: saslOf('SCRAM-SHA-256', { password: async () => given.shift() ?? '' }) }
  const rafka = await clientOf(port, options)
  await rafka.ready()
  expect(given).toEqual(['wrong'])
  await expect(clientOf(port, options).then((other) => other.ready())).rejects.toMatchObject({
    code: 'SASL_AUTHENTICATION_FAILED',
  })
})

test('what goes wrong with the password is told as it is', async () => {
  const port = await door({ sasl: saslMechanisms })
  const failing = () => Promise.reject(new Error('the vault is closed'))
  const rafka = await clientOf(port, { sasl: saslOf('PLAIN', { password: failing }) })
  await expect(rafka.ready()).rejects.toThrow('the vault is closed')
  expect(await refusalOf(port, { sasl: saslOf('PLAIN', { password: 'sec\0ret' }) })).toMatchObject({
    code: 'INVALID_ARGUMENT',
  })
})

describe('of several brokers', () => {
  test('one that nobody answers at does not hide that another does not let the client in', async () => {
    const port = await door({ sasl: saslMechanisms })
    const brokers = ['127.0.0.1:1', `127.0.0.1:${port}`]
    const sasl = saslOf('PLAIN', { password: 'secret too' })
    expect(await refusalOf(port, { brokers, sasl })).toMatchObject({ code: 'SASL_AUTHENTICATION_FAILED' })
  })

  test('one with a bad certificate is passed over', async () => {
    const [good, bad] = [await door({ tls: certificates.server }), await door({ tls: certificates.expired })]
    const rafka = await clientOf(good, {
      brokers: [`127.0.0.1:${bad}`, `127.0.0.1:${good}`],
      tls: { ca: certificates.ca },
    })
    expect(await rafka.admin().listTopics()).toEqual([])
  })

  test('the bad certificate is told when nothing else answers', async () => {
    const bad = await door({ tls: certificates.expired })
    const brokers = ['127.0.0.1:1', `127.0.0.1:${bad}`]
    expect(await refusalOf(bad, { brokers, tls: { ca: certificates.ca } })).toMatchObject({ code: 'TLS_FAILED' })
  })
})

describe('a session that ends', () => {
  const limits = { maxReauthMs: 10_000 }

  async function session(answers: { metadata?: Promise<void> } = {}) {
    const [serverClock, clientClock] = [manualClock(), manualClock()]
    const asked: string[] = []
    const broker = withScripts(fixture.broker, {
      Metadata: async (request: { topics: ReadonlyArray<{ name: string }> }) => {
        asked.push(request.topics[0]!.name)
        if (request.topics[0]!.name === 'held') await answers.metadata
        return metadata.response.create({})
      },
    })
    const port = await door({ sasl: saslMechanisms }, { limits, clock: serverClock }, onTestFinished, broker)
    const username = `user of ${port}`
    const credential = { user: username, mechanism: 'SCRAM-SHA-256' } as const
    const admin = (await clientOf(await door({}), {})).admin()
    await admin.setCredentials([{ ...credential, password }])
    const transport = await socketTransport({
      target: { host: '127.0.0.1', port },
      clientId: 'me',
      clock: clientClock,
      sasl: { username, mechanism: 'SCRAM-SHA-256', password },
    })
    onTestFinished(() => transport.close())
    const advance = (ms: number) => {
      serverClock.advance(ms)
      clientClock.advance(ms)
    }
    const ask = (name: string) =>
      transport.request(metadata, metadata.request.create({ topics: [{ name, topicId: Buffer.alloc(16) as never }] }), {
        maxVersion: 9,
      })
    const forget = () => admin.deleteCredentials([credential])
    return { transport, advance, ask, asked, forget, serverClock }
  }

  test('is renewed on the same connection, again and again', async () => {
    const { advance, ask } = await session()
    for (let round = 0; round < 5; round += 1) {
      await ask('before')
      advance(9_500)
      await ask('after')
    }
  })

  test('is over for who does not renew it', async () => {
    const { serverClock, ask } = await session()
    serverClock.advance(10_000)
    await expect(ask('late')).rejects.toMatchObject({ code: 'NETWORK_EXCEPTION' })
  })

  test('lets what is on the way go on, and what comes meanwhile wait, in its order', async () => {
    let answer!: () => void
    const held = new Promise<void>((resolve) => {
      answer = resolve
    })
    const { advance, ask, asked } = await session({ metadata: held })
    const underWay = ask('held')
    await expect.poll(() => asked).toEqual(['held'])
    advance(9_500)
    const later = ['a', 'b', 'c', 'd'].map((name) => ask(name))
    expect(asked).toEqual(['held'])
    answer()
    await Promise.all([underWay, ...later])
    expect(asked).toEqual(['held', 'a', 'b', 'c', 'd'])
  })

  test('that cannot be renewed ends with the reason', async () => {
    const { advance, ask, asked, forget, transport } = await session()
    await forget()
    advance(9_500)
    await expect(ask('late')).rejects.toMatchObject({ code: 'SASL_AUTHENTICATION_FAILED' })
    expect(await transport.closed).toMatchObject({ code: 'SASL_AUTHENTICATION_FAILED' })
    expect(asked).toEqual([])
  })
})
