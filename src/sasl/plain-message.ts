import { RafkaError } from '../core/errors.ts'

/** The one message of PLAIN (RFC 4616). */
export interface PlainMessage {
  /** Empty: the user's own. */
  readonly authorizationId: string
  readonly user: string
  readonly password: string
}

/** @throws RafkaError `SASL_AUTHENTICATION_FAILED` for anything but three fields, the last two not empty (`PlainSaslServer`) */
export function parsePlain(bytes: Buffer): PlainMessage {
  const [authorizationId, user, password, ...more] = bytes.toString('utf8').split('\0')
  if (authorizationId === undefined || user === undefined || password === undefined || more.length > 0) {
    throw new RafkaError('SASL_AUTHENTICATION_FAILED', 'Invalid SASL/PLAIN response: expected 3 tokens')
  }
  if (user === '') throw new RafkaError('SASL_AUTHENTICATION_FAILED', 'Authentication failed: username not specified')
  if (password === '')
    throw new RafkaError('SASL_AUTHENTICATION_FAILED', 'Authentication failed: password not specified')
  return { authorizationId, user, password }
}

/** @throws RafkaError `INVALID_ARGUMENT` for a name or password with a NUL in it, which PLAIN cannot carry */
export function formatPlain(user: string, password: string): Buffer {
  if (user.includes('\0') || password.includes('\0')) {
    throw new RafkaError('INVALID_ARGUMENT', 'a user name or password with a NUL in it cannot be sent with PLAIN')
  }
  return Buffer.from(`\0${user}\0${password}`, 'utf8')
}
