import { once } from 'node:events'
import { connect as connectPlain } from 'node:net'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { describeCluster } from '../../src/protocol/apis/describe-cluster.ts'
import type { ListenerTls } from '../../src/server/tls.ts'
import { type Certificates, makeCertificates } from '../support/certificates.ts'
import { rafkaErrorOf } from '../support/rafka-error-of.ts'
import { type RawClient, rawClientOf } from '../support/raw-client.ts'
import { scriptedBroker } from '../support/scripted-broker.ts'
import { answersCluster, dial, gate, serve, until } from '../support/served.ts'

let certificates: Certificates
beforeAll(async () => {
  certificates = await makeCertificates()
})

/** A listener that speaks TLS, and what it logs. */
async function secured(tls: Partial<ListenerTls> = {}, limits = {}) {
  const log: string[] = []
  const broker = scriptedBroker(answersCluster)
  const listener = await serve(broker, {
    tls: { ...certificates.server, ...tls },
    logger: (level, message) => void log.push(`${level} ${message}`),
    limits,
  })
  return Object.assign(listener, { log, broker })
}

/** A client that speaks TLS for the rest of the test. */
async function dialTls({ port }: { port: number }, options: ConnectionOptions = {}): Promise<RawClient> {
  const socket: TLSSocket = connect({ host: '127.0.0.1', port, ca: certificates.ca, ...options })
  await once(socket, 'secureConnect')
  const client = rawClientOf(socket)
  onTestFinished(() => client[Symbol.asyncDispose]())
  return client
}

async function ask(client: RawClient): Promise<string> {
  client.send(describeCluster, 0, 1, {})
  return (await client.receive(describeCluster, 0)).body.clusterId
}

describe('a listener with TLS', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)('answers over %s', async (version) => {
    const listener = await secured()
    const client = await dialTls(listener, { minVersion: version, maxVersion: version })
    expect(await ask(client)).toBe('c')
    expect(listener.broker.came.map(({ principal }) => principal)).toEqual(['User:ANONYMOUS'])
  })

  test('refuses older versions', async () => {
    const listener = await secured()
    const options = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
    await expect(dialTls(listener, options)).rejects.toThrow(/version|protocol/i)
  })

  test.each([
    ['Kafka', Buffer.from('0000001000120000000000010003726177000000', 'hex')],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
  ])('closes on %s without TLS, says so in its log, and serves others', async (_what, bytes) => {
    const listener = await secured()
    const client = await dial(listener)
    client.write(bytes)
    await client.closed
    await until(() => listener.log.length > 0)
    expect(listener.log).toEqual(['warn closed: the client speaks no TLS, and this listener nothing else'])
    expect(await ask(await dialTls(listener))).toBe('c')
  })

  test('closes on a client that begins and says no more', async () => {
    const listener = await secured({}, { authenticationTimeoutMs: 30 })
    const client = await dial(listener)
    await client.closed
    expect(listener.log).toEqual(['warn closed: the handshake of TLS took too long'])
  })

  test('a client that goes during the handshake is not worth a warning', async () => {
    const listener = await secured()
    const socket = connectPlain(listener.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.resetAndDestroy()
    expect(await ask(await dialTls(listener))).toBe('c')
    expect(listener.log.filter((line) => line.startsWith('warn'))).toEqual([])
  })

  test('closes at once on a client that begins and ends', async () => {
    const listener = await secured()
    const client = await dial(listener)
    client.write(Buffer.from('16030100c8', 'hex'))
    client.socket.end()
    await client.closed
    expect(listener.log.filter((line) => line.startsWith('warn'))).toEqual([])
  })

  test('a client that ends its direction is answered what it asked before', async () => {
    const slow = gate<object>()
    const broker = scriptedBroker({ DescribeCluster: () => slow.promise })
    const client = await dialTls(await serve(broker, { tls: certificates.server }), { allowHalfOpen: true } as never)
    client.send(describeCluster, 0, 1, {})
    await until(() => broker.handled.length === 1)
    client.socket.end()
    await until(() => broker.handled[0]!.context.signal?.aborted === true)
    slow.open(describeCluster.response.create({ clusterId: 'late' }))
    expect((await client.receive(describeCluster, 0)).body.clusterId).toBe('late')
    await client.closed
  })

  test('closes with those that are still shaking hands, and answers what has begun', async () => {
    const slow = gate<object>()
    const broker = scriptedBroker({ DescribeCluster: () => slow.promise })
    const listener = await serve(broker, { tls: certificates.server })
    const shaking = await dial(listener)
    const client = await dialTls(listener)
    client.send(describeCluster, 0, 1, {})
    await until(() => broker.handled.length === 1)
    const closed = listener.close()
    slow.open(describeCluster.response.create({ clusterId: 'late' }))
    expect((await client.receive(describeCluster, 0)).body.clusterId).toBe('late')
    await Promise.all([closed, client.closed, shaking.closed])
    expect(listener.connectionCount).toBe(0)
  })

  test('large requests and answers pass whole', async () => {
    const clusterId = 'x'.repeat(20_000)
    const broker = scriptedBroker({ DescribeCluster: () => describeCluster.response.create({ clusterId }) })
    const client = await dialTls(await serve(broker, { tls: certificates.server }))
    for (let round = 0; round < 100; round += 1) client.send(describeCluster, 0, round, {})
    for (let round = 0; round < 100; round += 1) {
      const { correlationId, body } = await client.receive(describeCluster, 0)
      expect([correlationId, body.clusterId.length]).toEqual([round, 20_000])
    }
  })

  test.each([
    ['a key that is none', () => ({ key: 'abc' })],
    ['the key of another certificate', () => ({ key: certificates.client.key })],
    ['a certificate that is none', () => ({ cert: 'abc' })],
    ['certificates of clients asked for, and no authority', () => ({ clientAuth: 'required' as const })],
  ])('does not begin with %s', async (_what, tls) => {
    const error = await rafkaErrorOf(() => secured(tls()))
    expect(error.code).toBe('INVALID_ARGUMENT')
    expect(error.message).toMatch(/certificate/)
  })
})

