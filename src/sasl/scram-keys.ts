import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { ScramCredential, ScramMechanism } from '../core/sasl.ts'

const derive = promisify(pbkdf2)

interface ScramParameters {
  /** Node's name of the hash. */
  readonly hash: string
  /** Bytes of its result. */
  readonly lengthBytes: number
  /** Kafka's number (`ScramMechanism`). */
  readonly code: number
}

const parameters: Readonly<Record<ScramMechanism, ScramParameters>> = {
  'SCRAM-SHA-256': { hash: 'sha256', lengthBytes: 32, code: 1 },
  'SCRAM-SHA-512': { hash: 'sha512', lengthBytes: 64, code: 2 },
}

/** Rounds that a credential may have: Kafka's bounds, for both mechanisms. */
export const scramIterations = { min: 4096, max: 16_384 } as const

/** Kafka's number of a mechanism, as the APIs about credentials have it. */
export function scramCode(mechanism: ScramMechanism): number {
  return parameters[mechanism].code
}

/** The mechanism of a number; undefined for Kafka's 0, which is none, and what nobody knows. */
export function scramMechanismOf(code: number): ScramMechanism | undefined {
  return (Object.keys(parameters) as ScramMechanism[]).find((mechanism) => parameters[mechanism].code === code)
}

/** Bytes of a key, and of a salted password. */
export function scramLengthBytes(mechanism: ScramMechanism): number {
  return parameters[mechanism].lengthBytes
}

/** `SaltedPassword` of RFC 5802. Kafka takes the password's UTF-8 as it is, without SASLprep (`ScramFormatter.normalize`). */
export function saltPassword(
  mechanism: ScramMechanism,
  password: string,
  salt: Uint8Array,
  iterations: number,
): Promise<Buffer> {
  const { hash, lengthBytes } = parameters[mechanism]
  return derive(Buffer.from(password, 'utf8'), salt, iterations, lengthBytes, hash)
}

/** `ClientKey` of RFC 5802. */
export function clientKey(mechanism: ScramMechanism, saltedPassword: Uint8Array): Buffer {
  return hmac(mechanism, saltedPassword, 'Client Key')
}

/** `StoredKey` of RFC 5802. */
export function storedKey(mechanism: ScramMechanism, key: Uint8Array): Buffer {
  return createHash(parameters[mechanism].hash).update(key).digest()
}

/** `ServerKey` of RFC 5802. */
export function serverKey(mechanism: ScramMechanism, saltedPassword: Uint8Array): Buffer {
  return hmac(mechanism, saltedPassword, 'Server Key')
}

/** `HMAC(key, message)` with the mechanism's hash: signatures. */
export function hmac(mechanism: ScramMechanism, key: Uint8Array, message: string): Buffer {
  return createHmac(parameters[mechanism].hash, key).update(message, 'utf8').digest()
}

/** `a XOR b`, of one length. */
export function xor(a: Uint8Array, b: Uint8Array): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)))
}

/** Whether two secrets are the same, in a time that does not tell where they differ. */
export function sameSecret(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Whether a password is the one of a credential. */
export async function isPasswordOf(
  mechanism: ScramMechanism,
  credential: ScramCredential,
  password: string,
): Promise<boolean> {
  const salted = await saltPassword(mechanism, password, credential.salt, credential.iterations)
  return sameSecret(storedKey(mechanism, clientKey(mechanism, salted)), credential.storedKey)
}
