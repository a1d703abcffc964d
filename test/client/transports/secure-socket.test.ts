import { once } from 'node:events'
import { type AddressInfo, createServer as createPlainServer, type Server } from 'node:net'
import { createServer, type TlsOptions } from 'node:tls'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openSocket } from '../../../src/client/transports/open-socket.ts'
import { securing } from '../../../src/client/transports/secure-socket.ts'
import type { ClientTls } from '../../../src/core/client-security.ts'
import { type Certificates, makeCertificates } from '../../support/certificates.ts'

let certificates: Certificates
beforeAll(async () => {
  certificates = await makeCertificates()
})

async function listenAt(server: Server): Promise<number> {
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

/** The port of a server that says `hello` to whom it trusts. */
function greeter(options: TlsOptions): Promise<number> {
  return listenAt(createServer(options, (socket) => socket.on('error', () => {}).end('hello')))
}

async function greeting(port: number, tls: ClientTls, host = '127.0.0.1'): Promise<string> {
  const socket = await openSocket({ host, port }, { timeoutMs: 5_000, signal: undefined, secure: securing(tls) })
  const pieces: Buffer[] = []
  for await (const piece of socket) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

describe('a client of TLS', () => {
  test('talks to a broker whose certificate is signed by who it trusts, by address', async () => {
    const port = await greeter(certificates.server)
    expect(await greeting(port, { ca: certificates.ca })).toBe('hello')
  })

  test('by a name that it is told', async () => {
    const port = await greeter(certificates.ofAnotherName)
    expect(await greeting(port, { ca: Buffer.from(certificates.ca), serverName: 'elsewhere.example' })).toBe('hello')
  })

  test('names the host that it wants', async () => {
    const names: string[] = []
    const port = await greeter({
      ...certificates.ofAnotherName,
      SNICallback: (name, done) => {
        names.push(name)
        done(null)
      },
    })
    await greeting(port, { ca: certificates.ca, serverName: 'elsewhere.example' })
    expect(names).toEqual(['elsewhere.example'])
  })

  test('shows its own certificate', async () => {
    const { server, ca, client } = certificates
    const port = await greeter({ ...server, ca, requestCert: true })
    expect(await greeting(port, { ca, ...client })).toBe('hello')
  })

  test('takes any certificate where it is told not to look', async () => {
    const port = await greeter(certificates.expired)
    expect(await greeting(port, { verify: false })).toBe('hello')
  })

  test.each<[string, (all: Certificates) => [TlsOptions, ClientTls], string]>([
    ['nobody trusted has signed', ({ server }) => [server, {}], 'set tls.ca to the certificate of the authority'],
    ['another authority has signed', ({ ofAnotherCa, ca }) => [ofAnotherCa, { ca }], 'set tls.ca to the certificate'],
    ['has expired', ({ expired, ca }) => [expired, { ca }], 'has expired and has to be renewed'],
    ['is for another name', ({ ofAnotherName, ca }) => [ofAnotherName, { ca }], 'set tls.server_name to it'],
  ])('refuses a certificate that %s', async (_, optionsOf, words) => {
    const [server, tls] = optionsOf(certificates)
    const port = await greeter(server)
    await expect(greeting(port, tls)).rejects.toMatchObject({
      code: 'TLS_FAILED',
      message: expect.stringMatching(new RegExp(`^no TLS with 127\\.0\\.0\\.1:${port}: its certificate .*${words}`)),
    })
  })

  test('says so when what answers is no TLS', async () => {
    const port = await listenAt(createPlainServer((socket) => socket.on('error', () => {}).end('220 mail\r\n')))
    await expect(greeting(port, {})).rejects.toMatchObject({
      code: 'TLS_FAILED',
      message: expect.stringContaining('what answers is not TLS; set security.protocol to plaintext'),
    })
  })

  test('may find a broker later where one hangs up on it', async () => {
    const port = await listenAt(createPlainServer((socket) => socket.on('error', () => {}).destroy()))
    await expect(greeting(port, {})).rejects.toMatchObject({
      code: 'BROKER_UNREACHABLE',
      message: expect.stringContaining('if it speaks none, set security.protocol to plaintext'),
    })
  })

  test('does not wait for ever for a handshake', async () => {
    const port = await listenAt(createPlainServer((socket) => socket.on('error', () => {}).resume()))
    const opening = openSocket({ host: '127.0.0.1', port }, { timeoutMs: 50, signal: undefined, secure: securing({}) })
    await expect(opening).rejects.toMatchObject({
      code: 'BROKER_UNREACHABLE',
      message: expect.stringContaining('50 ms'),
    })
  })

  test('ends when its caller gives up', async () => {
    const port = await listenAt(createPlainServer((socket) => socket.on('error', () => {}).resume()))
    const abort = new AbortController()
    const opening = openSocket(
      { host: '127.0.0.1', port },
      { timeoutMs: 5_000, signal: abort.signal, secure: securing({}) },
    )
    abort.abort()
    await expect(opening).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  test('speaks nothing older than TLS 1.2', async () => {
    const port = await greeter({
      ...certificates.server,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    await expect(greeting(port, { ca: certificates.ca })).rejects.toMatchObject({
      code: 'TLS_FAILED',
      message: expect.stringContaining('1.2'),
    })
  })
})

test.each<[string, (all: Certificates) => ClientTls]>([
  ['is none', () => ({ cert: 'not a certificate', key: 'nor a key' })],
  ['has the key of another', ({ client, server }) => ({ cert: client.cert, key: server.key })],
  ['has no key', ({ client }) => ({ cert: client.cert })],
])('a certificate of the client that %s is refused at once', (_, tlsOf) => {
  expect(() => securing(tlsOf(certificates))).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
})
