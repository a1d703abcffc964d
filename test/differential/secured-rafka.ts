import { open } from '../../src/open.ts'
import type { Certificates } from '../support/certificates.ts'
import type { SecuredBroker, SecuredSettings } from './secured-kafka.ts'

/** Starts a Rafka with the listeners of `startSecuredKafka`. */
export async function startSecuredRafka(
  { server }: Certificates,
  { maxReauthMs }: SecuredSettings,
): Promise<SecuredBroker> {
  const rafka = await open({ storage: { type: 'memory' }, limits: { maxReauthMs } })
  const sasl = ['PLAIN', 'SCRAM-SHA-512'] as const
  const at = async (options: object) => {
    const { host, port } = await rafka.listen({ port: 0, ...options })
    return `${host}:${port}`
  }
  return {
    plaintext: await at({}),
    ssl: await at({ tls: server }),
    saslPlaintext: await at({ sasl }),
    saslSsl: await at({ sasl, tls: server }),
    [Symbol.asyncDispose]: () => rafka.close(),
  }
}
