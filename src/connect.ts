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
}

/**
 * A client of brokers on the network. Connects when first used; `ready` tells whether anybody answers.
 * @throws RafkaError `INVALID_ARGUMENT` when an address cannot be read, or there is none
 */
export async function connect(options: ConnectOptions): Promise<Rafka> {
  const [{ createClient }, { tcpDialer }] = await Promise.all([
    import('./client/create-client.ts'),
    import('./client/transports/tcp-dialer.ts'),
  ])
  return createClient({ dialer: tcpDialer(options), firstContactMs: options.firstContactMs })
}
