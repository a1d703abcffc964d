import { randomBytes } from 'node:crypto'
import { RafkaError } from '../../core/errors.ts'
import type { Credentials, ScramCredential, ScramMechanism } from '../../core/sasl.ts'
import { hmac, sameSecret, storedKey, xor } from '../../sasl/scram-keys.ts'
import {
  authMessage,
  type ClientFirst,
  formatServerFirst,
  parseClientFinal,
  parseClientFirst,
} from '../../sasl/scram-messages.ts'
import type { Exchange } from './exchange.ts'

const NONCE_BYTES = 24

/** What was said in the first round. */
interface Begun {
  readonly first: ClientFirst
  readonly credential: ScramCredential
  /** What the server added to the client's. */
  readonly serverNonce: string
  readonly serverFirst: string
}

/**
 * SCRAM (RFC 5802, RFC 7677) without channel binding: two messages each way. Whatever is wrong, the client hears the same, in Kafka's words; the
 * cause is for the log.
 */
export function scramExchange(mechanism: ScramMechanism, credentials: Credentials): Exchange {
  let begun: Begun | undefined
  return async (bytes) => {
    const message = bytes.toString('utf8')
    if (begun === undefined) {
      begun = untold(mechanism, () => begin(mechanism, credentials, message))
      refuseAnother(begun.first)
      return { bytes: Buffer.from(begun.serverFirst) }
    }
    const proven = begun
    const signature = untold(mechanism, () => finish(mechanism, proven, message))
    return { bytes: Buffer.from(`v=${signature.toString('base64')}`), user: proven.first.user }
  }
}

function untold<T>(mechanism: ScramMechanism, step: () => T): T {
  try {
    return step()
  } catch (cause) {
    const message = `Authentication failed during authentication due to invalid credentials with SASL mechanism ${mechanism}`
    throw new RafkaError('SASL_AUTHENTICATION_FAILED', message, { cause })
  }
}

/** Else whoever knows one password could act as somebody else (CVE-2017-12610). */
function refuseAnother({ authorizationId, user }: ClientFirst): void {
  if (authorizationId === '' || authorizationId === user) return
  const message = 'Authentication failed: Client requested an authorization id that is different from username'
  throw new RafkaError('SASL_AUTHENTICATION_FAILED', message)
}

function begin(mechanism: ScramMechanism, credentials: Credentials, message: string): Begun {
  const first = parseClientFirst(message)
  const credential = credentials.scram(mechanism, first.user)
  const serverNonce = randomBytes(NONCE_BYTES).toString('base64url')
  const serverFirst = formatServerFirst({ ...credential, nonce: first.nonce + serverNonce })
  return { first, credential, serverNonce, serverFirst }
}

/** @returns the signature that proves to the client that this server knows it */
function finish(
  mechanism: ScramMechanism,
  { first, credential, serverNonce, serverFirst }: Begun,
  message: string,
): Buffer {
  const final = parseClientFinal(message)
  // The nonce of this conversation, or an old one could be played again (CVE-2024-56128). Its end alone, as in Kafka: librdkafka before 2.6.1 puts
  // its own part in front twice.
  if (!final.nonce.endsWith(serverNonce)) {
    throw new RafkaError('SASL_AUTHENTICATION_FAILED', 'the nonce is not the one of the server')
  }
  if (Buffer.from(final.channelBinding, 'base64').toString() !== first.gs2Header) {
    throw new RafkaError('SASL_AUTHENTICATION_FAILED', 'the channel binding is not the one that was begun with')
  }
  const signed = authMessage(first.bare, serverFirst, final.withoutProof)
  const key = xor(final.proof, hmac(mechanism, credential.storedKey, signed))
  if (!sameSecret(storedKey(mechanism, key), credential.storedKey)) {
    throw new RafkaError('SASL_AUTHENTICATION_FAILED', 'the proof is wrong')
  }
  return hmac(mechanism, credential.serverKey, signed)
}
