import { randomBytes } from 'node:crypto'
import type { ErrorName } from '../../src/core/errors.ts'
import type { SaslMechanism, ScramMechanism } from '../../src/core/sasl.ts'
import type { ResponseOf } from '../../src/protocol/api.ts'
import { saslAuthenticate } from '../../src/protocol/apis/sasl-authenticate.ts'
import { saslHandshake } from '../../src/protocol/apis/sasl-handshake.ts'
import { errorName } from '../../src/protocol/error-codes.ts'
import { formatPlain } from '../../src/sasl/plain-message.ts'
import { clientKey, hmac, saltPassword, storedKey, xor } from '../../src/sasl/scram-keys.ts'
import { authMessage, formatClientFinal, formatClientFirst, parseServerFirst } from '../../src/sasl/scram-messages.ts'
import type { RawClient } from './raw-client.ts'

export type SaslAnswer = ResponseOf<typeof saslAuthenticate>

/** Chooses a mechanism. */
export async function handshake(
  client: RawClient,
  mechanism: string,
  version = 1,
): Promise<{ readonly error: ErrorName | 'NONE'; readonly mechanisms: readonly string[] }> {
  client.send(saslHandshake, version, 1, { mechanism })
  const { errorCode, mechanisms } = (await client.receive(saslHandshake, version)).body
  return { error: errorName(errorCode), mechanisms }
}

/** Sends one message of a mechanism. */
export async function say(client: RawClient, message: Buffer | string, version = 2): Promise<SaslAnswer> {
  client.send(saslAuthenticate, version, 2, { authBytes: Buffer.from(message) })
  return (await client.receive(saslAuthenticate, version)).body
}

/** All messages of a mechanism, after the handshake. @returns the last answer */
export async function prove(
  client: RawClient,
  mechanism: SaslMechanism,
  user: string,
  password: string,
): Promise<SaslAnswer> {
  if (mechanism === 'PLAIN') return await say(client, formatPlain(user, password))
  const scram = scramClient(mechanism, user, password)
  const first = await say(client, scram.first)
  return first.errorCode === 0 ? await say(client, await scram.final(first.authBytes.toString())) : first
}

/** Handshake and messages. @returns the last answer */
export async function logIn(
  client: RawClient,
  mechanism: SaslMechanism,
  user: string,
  password: string,
): Promise<SaslAnswer> {
  await handshake(client, mechanism)
  return await prove(client, mechanism, user, password)
}

/** What a client of SCRAM says; a test may say it otherwise. */
export function scramClient(
  mechanism: ScramMechanism,
  user: string,
  password: string,
  nonce: string = randomBytes(18).toString('base64url'),
): {
  readonly first: string
  final(serverFirst: string, changed?: { nonce?: string; gs2Header?: string }): Promise<string>
} {
  const { gs2Header, bare } = formatClientFirst(user, nonce)
  return {
    first: gs2Header + bare,
    async final(serverFirst, changed = {}) {
      const { nonce: serverNonce, salt, iterations } = parseServerFirst(serverFirst)
      const withoutProof = formatClientFinal(changed.gs2Header ?? gs2Header, changed.nonce ?? serverNonce)
      const key = clientKey(mechanism, await saltPassword(mechanism, password, salt, iterations))
      const signature = hmac(mechanism, storedKey(mechanism, key), authMessage(bare, serverFirst, withoutProof))
      return `${withoutProof},p=${xor(key, signature).toString('base64')}`
    },
  }
}
