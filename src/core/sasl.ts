/** How a client may prove who it is, by Kafka's names. */
export const saslMechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const

export type SaslMechanism = (typeof saslMechanisms)[number]

/** The mechanisms in which no password crosses the wire (RFC 5802, RFC 7677). */
export type ScramMechanism = Exclude<SaslMechanism, 'PLAIN'>

/** The SCRAM mechanisms, the stronger last. */
export const scramMechanisms: readonly ScramMechanism[] = ['SCRAM-SHA-256', 'SCRAM-SHA-512']

/** What a server keeps of a password: enough to check it, not enough to log in with. */
export interface ScramCredential {
  readonly salt: Uint8Array
  /** Rounds of PBKDF2. */
  readonly iterations: number
  readonly storedKey: Uint8Array
  readonly serverKey: Uint8Array
}

/** Whom a broker knows. */
export interface Credentials {
  /**
   * A user's credential for a mechanism. For a user without one it is made up, the same each time and matched by no password, so that nobody
   * learns from the conversation who exists.
   */
  scram(mechanism: ScramMechanism, user: string): ScramCredential
  /** The mechanisms that a user has a credential for. */
  mechanismsOf(user: string): readonly ScramMechanism[]
}

/** Who a connection belongs to while nobody has said; Kafka's name for it. */
export const anonymous = 'User:ANONYMOUS'
