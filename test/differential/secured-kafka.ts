import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Certificates } from '../support/certificates.ts'
import { launcher } from './launcher.ts'

const run = promisify(execFile)

/** `host:port` of the listeners of one broker, by their protocol. */
export interface SecuredBroker extends AsyncDisposable {
  readonly plaintext: string
  readonly ssl: string
  readonly saslPlaintext: string
  readonly saslSsl: string
}

/** Whom a broker knows with PLAIN, and how long a session lasts there. */
export interface SecuredSettings {
  readonly user: string
  readonly password: string
  readonly maxReauthMs: number
}

const login = 'org.apache.kafka.common.security'

/** Starts a Kafka with a listener of each protocol. It takes PLAIN and SCRAM-SHA-512. */
export async function startSecuredKafka(
  { server, ca }: Certificates,
  { user, password, maxReauthMs }: SecuredSettings,
): Promise<SecuredBroker> {
  const directory = await mkdtemp(join(tmpdir(), 'kafka-secured-'))
  const [plaintext, ssl, saslPlaintext, saslSsl, controller] = await freePorts(5)
  const [keystore, truststore] = [join(directory, 'server.pem'), join(directory, 'ca.pem')]
  await Promise.all([writeFile(keystore, `${server.key}\n${server.cert}`), writeFile(truststore, ca)])
  const listeners = [
    `PLAINTEXT://127.0.0.1:${plaintext}`,
    `SSL://127.0.0.1:${ssl}`,
    `SASL_PLAINTEXT://127.0.0.1:${saslPlaintext}`,
    `SASL_SSL://127.0.0.1:${saslSsl}`,
  ].join(',')
  const logins = ['sasl_plaintext', 'sasl_ssl'].flatMap((name) => [
    `listener.name.${name}.plain.sasl.jaas.config=${login}.plain.PlainLoginModule required user_${user}="${password}";`,
    `listener.name.${name}.scram-sha-512.sasl.jaas.config=${login}.scram.ScramLoginModule required;`,
  ])
  await run(launcher, [
    'start',
    directory,
    String(plaintext),
    `listeners=${listeners},CONTROLLER://127.0.0.1:${controller}`,
    `advertised.listeners=${listeners}`,
    `controller.quorum.voters=1@127.0.0.1:${controller}`,
    'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512',
    ...logins,
    `connections.max.reauth.ms=${maxReauthMs}`,
    'ssl.keystore.type=PEM',
    `ssl.keystore.location=${keystore}`,
    'ssl.truststore.type=PEM',
    `ssl.truststore.location=${truststore}`,
  ])
  return {
    plaintext: `127.0.0.1:${plaintext}`,
    ssl: `127.0.0.1:${ssl}`,
    saslPlaintext: `127.0.0.1:${saslPlaintext}`,
    saslSsl: `127.0.0.1:${saslSsl}`,
    async [Symbol.asyncDispose]() {
      await run(launcher, ['stop', directory]).catch(() => {})
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Ports that nobody listens on, at least not yet: Kafka has to be told which to tell of. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
