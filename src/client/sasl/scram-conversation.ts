import { randomBytes } from 'node:crypto'
import { RafkaError } from '../../core/errors.ts'
import type { ScramMechanism } from '../../core/sasl.ts'
import {
  clientKey,
  hmac,
  saltPassword,
  sameSecret,
  scramIterations,
  serverKey,
  storedKey,
  xor,
} from '../../sasl/scram-keys.ts'
import {
  authMessage,
  formatClientFinal,
  formatClientFirst,
  parseServerFinal,
  parseServerFirst,
} from '../../sasl/scram-messages.ts'
import type { SaslConversation } from './conversation.ts'

const NONCE_BYTES = 24
/** Kafka allows 16,384. Some 0.3 s of work: a broker must not be able to keep a client busy for longer. */
const MAX_ITERATIONS = 1_000_000

/**
 * The client of SCRAM (RFC 5802): proves that it knows the password without telling it, and has the broker prove that it knows
 * the user's credential.
 */
export class ScramConversation implements SaslConversation {
  readonly #mechanism: ScramMechanism
  readonly #password: string
  readonly #nonce: string
  readonly #gs2Header: string
  readonly #firstBare: string
  #expected: Buffer | undefined
  #next: (answer: Buffer) => Promise<Buffer | undefined> = async () => this.#first()

  /** @param nonce is for tests; printable, without a comma */
  constructor(mechanism: ScramMechanism, username: string, password: string, nonce = freshNonce()) {
    const { gs2Header, bare } = formatClientFirst(username, nonce)
    this.#mechanism = mechanism
    this.#password = password
    this.#nonce = nonce
    this.#gs2Header = gs2Header
    this.#firstBare = bare
  }

  step(answer: Buffer): Promise<Buffer | undefined> {
    return this.#next(answer)
  }

  #first(): Buffer {
    this.#next = (answer) => this.#prove(answer.toString('utf8'))
    return Buffer.from(this.#gs2Header + this.#firstBare, 'utf8')
  }

  async #prove(serverFirst: string): Promise<Buffer> {
    const mechanism = this.#mechanism
    const { nonce, salt, iterations } = parseServerFirst(serverFirst)
    this.#refuseWeak(nonce, iterations)
    const withoutProof = formatClientFinal(this.#gs2Header, nonce)
    const signed = authMessage(this.#firstBare, serverFirst, withoutProof)
    const salted = await saltPassword(mechanism, this.#password, salt, iterations)
    const key = clientKey(mechanism, salted)
    const proof = xor(key, hmac(mechanism, storedKey(mechanism, key), signed))
    this.#expected = hmac(mechanism, serverKey(mechanism, salted), signed)
    this.#next = async (answer) => this.#verify(answer.toString('utf8'))
    return Buffer.from(`${withoutProof},p=${proof.toString('base64')}`, 'utf8')
  }

  #refuseWeak(nonce: string, iterations: number): void {
    if (!nonce.startsWith(this.#nonce) || nonce.length === this.#nonce.length) {
      throw refusal(
        'it answers with a nonce that does not go on from ours, as somebody who repeats an old conversation would',
      )
    }
    // Fewer would make the password easy to guess for who listens.
    const { min } = scramIterations
    if (iterations >= min && iterations <= MAX_ITERATIONS) return
    throw refusal(`it wants ${iterations} iterations; ${min} to ${MAX_ITERATIONS} are taken`)
  }

  #verify(serverFinal: string): undefined {
    const signature = parseServerFinal(serverFinal)
    if (this.#expected !== undefined && sameSecret(signature, this.#expected)) return undefined
    throw refusal('it cannot prove that it knows the user, so it may be somebody else')
  }
}

function freshNonce(): string {
  return randomBytes(NONCE_BYTES).toString('base64url')
}

function refusal(why: string): RafkaError {
  return new RafkaError('SASL_AUTHENTICATION_FAILED', `the broker is not to be trusted: ${why}`)
}
