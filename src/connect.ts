import type { SecureSocket } from './client/transports/secure-socket.ts'
import type { ClientSasl, ClientTls } from './core/client-security.ts'
import type { Rafka } from './core/rafka.ts'

/** Which brokers to connect to. */
export interface ConnectOptions {
  /** `host:port` of at least one broker, Rafka or any Kafka: the others are found through it. */
  readonly brokers: readonly string[]
  /** What this program calls itself to the brokers; default `rafka`. */
  readonly clientId?: string | undefined
  /** For one connection, in ms; default 10,000. */
  readonly connectTimeoutMs?: number | undefined
  /** How long to try while no broker has ever answered, in ms; default 5,000. */
  readonly firstContactMs?: number | undefined
  /** Whether to speak TLS, 1.2 or 1.3; `true`: with the authorities that Node trusts, and without a certificate of one's own. */
  readonly tls?: boolean | ClientTls | undefined
  /** Who this program is; default: nobody. */
  readonly sasl?: ClientSasl | undefined
}

/**
 * A client of brokers on the network. Connects when first used; `ready` tells whether anybody answers, and lets this program in.
 * @throws RafkaError `INVALID_ARGUMENT` when an address, a certificate or a key cannot be read, or there is no address
 */
export async function connect({ tls, firstContactMs, ...options }: ConnectOptions): Promise<Rafka> {
  const [{ createClient }, { tcpDialer }, secure] = await Promise.all([
    import('./client/create-client.ts'),
    import('./client/transports/tcp-dialer.ts'),
    tls === undefined || tls === false ? undefined : secureWith(tls === true ? {} : tls),
  ])
  return createClient({ dialer: tcpDialer({ ...options, secure }), firstContactMs })
}

/** Loaded for who speaks TLS only. */
async function secureWith(tls: ClientTls): Promise<SecureSocket> {
  const { securing } = await import('./client/transports/secure-socket.ts')
  return securing(tls)
}