describe('certificates of clients', () => {
  test.each(['requested', 'required', undefined] as const)('%s: tell who it is', async (clientAuth) => {
    const listener = await secured({ ca: certificates.ca, clientAuth })
    expect(await ask(await dialTls(listener, certificates.client))).toBe('c')
    expect(listener.broker.came.map(({ principal }) => principal)).toEqual(['User:CN=client'])
  })

  test('requested: may be left out', async () => {
    const listener = await secured({ ca: certificates.ca, clientAuth: 'requested' })
    expect(await ask(await dialTls(listener))).toBe('c')
    expect(listener.broker.came.map(({ principal }) => principal)).toEqual(['User:ANONYMOUS'])
  })

  test.each([
    ['none', {}],
    ['one of another authority', { other: true }],
  ])('required: %s is refused', async (_what, { other }: { other?: boolean }) => {
    const listener = await secured({ ca: certificates.ca })
    const client = await dialTls(listener, other === true ? certificates.ofAnotherCa : {})
    expect(await client.frame()).toBeUndefined()
    await client.closed
    await until(() => listener.log.length > 0)
    expect(listener.log).toEqual([
      expect.stringMatching(/^warn closed: the (client showed no certificate|certificate of)/),
    ])
    expect(listener.broker.came).toEqual([])
  })

  test('requested: one of another authority is refused all the same', async () => {
    const listener = await secured({ ca: certificates.ca, clientAuth: 'requested' })
    const client = await dialTls(listener, certificates.ofAnotherCa)
    expect(await client.frame()).toBeUndefined()
    expect(listener.log).toEqual([
      expect.stringMatching(/^warn closed: the certificate of the client is not to be trusted: /),
    ])
    expect(listener.broker.came).toEqual([])
  })
})
