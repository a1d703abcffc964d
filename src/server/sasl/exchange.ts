import type { Credentials, SaslMechanism } from '../../core/sasl.ts'
import type { PasswordChecks } from './password-checks.ts'
import { plainExchange } from './plain-exchange.ts'
import { scramExchange } from './scram-exchange.ts'

/** What a mechanism answers to one message of the client. */
export interface Reply {
  readonly bytes: Buffer
  /** Who it is, once that is proven: nothing more is to be said. */
  readonly user?: string
}

/** The server's side of one conversation. @throws RafkaError `SASL_AUTHENTICATION_FAILED` with a message that the client may see */
export type Exchange = (message: Buffer) => Promise<Reply>

/** Begins a conversation. */
export function beginExchange(mechanism: SaslMechanism, credentials: Credentials, checks: PasswordChecks): Exchange {
  return mechanism === 'PLAIN' ? plainExchange(credentials, checks) : scramExchange(mechanism, credentials)
}
