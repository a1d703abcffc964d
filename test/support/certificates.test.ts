import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type TLSSocket, type TlsOptions } from 'node:tls'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { type Certificates, type CertifiedKey, makeCertificates } from './certificates.ts'

let certificates: Certificates
beforeAll(async () => {
  certificates = await makeCertificates()
})

/** What a client that trusts `ca` finds: null when all is well, else Node's name of the error. */
async function findingOf(server: TlsOptions, ca: string, client?: CertifiedKey): Promise<string | null> {
  const listener = createServer(server, (socket) => socket.end())
  listener.on('tlsClientError', () => {})
  listener.listen(0, 'localhost')
  await once(listener, 'listening')
  onTestFinished(() => void listener.close())
  const { port } = listener.address() as AddressInfo
  return await new Promise((resolve) => {
    const socket: TLSSocket = connect({ host: 'localhost', port, ca, ...client }, () => socket.resume())
    socket.on('end', () => resolve(null))
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })
}

test('the server is trusted by who trusts its authority, and by nobody else', async () => {
  const { server, ofAnotherCa, ca, anotherCa } = certificates
  expect(await findingOf(server, ca)).toBeNull()
  expect(await findingOf(server, anotherCa)).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  expect(await findingOf(ofAnotherCa, ca)).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  expect(await findingOf(ofAnotherCa, anotherCa)).toBeNull()
})

test('the expired one has expired, and the one of another name has another name', async () => {
  const { expired, ofAnotherName, ca } = certificates
  expect(await findingOf(expired, ca)).toBe('CERT_HAS_EXPIRED')
  expect(await findingOf(ofAnotherName, ca)).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
})

test('the client is known to a server that asks for certificates', async () => {
  const { server, client, ca } = certificates
  const asking = { ...server, ca, requestCert: true }
  expect(await findingOf(asking, ca, client)).toBeNull()
  expect(await findingOf(asking, ca)).toBe('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED')
})
