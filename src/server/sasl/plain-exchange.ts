import { RafkaError } from '../../core/errors.ts'
import type { Credentials } from '../../core/sasl.ts'
import { parsePlain } from '../../sasl/plain-message.ts'
import type { Exchange } from './exchange.ts'
import type { PasswordChecks } from './password-checks.ts'

/**
 * PLAIN (RFC 4616): one message with the password itself, checked against the user's SCRAM credential, so that nothing else has to be kept.
 * Messages of errors are those of Kafka's `PlainSaslServer`.
 */
export function plainExchange(credentials: Credentials, checks: PasswordChecks): Exchange {
  return async (message) => {
    const { authorizationId, user, password } = parsePlain(message)
    const [mechanism = 'SCRAM-SHA-256'] = credentials.mechanismsOf(user)
    const isRight = await checks.isPasswordOf(mechanism, credentials.scram(mechanism, user), password)
    if (!isRight) throw refused('Authentication failed: Invalid username or password')
    // Else whoever knows one password could act as somebody else (CVE-2017-12610).
    if (authorizationId !== '' && authorizationId !== user) {
      throw refused('Authentication failed: Client requested an authorization id that is different from username')
    }
    return { bytes: Buffer.alloc(0), user }
  }
}

function refused(message: string): RafkaError {
  return new RafkaError('SASL_AUTHENTICATION_FAILED', message)
}
