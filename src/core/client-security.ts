import type { SaslMechanism } from './sasl.ts'

/** How a client speaks TLS, all of it as PEM. */
export interface ClientTls {
  /** Who signs the certificates of brokers; default: the authorities that Node trusts. */
  readonly ca?: string | Buffer | undefined
  /** The client's own certificate, and those that lead from it to one that the brokers trust. */
  readonly cert?: string | Buffer | undefined
  readonly key?: string | Buffer | undefined
  /** Of the key, if it is encrypted. */
  readonly passphrase?: string | undefined
  /** The name that the certificates of brokers must have; default: the host that is connected to. */
  readonly serverName?: string | undefined
  /** Whether to refuse a broker that cannot prove who it is; default true. Without it anybody on the way may read and change all. */
  readonly verify?: boolean | undefined
}

/** Who a client says it is, and how it proves it. */
export interface ClientSasl {
  /** PLAIN sends the password as it is: only where TLS hides it, or in a test. */
  readonly mechanism: SaslMechanism
  readonly username: string
  /** A function is asked for each connection, so that a password may change. */
  readonly password: string | (() => string | Promise<string>)
}
